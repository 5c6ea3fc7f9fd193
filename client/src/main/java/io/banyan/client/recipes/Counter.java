package io.banyan.client.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Node;
import io.banyan.client.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A number that many change, each change counted once.
///
/// Every change is a conditional write. When its answer is lost, the counter looks whether it was
/// done: the znode keeps the marks of its last 64 changes beside the value. Only if more than that
/// were made before it could look does nobody know, and then the call says so.
///
/// Text of the znode: the value, and the marks behind it. Thread-safe.
public final class Counter {
    private static final Logger LOG = LoggerFactory.getLogger(Counter.class);

    /// How many changes of others may come between a lost answer and the look.
    private static final int MARKS = 64;

    private final Banyan banyan;
    private final String path;

    private record Content(long value, List<String> marks) {
        static Content of(Node node) {
            String[] parts = node.text().strip().split(" ", -1);
            long value = parts[0].isEmpty() ? 0 : Long.parseLong(parts[0]);
            return new Content(value, List.of(parts).subList(1, parts.length));
        }

        Content with(long newValue, String mark) {
            var all = new ArrayList<>(marks);
            all.add(mark);
            return new Content(newValue, all.subList(Math.max(0, all.size() - MARKS), all.size()));
        }

        byte[] encode() {
            return (value + " " + String.join(" ", marks)).getBytes(UTF_8);
        }
    }

    public Counter(Banyan banyan, String path) {
        this.banyan = banyan;
        this.path = Paths.require(path);
    }

    /// By a server's word of just now; 0 where it never was changed.
    public long get() {
        return banyan.find(path).map(node -> Content.of(node).value()).orElse(0L);
    }

    /// @return the value after it
    public long increment() {
        return add(1);
    }

    /// @return the value after it
    public long add(long delta) {
        return update(value -> Math.addExact(value, delta));
    }

    /// @param change may be called several times; only the last result counts
    /// @return the value after it
    /// @throws BanyanException.ConnectionLost if nobody can tell whether it was done
    public long update(LongUnaryOperator change) {
        String mark = Places.mark();
        while (true) {
            Node node = read();
            Content next =
                    Content.of(node).with(change.applyAsLong(Content.of(node).value()), mark);
            try {
                banyan.set(path, next.encode(), node.version());
                return next.value();
            } catch (BanyanException.BadVersion e) {
                LOG.debug("counter {}: another was quicker", path);
            } catch (BanyanException.ConnectionLost e) {
                if (wasDone(node.version(), mark, e)) {
                    return next.value();
                }
            }
        }
    }

    private Node read() {
        while (true) {
            try {
                return banyan.get(path);
            } catch (BanyanException.NoNode e) {
                banyan.createAll(path);
            }
        }
    }

    private boolean wasDone(int version, String mark, BanyanException.ConnectionLost lost) {
        // What was sent on the lost connection is carried out by now or never will be.
        banyan.sync(path);
        Node now = banyan.get(path);
        if (Content.of(now).marks().contains(mark)) {
            return true;
        }
        if (now.version() - version > MARKS) {
            throw lost;
        }
        return false;
    }
}
