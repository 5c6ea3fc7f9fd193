package io.banyan.sim;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happened, one line an event; the last lines are kept, and a running hash over all of them
/// tells whether two runs were the same. Confined to one thread.
///
/// | columns | |
/// | --- | --- |
/// | 1-10 | simulated time, microseconds |
/// | 12-14 | server and its life, `1.3`; blanks for clients and the network |
/// | 16-22 | zxid appended, hex |
/// | 24-30 | zxid committed, hex |
/// | 32- | the event |
final class Trace {
    private static final int KEPT = 200;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final @Nullable PrintStream out;
    private long hash = 0xcbf29ce484222325L;

    /// @param out receives every line; null for none
    Trace(@Nullable PrintStream out) {
        this.out = out;
    }

    void line(long micros, String who, long appendedZxid, long committedZxid, String event) {
        var line = new StringBuilder(80);
        pad(line, Long.toString(micros), 10);
        line.append(' ').append(who).append(" ".repeat(Math.max(1, 4 - who.length())));
        pad(line, Long.toHexString(appendedZxid), 7);
        line.append(' ');
        pad(line, Long.toHexString(committedZxid), 7);
        line.append(' ').append(event);
        String text = line.toString();
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        if (last.size() == KEPT) {
            last.removeFirst();
        }
        last.add(text);
        if (out != null) {
            out.println(text);
        }
    }

    private static void pad(StringBuilder to, String text, int width) {
        to.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
    }

    long hash() {
        return hash;
    }

    List<String> last() {
        return List.copyOf(last);
    }
}
