package io.banyan.store;

import io.banyan.wire.Acl;
import io.banyan.wire.Id;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/// Reads the uncompressed bytes of one snapshot into a sink and verifies every seal. Confined to
/// one thread, used once.
final class SnapshotReader {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int BUFFER_BYTES_MAX = 64 << 10;

    /// Enough for every field that is read as one piece.
    private static final int BUFFER_BYTES_MIN = 512;

    private final InputStream in;
    private final String path;
    private final int fieldBytesMax;
    private final Adler32 adler = new Adler32();
    private final byte[] buffer;

    /// Offset in the uncompressed file of the buffer's first byte.
    private long bufferStart;

    private int position;
    private int end;

    /// Index of the first byte that the checksum does not cover yet.
    private int unsummed;

    private byte[] nodePath = new byte[1024];

    /// @param path of the file, for errors
    /// @param fileBytes length of the file, for the size of the buffer only
    /// @param fieldBytesMax longest path or data to be taken for real
    SnapshotReader(InputStream in, String path, long fileBytes, int fieldBytesMax) {
        this.buffer = new byte[Math.clamp(fileBytes, BUFFER_BYTES_MIN, BUFFER_BYTES_MAX)];
        this.in = in;
        this.path = path;
        this.fieldBytesMax = fieldBytesMax;
    }

    /// @throws CorruptFile if it is no valid snapshot
    Snapshot read(String name, long zxid, SnapshotSink sink) throws IOException {
        try {
            return readAll(name, zxid, sink);
        } catch (EOFException e) {
            throw corrupt("the file is cut short");
        } catch (MalformedRecord e) {
            throw corrupt(String.valueOf(e.getMessage()));
        }
    }

    private Snapshot readAll(String name, long zxid, SnapshotSink sink) throws IOException {
        int magic = readInt();
        if (magic != SnapshotFormat.MAGIC) {
            throw corrupt("0x" + Integer.toHexString(magic) + " is not the mark of a snapshot");
        }
        readInt();
        readLong();
        // A count below 0 is none: so ZooKeeper reads it.
        int sessions = Math.max(0, readInt());
        for (int i = 0; i < sessions; i++) {
            sink.session(readLong(), readInt());
        }
        int acls = readInt();
        for (int i = 0; i < acls; i++) {
            sink.acl(readLong(), readAcl());
        }
        long nodes = 0;
        while (true) {
            int pathEnd = readPath();
            if (pathEnd == 1 && nodePath[0] == '/') {
                break;
            }
            byte[] data = readBuffer();
            require(8 + StatPersisted.BYTES);
            long aclKey = readLong();
            sink.node(nodePath, pathEnd, data, aclKey, readStat());
            nodes++;
        }
        checkSeal();
        return readTrailers(name, zxid, sessions, nodes);
    }

    private Snapshot readTrailers(String name, long zxid, int sessions, long nodes)
            throws IOException {
        // Which blocks there are follows from what is left: none announces itself.
        // More than the known blocks may come from a later version, and ZooKeeper ignores it.
        int known = SnapshotFormat.DIGEST_BLOCK_BYTES + SnapshotFormat.ZXID_BLOCK_BYTES;
        int left = Math.min(known, left(known));
        ZxidDigest digest = null;
        long lastZxid = -1;
        if (left >= SnapshotFormat.DIGEST_BLOCK_BYTES) {
            digest = new ZxidDigest(readLong(), readInt(), readLong());
            checkSeal();
            left -= SnapshotFormat.DIGEST_BLOCK_BYTES;
        }
        if (left >= SnapshotFormat.ZXID_BLOCK_BYTES) {
            lastZxid = readLong();
            checkSeal();
            left -= SnapshotFormat.ZXID_BLOCK_BYTES;
        }
        if (left > 0) {
            throw corrupt("the trailer is cut short");
        }
        return new Snapshot(name, zxid, digest, lastZxid, sessions, nodes, bufferStart + position);
    }

    private List<Acl> readAcl() throws IOException {
        int count = readInt();
        if (count == -1) {
            throw corrupt("an ACL list is missing");
        }
        var list = new ArrayList<Acl>();
        for (int i = 0; i < count; i++) {
            list.add(new Acl(readInt(), new Id(readString(), readString())));
        }
        return list;
    }

    private StatPersisted readStat() throws IOException {
        return new StatPersisted(
                readLong(),
                readLong(),
                readLong(),
                readLong(),
                readInt(),
                readInt(),
                readInt(),
                readLong(),
                readLong());
    }

    private int readPath() throws IOException {
        int length = readLength();
        if (length < 0) {
            throw corrupt("a node without a path");
        }
        if (length > nodePath.length) {
            nodePath = new byte[Math.min(fieldBytesMax, Math.max(length, 2 * nodePath.length))];
        }
        readFully(nodePath, length);
        return length;
    }

    private @Nullable String readString() throws IOException {
        byte[] bytes = readBuffer();
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private byte @Nullable [] readBuffer() throws IOException {
        int length = readLength();
        if (length < 0) {
            return null;
        }
        if (length <= end - position) {
            position += length;
            return Arrays.copyOfRange(buffer, position - length, position);
        }
        byte[] bytes = new byte[length];
        readFully(bytes, length);
        return bytes;
    }

    private int readLength() throws IOException {
        int length = readInt();
        if (length < -1 || length > fieldBytesMax) {
            throw corrupt(
                    "a field of length "
                            + length
                            + " (jute.maxbuffer and its extra size allow "
                            + fieldBytesMax
                            + ")");
        }
        return length;
    }

    private void checkSeal() throws IOException {
        sum();
        long sum = adler.getValue();
        long seal = readLong();
        if (seal != sum) {
            throw corrupt("the checksum does not match");
        }
        int length = readInt();
        require(1);
        if (length != 1 || buffer[position++] != '/') {
            throw corrupt("the seal is broken");
        }
    }

    private int readInt() throws IOException {
        require(4);
        int value = (int) INT.get(buffer, position);
        position += 4;
        return value;
    }

    private long readLong() throws IOException {
        require(8);
        long value = (long) LONG.get(buffer, position);
        position += 8;
        return value;
    }

    private void readFully(byte[] into, int count) throws IOException {
        int done = 0;
        while (done < count) {
            require(1);
            int part = Math.min(count - done, end - position);
            System.arraycopy(buffer, position, into, done, part);
            position += part;
            done += part;
        }
    }

    private void require(int count) throws IOException {
        if (end - position < count && left(count) < count) {
            throw new EOFException();
        }
    }

    /// @return bytes left in the file, as far as they are fewer than or equal to `count` + 1
    private int left(int count) throws IOException {
        while (end - position <= count) {
            if (buffer.length - position < count + 1) {
                shift();
            }
            int read = in.read(buffer, end, buffer.length - end);
            if (read <= 0) {
                break;
            }
            end += read;
        }
        return Math.min(end - position, count + 1);
    }

    private void shift() {
        sum();
        System.arraycopy(buffer, position, buffer, 0, end - position);
        bufferStart += position;
        end -= position;
        position = 0;
        unsummed = 0;
    }

    private void sum() {
        adler.update(buffer, unsummed, position - unsummed);
        unsummed = position;
    }

    private CorruptFile corrupt(String what) {
        return new CorruptFile(path, bufferStart + position, what + ": no valid snapshot");
    }
}
