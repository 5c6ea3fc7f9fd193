package io.banyan.store;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.xerial.snappy.Snappy;

/// Reads the stream that snappy-java's `SnappyOutputStream` writes: 16 bytes of header, then chunks
/// of a length (4) and that many compressed bytes.
///
/// Its own reader trusts the lengths in the file and reserves memory for them; this one does not.
final class SnappyChunks extends InputStream {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int HEADER_BYTES = 16;

    /// ZooKeeper's chunks hold 32 KiB.
    private static final int CHUNK_BYTES_MAX = 16 << 20;

    private final InputStream in;
    private byte[] chunk = {};
    private int position;
    private int end;

    SnappyChunks(InputStream in) throws IOException {
        this.in = in;
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length < HEADER_BYTES || !isMagic(header)) {
            throw new IOException("not a snappy stream");
        }
    }

    static boolean isMagic(byte[] start) {
        return start.length >= MAGIC.length
                && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    @Override
    public int read() throws IOException {
        return fill() ? chunk[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int part = Math.min(count, end - position);
        System.arraycopy(chunk, position, into, from, part);
        position += part;
        return part;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private boolean fill() throws IOException {
        while (position == end) {
            byte[] head = in.readNBytes(4);
            if (head.length == 0) {
                return false;
            }
            if (head.length < 4) {
                throw new EOFException("a snappy chunk is cut short");
            }
            int size = (int) INT.get(head, 0);
            if (size <= 0 || size > CHUNK_BYTES_MAX) {
                throw new IOException("a snappy chunk of " + size + " bytes");
            }
            byte[] compressed = in.readNBytes(size);
            if (compressed.length < size) {
                throw new EOFException("a snappy chunk is cut short");
            }
            int length = Snappy.uncompressedLength(compressed);
            if (length < 0 || length > CHUNK_BYTES_MAX) {
                throw new IOException("a snappy chunk of " + length + " bytes uncompressed");
            }
            if (chunk.length < length) {
                chunk = new byte[length];
            }
            end = Snappy.uncompress(compressed, 0, size, chunk, 0);
            position = 0;
        }
        return true;
    }
}
