package io.banyan.replica;

import io.banyan.wire.ConnectResponse;
import io.banyan.wire.JuteWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// What a gateway has written for its connections and not sent: the replies and events of a round
/// go out together, once per connection.
///
/// Confined to the gateway's thread.
final class Outbox {
    /// A connection with more than this unsent in a round is flushed before more is written for it.
    private static final int FLUSH_BYTES = 256 * 1024;

    /// Writers kept for the next round, and how large an array they may keep.
    private static final int SPARE_WRITERS_MAX = 64;

    private static final int SPARE_WRITER_BYTES_MAX = 512 * 1024;

    private final GatewayObserver observer;
    private final ArrayList<Connection> dirty = new ArrayList<>();
    private final ArrayDeque<JuteWriter> spareWriters = new ArrayDeque<>();

    Outbox(GatewayObserver observer) {
        this.observer = observer;
    }

    /// Where the next frame for a connection is written, behind those that are there.
    JuteWriter writer(Connection to) {
        JuteWriter out = to.pendingOut;
        if (out == null) {
            out = spareWriters.isEmpty() ? new JuteWriter(1024) : spareWriters.pop();
            to.pendingOut = out;
            dirty.add(to);
        }
        return out;
    }

    /// A reply without a body; it counts as sent.
    ///
    /// @param error an {@link io.banyan.wire.ErrorCode}
    void answer(Connection to, int xid, long zxid, int error) {
        JuteWriter out = writer(to);
        int mark = Frames.begin(out, xid, zxid);
        Frames.fail(out, mark, error);
        Frames.finish(out, mark);
        sent(to);
    }

    /// A step of SASL. Without a token it is the last one; where there is no SASL login it is the
    /// only one, as ZooKeeper does.
    ///
    /// @param error an {@link io.banyan.wire.ErrorCode}; the token stands behind it all the same
    void answerSasl(Connection to, int xid, int error, byte @Nullable [] token) {
        JuteWriter out = writer(to);
        int mark = Frames.begin(out, xid, 0);
        Frames.fail(out, mark, error);
        out.writeBuffer(token);
        Frames.finish(out, mark);
        sent(to);
    }

    /// It has no reply header, and counts nowhere.
    void answer(Connection to, ConnectResponse response) {
        JuteWriter out = writer(to);
        int mark = out.length();
        out.writeInt(0);
        response.encode(out);
        out.patchInt(mark, out.length() - mark - 4);
    }

    private void sent(Connection to) {
        to.stats.sent();
        observer.sent();
    }

    /// Sends what is written for a connection if it is much already.
    ///
    /// @param out its writer
    void maybeFlush(Connection to, JuteWriter out) {
        if (out.length() > FLUSH_BYTES) {
            flush(to);
        }
    }

    /// Sends what is written for a connection. It stays in {@link #dirty} until the round ends,
    /// which then finds nothing to send.
    void flush(Connection to) {
        JuteWriter out = to.pendingOut;
        if (out == null) {
            return;
        }
        to.pendingOut = null;
        if (out.length() > 0) {
            to.transport().send(out.array(), out.length());
        }
        if (spareWriters.size() < SPARE_WRITERS_MAX
                && out.array().length <= SPARE_WRITER_BYTES_MAX) {
            out.clear();
            spareWriters.push(out);
        }
    }

    void flushAll() {
        for (int i = 0; i < dirty.size(); i++) {
            flush(dirty.get(i));
        }
        dirty.clear();
    }
}
