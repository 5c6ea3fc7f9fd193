package io.banyan.wire;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The first packet of a client. Bytes behind it are ignored.
///
/// @param protocolVersion 0; any other is accepted as well
/// @param lastZxidSeen highest zxid that the client was told; a server behind it must refuse
/// @param timeOutMillis what the client wishes; any int
/// @param sessionId 0 for a new session
/// @param passwd empty where the wire says null: neither is the password of any session
/// @param readOnly whether a server without quorum will do
/// @param hasReadOnly false from clients before 3.4, which do not send `readOnly` and do not
///   understand it in the response
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record ConnectRequest(
        int protocolVersion,
        long lastZxidSeen,
        int timeOutMillis,
        long sessionId,
        byte[] passwd,
        boolean readOnly,
        boolean hasReadOnly) {
    private static final byte[] NO_BYTES = {};

    public static ConnectRequest decode(JuteReader in) {
        int protocolVersion = in.readInt();
        long lastZxidSeen = in.readLong();
        int timeOutMillis = in.readInt();
        long sessionId = in.readLong();
        byte[] passwd = in.readBuffer();
        boolean hasReadOnly = in.remaining() > 0;
        boolean readOnly = hasReadOnly && in.readBool();
        return new ConnectRequest(
                protocolVersion,
                lastZxidSeen,
                timeOutMillis,
                sessionId,
                passwd == null ? NO_BYTES : passwd,
                readOnly,
                hasReadOnly);
    }

    public void encode(JuteWriter out) {
        out.writeInt(protocolVersion);
        out.writeLong(lastZxidSeen);
        out.writeInt(timeOutMillis);
        out.writeLong(sessionId);
        out.writeBuffer(passwd);
        if (hasReadOnly) {
            out.writeBool(readOnly);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectRequest that
                && protocolVersion == that.protocolVersion
                && lastZxidSeen == that.lastZxidSeen
                && timeOutMillis == that.timeOutMillis
                && sessionId == that.sessionId
                && Arrays.equals(passwd, that.passwd)
                && readOnly == that.readOnly
                && hasReadOnly == that.hasReadOnly;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                protocolVersion,
                lastZxidSeen,
                timeOutMillis,
                sessionId,
                Arrays.hashCode(passwd),
                readOnly,
                hasReadOnly);
    }

    /// Without the password: it would let a reader of logs take over the session.
    @Override
    public String toString() {
        return "ConnectRequest[protocolVersion="
                + protocolVersion
                + ", lastZxidSeen="
                + Zxid.hex(lastZxidSeen)
                + ", timeOutMillis="
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
