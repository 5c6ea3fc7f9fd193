package io.banyan.client;

import io.banyan.wire.JuteReader;
import io.banyan.wire.ReplyHeader;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Cuts a stream of bytes into packets. Confined to the network thread; one for each connection.
///
/// A packet beyond the bound is not kept: its header is handed on as soon as it is there, and the
/// rest is skipped.
final class FrameCutter {
    /// Where packets go.
    interface Sink {
        /// @return false if the connection is to be left: nothing more is wanted of it
        boolean frame(JuteReader packet);

        boolean oversized(JuteReader header, int lengthBytes);

        /// The length of a packet cannot be one.
        void nonsense(int length);
    }

    private static final int LENGTH_BYTES = 4;
    private static final int CAPACITY_BYTES = 16 * 1024;

    private final int frameBytesMax;
    private final JuteReader reader = new JuteReader(new byte[0]);
    private byte[] bytes = new byte[CAPACITY_BYTES];
    private int start;
    private int end;
    private long skip;

    FrameCutter(int frameBytesMax) {
        this.frameBytesMax = frameBytesMax;
    }

    void read(ByteBuf in, Sink sink) {
        while (in.isReadable()) {
            if (skip > 0) {
                int skipped = (int) Math.min(skip, in.readableBytes());
                in.skipBytes(skipped);
                skip -= skipped;
                continue;
            }
            // A packet that is being collected grows the array only as its bytes arrive.
            int count = Math.min(in.readableBytes(), CAPACITY_BYTES);
            makeRoom(count);
            in.readBytes(bytes, end, count);
            end += count;
            if (!cut(sink)) {
                in.skipBytes(in.readableBytes());
                return;
            }
        }
    }

    private void makeRoom(int count) {
        if (bytes.length - end >= count) {
            return;
        }
        int kept = end - start;
        if (bytes.length - kept >= count) {
            System.arraycopy(bytes, start, bytes, 0, kept);
        } else {
            byte[] larger = new byte[Math.max(2 * bytes.length, kept + count)];
            System.arraycopy(bytes, start, larger, 0, kept);
            bytes = larger;
        }
        start = 0;
        end = kept;
    }

    private boolean cut(Sink sink) {
        while (end - start >= LENGTH_BYTES) {
            reader.reset(bytes, start, end);
            int length = reader.readInt();
            if (length < 0) {
                sink.nonsense(length);
                return false;
            }
            if (length > frameBytesMax) {
                if (end - start < LENGTH_BYTES + ReplyHeader.BYTES) {
                    return true;
                }
                if (!skipOversized(length, sink)) {
                    return false;
                }
                continue;
            }
            int next = start + LENGTH_BYTES + length;
            if (next > end) {
                return true;
            }
            reader.reset(bytes, start + LENGTH_BYTES, next);
            start = next;
            if (!sink.frame(reader)) {
                return false;
            }
        }
        if (start == end) {
            start = 0;
            end = 0;
            if (bytes.length > 16 * CAPACITY_BYTES) {
                // One large answer must not keep its memory for the life of the connection.
                bytes = Arrays.copyOf(bytes, CAPACITY_BYTES);
            }
        }
        return true;
    }

    private boolean skipOversized(int length, Sink sink) {
        int here = Math.min(length, end - start - LENGTH_BYTES);
        reader.reset(bytes, start + LENGTH_BYTES, start + LENGTH_BYTES + ReplyHeader.BYTES);
        start += LENGTH_BYTES + here;
        skip = (long) length - here;
        return sink.oversized(reader, length);
    }
}
