package io.banyan.sim;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happened, one line an event, where somebody wants to read it; and always a running hash
/// over all events and messages, which tells whether two runs were the same. Confined to one
/// thread.
///
/// | columns | |
/// | --- | --- |
/// | 1-10 | simulated time, microseconds |
/// | 12-16 | server and its life, `1.3`, or who else |
/// | 18-19 | role: L leading, F following, O observing, ? looking, x down; s: serves clients |
/// | 21-22 | epoch |
/// | 24-67 | zxid logged, durable, committed as far as it knows, applied; epoch:counter |
/// | 69- | the event |
final class Trace {
    private static final int COLUMNS_WIDTH = 52;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final @Nullable Consumer<String> out;
    private long hash = 0xcbf29ce484222325L;

    /// @param out receives every line; null for none
    Trace(@Nullable Consumer<String> out) {
        this.out = out;
    }

    /// Whether anybody reads lines.
    boolean isOn() {
        return out != null;
    }

    void mix(long what) {
        hash = (hash ^ what) * FNV_PRIME;
    }

    void mix(byte[] what) {
        hash = (hash ^ Arrays.hashCode(what)) * FNV_PRIME;
    }

    /// @param columns of the server; empty for others
    void line(long micros, String who, String columns, String event) {
        if (out == null) {
            return;
        }
        var line = new StringBuilder(120);
        pad(line, Long.toString(micros), 10);
        line.append(' ').append(who).append(" ".repeat(Math.max(1, 6 - who.length())));
        line.append(columns);
        line.append(" ".repeat(Math.max(1, COLUMNS_WIDTH - columns.length()))).append(event);
        out.accept(line.toString());
    }

    private static void pad(StringBuilder to, String text, int width) {
        to.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
    }

    long hash() {
        return hash;
    }
}
