package io.banyan.wire;

/// The part of a znode's stat that snapshots keep: 60 bytes.
///
/// Unlike {@link Stat} it has the stored `cversion` (creations of children) and the raw
/// `ephemeralOwner` (containers and TTL nodes are encoded in it).
public record StatPersisted(
        long czxid,
        long mzxid,
        long ctime,
        long mtime,
        int version,
        int cversion,
        int aversion,
        long ephemeralOwner,
        long pzxid) {
    public static final int BYTES = 60;

    public static StatPersisted decode(JuteReader in) {
        return new StatPersisted(
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
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
        out.writeLong(pzxid);
    }
}
