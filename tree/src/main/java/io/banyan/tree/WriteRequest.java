package io.banyan.tree;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A write as it came from a client.
///
/// Two requests are equal if they ask the same, wherever in their arrays the record is.
///
/// @param sessionId who asks; owner of the ephemerals that it creates
/// @param cxid the client's number of the request, 0 for the server's own
/// @param opcode an {@link io.banyan.wire.OpCode}
/// @param body array that holds the request's record, without the header; never modified
/// @param from index of the record's first byte
/// @param end index behind the last byte of the request; what the record leaves over is ignored
/// @param caller whose permissions count
@SuppressWarnings("ArrayRecordComponent") // the array is read in place; copying costs every write
public record WriteRequest(
        long sessionId, int cxid, int opcode, byte[] body, int from, int end, Caller caller) {
    public WriteRequest {
        if (from < 0 || end < from || end > body.length) {
            throw new IllegalArgumentException(
                    "from=" + from + " end=" + end + " length=" + body.length);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WriteRequest that
                && sessionId == that.sessionId
                && cxid == that.cxid
                && opcode == that.opcode
                && Arrays.equals(body, from, end, that.body, that.from, that.end)
                && caller.equals(that.caller);
    }

    @Override
    public int hashCode() {
        return Objects.hash(sessionId, cxid, opcode, end - from);
    }
}
