package io.banyan.server.peer;

import io.banyan.replica.PeerCodec;
import io.banyan.wire.JuteReader;
import io.banyan.wire.MalformedRecord;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The receiving end of a quorum connection: cuts packets out of the stream, and lets an image be
/// read between them. Confined to one thread.
final class PacketInput {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final JuteReader fields = new JuteReader(new byte[0], 0, 0);
    private final int fieldBytesMax;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int end;

    /// @param fieldBytesMax longest field to be taken for real
    PacketInput(InputStream in, int fieldBytesMax) {
        this.in = in;
        this.fieldBytesMax = fieldBytesMax;
    }

    byte[] array() {
        return buffer;
    }

    int position() {
        return position;
    }

    void position(int newPosition) {
        position = newPosition;
    }

    /// Where the packet at {@link #position} ends, if all of it is here already; else -1.
    ///
    /// @throws MalformedRecord if it can be none
    int wholePacketEnd() {
        int length = PeerCodec.packetLength(buffer, position, end, fieldBytesMax);
        return length < 0 ? -1 : position + length;
    }

    /// Type of the packet at {@link #position}; -1 if it has not even begun.
    int packetType() {
        return end - position < 4 ? -1 : (int) INT.get(buffer, position);
    }

    private int checked(int length) {
        if (length < -1 || length > fieldBytesMax) {
            throw new MalformedRecord(
                    "a field of "
                            + length
                            + " bytes (jute.maxbuffer and its extra size allow "
                            + fieldBytesMax
                            + ")");
        }
        return length;
    }

    /// Reads more; waits if there is nothing.
    void fill() throws IOException {
        if (position == end) {
            position = 0;
            end = 0;
            if (buffer.length > BUFFER_BYTES) {
                buffer = new byte[BUFFER_BYTES];
            }
        } else if (end == buffer.length) {
            if (position > buffer.length / 2) {
                System.arraycopy(buffer, position, buffer, 0, end - position);
                end -= position;
                position = 0;
            } else {
                // Bounded by the fields of one packet, which are checked before.
                buffer = Arrays.copyOfRange(buffer, position, position + 2 * buffer.length);
                end -= position;
                position = 0;
            }
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            throw new EOFException();
        }
        end += count;
    }

    // ---- fields of an image

    int readInt() throws IOException {
        require(4);
        int value = (int) INT.get(buffer, position);
        position += 4;
        return value;
    }

    long readLong() throws IOException {
        require(8);
        long value = (long) LONG.get(buffer, position);
        position += 8;
        return value;
    }

    /// The next so many bytes, few enough for the buffer.
    ///
    /// @return valid until the next read
    JuteReader fixed(int count) throws IOException {
        require(count);
        fields.reset(buffer, position, position + count);
        position += count;
        return fields;
    }

    /// @return the length of a field, -1 for none
    int readLength() throws IOException {
        return checked(readInt());
    }

    void readFully(byte[] into, int count) throws IOException {
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
        while (end - position < count) {
            fill();
        }
    }
}
