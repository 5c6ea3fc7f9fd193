package io.banyan.tree;

import io.banyan.wire.JuteWriter;
import io.banyan.wire.Stat;
import io.banyan.wire.StatPersisted;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/// One znode laid open: a cursor that reads packed znodes and writes them again. Mutable, confined
/// to one thread.
///
/// A packed znode, an entry of its parent's trie:
///
/// | bytes | meaning |
/// | --- | --- |
/// | varint, name | the key |
/// | 1 | flags below: which fields follow and which are at their default |
/// | 4 | CRC-32 digest of the znode, big-endian; 0 if digests are off |
/// | varint | czxid |
/// | varint | ctime, zigzag |
/// | varint, varint | if CHANGED: mzxid - czxid and mtime - ctime, zigzag |
/// | varint | if PARENTED: pzxid - czxid, zigzag |
/// | varint | if VERSION: version, as unsigned |
/// | varint | if CVERSION: creations of children, as unsigned |
/// | varint | if AVERSION: changes of the ACL, as unsigned |
/// | 8 | if OWNED: ephemeralOwner as stored |
/// | varint | if LISTED: number of the ACL; otherwise it is the open one |
/// | rest | data; if NULL_DATA there is none |
///
/// Of a {@link Branch} its own fields count for pzxid, cversion and digest.
final class Fields {
    static final int OPEN_ACL = -1;

    private static final int VERSION = 1;
    private static final int CVERSION = 2;
    private static final int AVERSION = 4;
    private static final int OWNED = 8;
    private static final int LISTED = 16;
    private static final int CHANGED = 32;
    private static final int PARENTED = 64;
    private static final int NULL_DATA = 128;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /// Up to here it is cheaper to gather what the CRC covers than to start it three times.
    private static final int GATHERED_BYTES_MAX = 2048;

    private static final byte[] NO_BYTES = {};

    long czxid;
    long mzxid;
    long pzxid;
    long ctime;
    long mtime;
    int version;
    int cversion;
    int aversion;
    long owner;
    long acl;
    int digest;

    /// Where the data is: `data[dataFrom, dataEnd)`; null data has an end of -1.
    byte[] data = NO_BYTES;

    int dataFrom;
    int dataEnd;

    int childCount;

    /// A new znode's fields; name and data are the caller's to say.
    void create(long zxid, long time, long newOwner, long newAcl) {
        czxid = zxid;
        mzxid = zxid;
        pzxid = zxid;
        ctime = time;
        mtime = time;
        version = 0;
        cversion = 0;
        aversion = 0;
        owner = newOwner;
        acl = newAcl;
        childCount = 0;
    }

    void load(StatPersisted stat, long newAcl) {
        czxid = stat.czxid();
        mzxid = stat.mzxid();
        pzxid = stat.pzxid();
        ctime = stat.ctime();
        mtime = stat.mtime();
        version = stat.version();
        cversion = stat.cversion();
        aversion = stat.aversion();
        owner = stat.ephemeralOwner();
        acl = newAcl;
        childCount = 0;
    }

    /// @param bytes kept until the next change, not modified
    /// @param end index behind the data, -1 for null
    void data(byte[] bytes, int from, int end) {
        data = bytes;
        dataFrom = from;
        dataEnd = end;
    }

    int dataLength() {
        return dataEnd < 0 ? 0 : dataEnd - dataFrom;
    }

    void read(Object entry) {
        byte[] bytes = Trie.packed(entry);
        readPacked(bytes);
        if (entry instanceof Branch branch) {
            pzxid = branch.pzxid;
            cversion = branch.cversion;
            digest = branch.digest;
            childCount = branch.childCount;
        } else {
            childCount = 0;
        }
    }

    private void readPacked(byte[] bytes) {
        int at = Trie.keyEnd(bytes);
        int flags = bytes[at];
        digest = (int) INT.get(bytes, at + 1);
        at += 5;
        czxid = Varint.get(bytes, at);
        at = Varint.skip(bytes, at);
        ctime = Varint.unzigzag(Varint.get(bytes, at));
        at = Varint.skip(bytes, at);
        mzxid = czxid;
        mtime = ctime;
        if ((flags & CHANGED) != 0) {
            mzxid += Varint.unzigzag(Varint.get(bytes, at));
            at = Varint.skip(bytes, at);
            mtime += Varint.unzigzag(Varint.get(bytes, at));
            at = Varint.skip(bytes, at);
        }
        pzxid = czxid;
        if ((flags & PARENTED) != 0) {
            pzxid += Varint.unzigzag(Varint.get(bytes, at));
            at = Varint.skip(bytes, at);
        }
        version = 0;
        if ((flags & VERSION) != 0) {
            version = (int) Varint.get(bytes, at);
            at = Varint.skip(bytes, at);
        }
        cversion = 0;
        if ((flags & CVERSION) != 0) {
            cversion = (int) Varint.get(bytes, at);
            at = Varint.skip(bytes, at);
        }
        aversion = 0;
        if ((flags & AVERSION) != 0) {
            aversion = (int) Varint.get(bytes, at);
            at = Varint.skip(bytes, at);
        }
        owner = 0;
        if ((flags & OWNED) != 0) {
            owner = (long) LONG.get(bytes, at);
            at += 8;
        }
        acl = OPEN_ACL;
        if ((flags & LISTED) != 0) {
            acl = Varint.get(bytes, at);
            at = Varint.skip(bytes, at);
        }
        data(bytes, at, (flags & NULL_DATA) != 0 ? -1 : bytes.length);
    }

    /// The ACL's number alone, for reads that need no more of a znode.
    static long aclOf(Object entry) {
        byte[] bytes = Trie.packed(entry);
        int flags = bytes[Trie.keyEnd(bytes)];
        if ((flags & LISTED) == 0) {
            return OPEN_ACL;
        }
        var fields = new Fields();
        fields.readPacked(bytes);
        return fields.acl;
    }

    static int digestOf(Object entry) {
        if (entry instanceof Branch branch) {
            return branch.digest;
        }
        byte[] bytes = Trie.packed(entry);
        return (int) INT.get(bytes, Trie.keyEnd(bytes) + 1);
    }

    /// The znode as bytes under a name.
    byte[] pack(byte[] name, int nameFrom, int nameEnd) {
        int nameLength = nameEnd - nameFrom;
        int flags = 0;
        int size = Varint.sizeOf(nameLength) + nameLength + 5;
        long zigzagCtime = Varint.zigzag(ctime);
        size += Varint.sizeOf(czxid) + Varint.sizeOf(zigzagCtime) + dataLength();
        long changedZxid = Varint.zigzag(mzxid - czxid);
        long changedTime = Varint.zigzag(mtime - ctime);
        if ((changedZxid | changedTime) != 0) {
            flags |= CHANGED;
            size += Varint.sizeOf(changedZxid) + Varint.sizeOf(changedTime);
        }
        long parentedZxid = Varint.zigzag(pzxid - czxid);
        if (parentedZxid != 0) {
            flags |= PARENTED;
            size += Varint.sizeOf(parentedZxid);
        }
        if (version != 0) {
            flags |= VERSION;
            size += Varint.sizeOf(unsigned(version));
        }
        if (cversion != 0) {
            flags |= CVERSION;
            size += Varint.sizeOf(unsigned(cversion));
        }
        if (aversion != 0) {
            flags |= AVERSION;
            size += Varint.sizeOf(unsigned(aversion));
        }
        if (owner != 0) {
            flags |= OWNED;
            size += 8;
        }
        if (acl != OPEN_ACL) {
            flags |= LISTED;
            size += Varint.sizeOf(acl);
        }
        if (dataEnd < 0) {
            flags |= NULL_DATA;
        }

        byte[] bytes = new byte[size];
        int at = Varint.put(bytes, 0, nameLength);
        System.arraycopy(name, nameFrom, bytes, at, nameLength);
        at += nameLength;
        bytes[at] = (byte) flags;
        INT.set(bytes, at + 1, digest);
        at = Varint.put(bytes, at + 5, czxid);
        at = Varint.put(bytes, at, zigzagCtime);
        if ((flags & CHANGED) != 0) {
            at = Varint.put(bytes, at, changedZxid);
            at = Varint.put(bytes, at, changedTime);
        }
        if ((flags & PARENTED) != 0) {
            at = Varint.put(bytes, at, parentedZxid);
        }
        if ((flags & VERSION) != 0) {
            at = Varint.put(bytes, at, unsigned(version));
        }
        if ((flags & CVERSION) != 0) {
            at = Varint.put(bytes, at, unsigned(cversion));
        }
        if ((flags & AVERSION) != 0) {
            at = Varint.put(bytes, at, unsigned(aversion));
        }
        if ((flags & OWNED) != 0) {
            LONG.set(bytes, at, owner);
            at += 8;
        }
        if ((flags & LISTED) != 0) {
            at = Varint.put(bytes, at, acl);
        }
        if (dataEnd > dataFrom) {
            System.arraycopy(data, dataFrom, bytes, at, dataEnd - dataFrom);
        }
        return bytes;
    }

    private static long unsigned(int value) {
        return value & 0xffffffffL;
    }

    /// Digest of the znode with these fields: CRC-32 over path (empty for the root), data and 60
    /// bytes of stat.
    void digest(byte[] path, int from, int end) {
        int pathLength = end - from;
        int dataLength = dataLength();
        int gathered = pathLength + dataLength + StatPersisted.BYTES;
        var crc = new CRC32();
        if (gathered <= GATHERED_BYTES_MAX) {
            byte[] scratch = new byte[gathered];
            System.arraycopy(path, from, scratch, 0, pathLength);
            System.arraycopy(data, dataFrom, scratch, pathLength, dataLength);
            putDigestStat(scratch, pathLength + dataLength);
            crc.update(scratch, 0, gathered);
        } else {
            byte[] stat = new byte[StatPersisted.BYTES];
            putDigestStat(stat, 0);
            crc.update(path, from, pathLength);
            crc.update(data, dataFrom, dataLength);
            crc.update(stat, 0, stat.length);
        }
        digest = (int) crc.getValue();
    }

    /// The digest's own order of the fields, not that of snapshots.
    private void putDigestStat(byte[] bytes, int at) {
        LONG.set(bytes, at, czxid);
        LONG.set(bytes, at + 8, mzxid);
        LONG.set(bytes, at + 16, pzxid);
        LONG.set(bytes, at + 24, ctime);
        LONG.set(bytes, at + 32, mtime);
        INT.set(bytes, at + 40, version);
        INT.set(bytes, at + 44, cversion);
        INT.set(bytes, at + 48, aversion);
        LONG.set(bytes, at + 52, owner);
    }

    /// Creations and deletions: creations happened `cversion` times, and what is not there any more
    /// was deleted.
    private int visibleCversion() {
        return 2 * cversion - childCount;
    }

    private long visibleOwner(TreeConfig config) {
        return OwnerKind.of(owner, config) == OwnerKind.EPHEMERAL ? owner : 0;
    }

    Stat stat(TreeConfig config) {
        return new Stat(
                czxid,
                mzxid,
                ctime,
                mtime,
                version,
                visibleCversion(),
                aversion,
                visibleOwner(config),
                dataLength(),
                childCount,
                pzxid);
    }

    /// The 68 bytes that clients get.
    void writeStat(TreeConfig config, JuteWriter out) {
        out.writeLong(czxid);
        out.writeLong(mzxid);
        out.writeLong(ctime);
        out.writeLong(mtime);
        out.writeInt(version);
        out.writeInt(visibleCversion());
        out.writeInt(aversion);
        out.writeLong(visibleOwner(config));
        out.writeInt(dataLength());
        out.writeInt(childCount);
        out.writeLong(pzxid);
    }

    StatPersisted persisted() {
        return new StatPersisted(
                czxid, mzxid, ctime, mtime, version, cversion, aversion, owner, pzxid);
    }
}
