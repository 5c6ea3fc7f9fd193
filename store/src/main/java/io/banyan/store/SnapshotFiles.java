package io.banyan.store;

import io.banyan.wire.Acl;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.SnappyError;

/// The snapshot files of the folder `SNAP`: which there are, and reading one.
public final class SnapshotFiles {
    private static final byte[] PLAIN_TAIL = {0, 0, 0, 1, '/'};
    private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};
    private static final int PLAIN_BYTES_MIN = 10;
    private static final int SNAPPY_MAGIC_BYTES = 8;

    private SnapshotFiles() {}

    /// @return names of the snapshots, valid or not, in rising order of zxid
    public static List<String> names(Disk disk) throws IOException {
        return disk.list(Disk.Folder.SNAP).stream()
                .filter(name -> zxidOf(name) >= 0 && !isTemporary(name))
                .sorted((one, other) -> Long.compare(zxidOf(one), zxidOf(other)))
                .toList();
    }

    /// @return the zxid in a snapshot's name, -1 if it is none
    public static long zxidOf(String name) {
        return LogFormat.zxidOf(name, LogFormat.SNAPSHOT_PREFIX);
    }

    /// Tells a whole snapshot to a sink. What was told is to be trusted only after the return.
    ///
    /// @param sink may throw {@link io.banyan.wire.MalformedRecord} for content that is no tree; of
    ///   a file whose seals do not match it is forgiven any other exception too
    /// @throws CorruptFile if it is no valid snapshot
    public static Snapshot read(Disk disk, StoreConfig config, String name, SnapshotSink sink)
            throws IOException {
        try {
            return readOnce(disk, config, name, sink);
        } catch (RuntimeException e) {
            // The seals stand at the end: the sink may have been told nonsense. If they match, the
            // sink itself is wrong.
            verify(disk, config, name);
            throw e;
        }
    }

    /// Reads a whole file, and what is in it nowhere.
    ///
    /// @throws CorruptFile if it is no valid snapshot
    public static Snapshot verify(Disk disk, StoreConfig config, String name) throws IOException {
        return readOnce(disk, config, name, new Nowhere());
    }

    private static Snapshot readOnce(Disk disk, StoreConfig config, String name, SnapshotSink sink)
            throws IOException {
        String path = disk.describe(Disk.Folder.SNAP, name);
        try (DiskFile file = disk.openForReading(Disk.Folder.SNAP, name)) {
            var input = new Input(file);
            try (InputStream in = decompress(name, input)) {
                return new SnapshotReader(in, path, file.length(), config.entryBytesMax())
                        .read(name, zxidOf(name), sink);
            } catch (CorruptFile e) {
                throw e;
            } catch (IOException | SnappyError e) {
                if (input.failure != null) {
                    throw input.failure;
                }
                // Not the disk's failure: the decompressor's opinion of the content.
                throw new CorruptFile(path, input.offset, e + ": no valid snapshot");
            }
        }
    }

    /// Whether the file was at least written to its end, as far as a look at both ends tells.
    static boolean looksComplete(Disk disk, String name) throws IOException {
        try (DiskFile file = disk.openForReading(Disk.Folder.SNAP, name)) {
            return switch (Compression.ofName(name)) {
                case NONE -> {
                    long length = file.length();
                    yield length >= PLAIN_BYTES_MIN
                            && holds(file, length - PLAIN_TAIL.length, PLAIN_TAIL);
                }
                case GZIP -> holds(file, 0, GZIP_MAGIC);
                case SNAPPY -> {
                    var start = ByteBuffer.allocate(SNAPPY_MAGIC_BYTES);
                    file.read(start, 0);
                    yield SnappyChunks.isMagic(start.array());
                }
            };
        }
    }

    /// Reads the whole file.
    static boolean isValid(Disk disk, StoreConfig config, String name) throws IOException {
        try {
            verify(disk, config, name);
            return true;
        } catch (CorruptFile e) {
            return false;
        }
    }

    /// Left by a write that did not finish, ours or ZooKeeper's.
    static boolean isTemporary(String name) {
        return name.endsWith(SmallFile.TMP_SUFFIX)
                && (name.startsWith(SnapshotWriter.TMP_PREFIX) || zxidOf(name) >= 0);
    }

    private static boolean holds(DiskFile file, long offset, byte[] expected) throws IOException {
        var found = ByteBuffer.allocate(expected.length);
        file.read(found, offset);
        return found.flip().equals(ByteBuffer.wrap(expected));
    }

    private static InputStream decompress(String name, InputStream in) throws IOException {
        return switch (Compression.ofName(name)) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in, 64 << 10);
            case SNAPPY -> new SnappyChunks(in);
        };
    }

    /// The file's bytes; remembers a failure of the disk, so that it is told from bad content.
    private static final class Input extends InputStream {
        private final DiskFile file;
        private long offset;
        private @Nullable IOException failure;

        Input(DiskFile file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            try {
                int read = file.read(ByteBuffer.wrap(into, from, count), offset);
                offset += read;
                return read == 0 ? -1 : read;
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    /// For reading a file only to verify it.
    private static final class Nowhere implements SnapshotSink {
        @Override
        public void session(long sessionId, int timeoutMillis) {}

        @Override
        public void acl(long key, List<Acl> acl) {}

        @Override
        public void node(
                byte[] path,
                int pathEnd,
                byte @Nullable [] data,
                long aclKey,
                StatPersisted stat) {}
    }
}
