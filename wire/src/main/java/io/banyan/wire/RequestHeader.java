package io.banyan.wire;

/// The first eight bytes of every packet of a client but the first.
///
/// @param xid the client's number of the request: above 0 for ordinary ones, else {@link #PING},
///   {@link #AUTH}, {@link #SET_WATCHES}
/// @param type an {@link OpCode}, or any other int
public record RequestHeader(int xid, int type) {
    public static RequestHeader decode(JuteReader in) {
        return new RequestHeader(in.readInt(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeInt(xid);
        out.writeInt(type);
    }

    public static final int BYTES = 8;
    public static final int PING = -2;
    public static final int AUTH = -4;
    public static final int SET_WATCHES = -8;
}
