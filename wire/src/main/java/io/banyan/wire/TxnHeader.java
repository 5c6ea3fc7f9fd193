package io.banyan.wire;

/// The first 32 bytes of every transaction.
///
/// @param clientId session that asked for it; owner of the ephemerals it creates; 0 for the
///   container reaper
/// @param cxid the client's number of the request, 0 for requests of the server's own
/// @param timeMillis wall clock of the leader when it evaluated the request
/// @param type an {@link OpCode}, {@link OpCode#ERROR} for a refused write
public record TxnHeader(long clientId, int cxid, long zxid, long timeMillis, int type) {
    public static final int BYTES = 32;

    public static TxnHeader decode(JuteReader in) {
        return new TxnHeader(
                in.readLong(), in.readInt(), in.readLong(), in.readLong(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeLong(clientId);
        out.writeInt(cxid);
        out.writeLong(zxid);
        out.writeLong(timeMillis);
        out.writeInt(type);
    }
}
