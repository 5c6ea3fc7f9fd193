package io.banyan.client;

import org.jspecify.annotations.Nullable;

/// What an {@link Engine} needs to know beside its core.
///
/// @param name of the client, in names of threads and log lines
/// @param outstandingMax requests that were made and have no answer yet
/// @param requestBytesMax what servers take
/// @param replyBytesMax what we take
/// @param tls null for plain TCP
/// @param sasl null if the client proves nothing
record EngineConfig(
        String name,
        long requestTimeoutNanos,
        int outstandingMax,
        int requestBytesMax,
        int replyBytesMax,
        long closeTimeoutNanos,
        @Nullable ClientTls tls,
        @Nullable ClientSasl sasl,
        ClientMetrics metrics) {}
