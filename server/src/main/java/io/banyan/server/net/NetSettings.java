package io.banyan.server.net;

/// What every client channel has to know.
///
/// @param frameBytesMax `jute.maxbuffer`
/// @param throttledMillisMax `throttled_op_wait_time`: requests that waited longer for others are
///   refused; 0: none is
/// @param staleIfTooLate `request_stale_latency_check`: whoever waited longer for others than a
///   session lives is not served but disconnected
record NetSettings(
        int frameBytesMax,
        FourLetterPort words,
        ConnectionTokens tokens,
        LargeRequests largeRequests,
        int throttledMillisMax,
        boolean staleIfTooLate) {}
