package io.banyan.wire;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The first packet to a client. On the wire it begins with a protocol version, which is always 0
/// and ignored by readers.
///
/// @param timeOutMillis negotiated; 0 in a {@link #rejected} one
/// @param sessionId 0 in a rejected one
/// @param passwd 16 bytes, zeros in a rejected one
/// @param readOnly whether the server has no quorum and serves reads only
/// @param hasReadOnly whether the request had `readOnly`: only then does the response have it
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record ConnectResponse(
        int timeOutMillis, long sessionId, byte[] passwd, boolean readOnly, boolean hasReadOnly) {
    public static final int PASSWD_BYTES = 16;

    private static final byte[] NO_BYTES = {};

    /// Tells a client that its session is gone.
    public static ConnectResponse rejected(boolean readOnly, boolean hasReadOnly) {
        return new ConnectResponse(0, 0, new byte[PASSWD_BYTES], readOnly, hasReadOnly);
    }

    public static ConnectResponse decode(JuteReader in) {
        in.readInt();
        int timeOutMillis = in.readInt();
        long sessionId = in.readLong();
        byte[] passwd = in.readBuffer();
        boolean hasReadOnly = in.remaining() > 0;
        boolean readOnly = hasReadOnly && in.readBool();
        return new ConnectResponse(
                timeOutMillis,
                sessionId,
                passwd == null ? NO_BYTES : passwd,
                readOnly,
                hasReadOnly);
    }

    public void encode(JuteWriter out) {
        out.writeInt(0);
        out.writeInt(timeOutMillis);
        out.writeLong(sessionId);
        out.writeBuffer(passwd);
        if (hasReadOnly) {
            out.writeBool(readOnly);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectResponse that
                && timeOutMillis == that.timeOutMillis
                && sessionId == that.sessionId
                && Arrays.equals(passwd, that.passwd)
                && readOnly == that.readOnly
                && hasReadOnly == that.hasReadOnly;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                timeOutMillis, sessionId, Arrays.hashCode(passwd), readOnly, hasReadOnly);
    }

    /// Without the password: it would let a reader of logs take over the session.
    @Override
    public String toString() {
        return "ConnectResponse[timeOutMillis="
                + timeOutMillis
                + ", sessionId=0x"
                + Long.toHexString(sessionId)
                + ", readOnly="
                + readOnly
                + ", hasReadOnly="
                + hasReadOnly
                + "]";
    }
}
