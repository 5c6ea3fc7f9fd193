package io.banyan.client;

import org.jspecify.annotations.Nullable;

/// What a {@link ClientCore} needs to know.
///
/// @param sessionTimeoutMillis what is asked for; the server decides
/// @param acceptReadOnly whether a server without quorum will do
/// @param renewsSession whether an expired session is followed by a new one
/// @param sasl who the client is to prove that it is, for messages; null if it proves nothing
/// @param resumed a session to go on with, null to begin one
record CoreConfig(
        ConnectString servers,
        int sessionTimeoutMillis,
        boolean acceptReadOnly,
        boolean renewsSession,
        long backoffMinNanos,
        long backoffMaxNanos,
        @Nullable String sasl,
        @Nullable Session resumed) {}
