package io.banyan.server.operate;

import java.net.InetSocketAddress;

/// One client connection at one moment.
///
/// @param remote the client's address
/// @param secure whether it came through the TLS port
/// @param reading whether the server is reading from it (throttling stops that)
/// @param writing whether bytes wait for the socket to take them
/// @param outstanding requests received and not answered
/// @param sessionId 0 before the handshake
/// @param lastOperation opcode of the last request (`OpCode`), {@link #NO_OPERATION} if none
/// @param establishedWallMillis when it was accepted
/// @param sessionTimeoutMillis as negotiated
/// @param lastCxid of the last request, -1 if none
/// @param lastZxid of the last reply, -1 if none
/// @param lastResponseMillis when, on the clock of {@link ServerFacts#elapsedMillis}; 0 if none
/// @param expiresAtMillis when the idle connection will be closed, on the same clock
public record ConnectionFacts(
        InetSocketAddress remote,
        boolean secure,
        boolean reading,
        boolean writing,
        long outstanding,
        long received,
        long sent,
        long sessionId,
        int lastOperation,
        long establishedWallMillis,
        int sessionTimeoutMillis,
        long lastCxid,
        long lastZxid,
        long lastResponseMillis,
        long lastLatencyMillis,
        long latencyMillisMin,
        long latencyMillisAverage,
        long latencyMillisMax,
        long expiresAtMillis) {
    /// No opcode: nothing was asked yet.
    public static final int NO_OPERATION = Integer.MIN_VALUE;

    /// As Java's selectors number it: 1 reading, 4 writing.
    public int interestOps() {
        return (reading ? 1 : 0) | (writing ? 4 : 0);
    }
}
