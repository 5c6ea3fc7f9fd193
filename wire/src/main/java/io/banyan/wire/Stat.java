package io.banyan.wire;

/// What a client is told of a znode: 68 bytes on the wire.
///
/// @param czxid zxid of its creation
/// @param mzxid zxid of its last change of data
/// @param ctime wall clock milliseconds of its creation, by the leader's clock
/// @param mtime wall clock milliseconds of its last change of data
/// @param version changes of its data
/// @param cversion changes of its children as clients see them: `2 * creations - numChildren`
/// @param aversion changes of its ACL
/// @param ephemeralOwner session of an ephemeral, else 0 (also for containers and TTL nodes)
/// @param dataLength bytes, 0 for null
/// @param pzxid zxid of the last creation or deletion of a child
public record Stat(
        long czxid,
        long mzxid,
        long ctime,
        long mtime,
        int version,
        int cversion,
        int aversion,
        long ephemeralOwner,
        int dataLength,
        int numChildren,
        long pzxid) {
    public static final int BYTES = 68;

    public static Stat decode(JuteReader in) {
        return new Stat(
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readLong());
    }

    public void encode(JuteWriter out) {
        out.writeLong(czxid);
        out.writeLong(mzxid);
        out.writeLong(ctime);
        out.writeLong(mtime);
        out.writeInt(version);
        out.writeInt(cversion);
        out.writeInt(aversion);
        out.writeLong(ephemeralOwner);
        out.writeInt(dataLength);
        out.writeInt(numChildren);
        out.writeLong(pzxid);
    }
}
