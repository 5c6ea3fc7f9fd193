package io.banyan.wire;

/// The first sixteen bytes of every packet to a client but the first.
///
/// @param xid that of the request, {@link #NOTIFICATION} before a {@link WatcherEvent}
/// @param zxid last transaction that the server had applied; with an event the one that caused it,
///   -1 where none did; 0 in replies to authentication
/// @param err an {@link ErrorCode}; anything but OK means that no body follows
public record ReplyHeader(int xid, long zxid, int err) {
    public static ReplyHeader decode(JuteReader in) {
        return new ReplyHeader(in.readInt(), in.readLong(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeInt(xid);
        out.writeLong(zxid);
        out.writeInt(err);
    }

    public static final int BYTES = 16;
    public static final int NOTIFICATION = -1;
}
