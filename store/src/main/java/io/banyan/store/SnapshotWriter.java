package io.banyan.store;

import io.banyan.wire.Acl;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.Adler32;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.SnappyOutputStream;

/// Writes one snapshot file: into a temporary name first, and under its real name once it is
/// durable. Confined to one thread, which need not be the log's.
///
/// Use: create, tell everything to it as {@link SnapshotSink}, {@link #finish}, close. Closing
/// without a finish removes the temporary file.
public final class SnapshotWriter implements SnapshotSink, Closeable {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /// Of leftovers, too: never begins with `snapshot.`, so that ZooKeeper does not look at it.
    static final String TMP_PREFIX = "banyan-";

    private static final int BUFFER_BYTES = 64 << 10;

    /// The file is synced each time this much was written: one sync of gigabytes at the end would
    /// hold up the log's own syncs for as long.
    private static final long SYNC_EVERY_BYTES = 16 << 20;

    private static final byte[] ROOT_PATH = {'/'};

    /// Node: two lengths, ACL key, stat.
    private static final int NODE_FIXED_BYTES = 4 + 4 + 8 + StatPersisted.BYTES;

    private enum Section {
        SESSIONS,
        ACLS,
        NODES,
        FINISHED
    }

    private final Disk disk;
    private final StoreConfig config;
    private final long zxid;
    private final String name;
    private final String tmpName;
    private final DiskFile file;
    private final OutputStream out;
    private final Adler32 adler = new Adler32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int length;

    /// Sessions, then ACL lists: their count comes first in the file, so they wait here.
    private final JuteWriter counted = new JuteWriter();

    private int count;
    private Section section = Section.SESSIONS;
    private long written;
    private long synced;

    private SnapshotWriter(Disk disk, StoreConfig config, long zxid) throws IOException {
        this.disk = disk;
        this.config = config;
        this.zxid = zxid;
        this.name = LogFormat.snapshotName(zxid, config.compression());
        this.tmpName = TMP_PREFIX + name + SmallFile.TMP_SUFFIX;
        this.file = disk.create(Disk.Folder.SNAP, tmpName);
        try {
            this.out = compress(config.compression());
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        writeInt(SnapshotFormat.MAGIC);
        writeInt(SnapshotFormat.VERSION);
        writeLong(SnapshotFormat.DBID);
    }

    /// @param zxid of the state to be written
    public static SnapshotWriter create(Disk disk, StoreConfig config, long zxid)
            throws IOException {
        return new SnapshotWriter(disk, config, zxid);
    }

    @Override
    public void session(long sessionId, int timeoutMillis) throws IOException {
        require(Section.SESSIONS);
        counted.writeLong(sessionId);
        counted.writeInt(timeoutMillis);
        count++;
    }

    @Override
    public void acl(long key, List<Acl> acl) throws IOException {
        require(Section.ACLS);
        counted.writeLong(key);
        counted.writeVector(acl, (to, each) -> each.encode(to));
        count++;
    }

    @Override
    public void node(
            byte[] path, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted stat)
            throws IOException {
        require(Section.NODES);
        reserve(4);
        writeInt(pathEnd);
        writeBytes(path, pathEnd);
        reserve(4);
        if (data == null) {
            writeInt(-1);
        } else {
            writeInt(data.length);
            writeBytes(data, data.length);
        }
        reserve(NODE_FIXED_BYTES);
        writeLong(aclKey);
        writeLong(stat.czxid());
        writeLong(stat.mzxid());
        writeLong(stat.ctime());
        writeLong(stat.mtime());
        writeInt(stat.version());
        writeInt(stat.cversion());
        writeInt(stat.aversion());
        writeLong(stat.ephemeralOwner());
        writeLong(stat.pzxid());
        count++;
    }

    /// Writes the seals and trailers and makes the file durable under its name.
    ///
    /// @param digest of the tree that was written; null: not known
    /// @return bytes of the file
    public long finish(@Nullable ZxidDigest digest) throws IOException {
        require(Section.NODES);
        if (count == 0) {
            throw new IllegalStateException("a snapshot without a root");
        }
        section = Section.FINISHED;
        reserve(5);
        writeInt(1);
        writeBytes(ROOT_PATH, 1);
        seal();
        if (config.writeDigest()) {
            writeLong(digest == null ? 0 : digest.zxid());
            writeInt(digest == null ? ZxidDigest.VERSION : digest.version());
            writeLong(digest == null ? 0 : digest.digest());
            seal();
        }
        if (config.writeLastZxid()) {
            writeLong(zxid);
            seal();
        }
        flush();
        out.close();
        file.sync();
        disk.rename(Disk.Folder.SNAP, tmpName, name);
        disk.syncFolder(Disk.Folder.SNAP);
        return written;
    }

    /// Without a {@link #finish} before, the temporary file is removed.
    @Override
    public void close() throws IOException {
        file.close();
        if (section != Section.FINISHED) {
            section = Section.FINISHED;
            disk.delete(Disk.Folder.SNAP, tmpName);
        }
    }

    private void require(Section wanted) throws IOException {
        if (section.compareTo(wanted) > 0) {
            throw new IllegalStateException(wanted + " after " + section);
        }
        while (section != wanted) {
            endCounted();
            section = section == Section.SESSIONS ? Section.ACLS : Section.NODES;
        }
    }

    private void endCounted() throws IOException {
        reserve(4);
        writeInt(count);
        writeBytes(counted.array(), counted.length());
        counted.clear();
        count = 0;
    }

    private void seal() throws IOException {
        flush();
        long checksum = adler.getValue();
        writeLong(checksum);
        writeInt(1);
        writeBytes(ROOT_PATH, 1);
    }

    private void writeInt(int value) {
        INT.set(buffer, length, value);
        length += 4;
    }

    private void writeLong(long value) {
        LONG.set(buffer, length, value);
        length += 8;
    }

    private void writeBytes(byte[] bytes, int end) throws IOException {
        int from = 0;
        while (end - from > buffer.length - length) {
            int part = buffer.length - length;
            System.arraycopy(bytes, from, buffer, length, part);
            length += part;
            from += part;
            flush();
        }
        System.arraycopy(bytes, from, buffer, length, end - from);
        length += end - from;
    }

    private void reserve(int bytes) throws IOException {
        if (buffer.length - length < bytes) {
            flush();
        }
    }

    private void flush() throws IOException {
        adler.update(buffer, 0, length);
        out.write(buffer, 0, length);
        length = 0;
    }

    private OutputStream compress(Compression method) throws IOException {
        return switch (method) {
            case NONE -> new ToFile();
            case GZIP -> new GZIPOutputStream(new BufferedOutputStream(new ToFile(), BUFFER_BYTES));
            case SNAPPY ->
                    new SnappyOutputStream(new BufferedOutputStream(new ToFile(), BUFFER_BYTES));
        };
    }

    private final class ToFile extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            file.write(ByteBuffer.wrap(bytes, from, count), written);
            written += count;
            if (written - synced >= SYNC_EVERY_BYTES) {
                file.sync();
                synced = written;
            }
        }
    }
}
