package io.banyan.nacos.http;

import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Listened;
import io.banyan.nacos.config.LongPolls;
import io.banyan.nacos.config.Viewer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a listening request asks and how it is answered, however it came in. Thread-safe.
final class Listeners {
    /// The client waits half as long again before it gives the connection up.
    private static final int HOLD_MARGIN_MILLIS = 500;

    private static final int HOLD_MILLIS_MIN = 10_000;
    private static final int HOLD_MILLIS_MAX = 600_000;

    private final LongPolls polls;
    private volatile Told lastTold = new Told(List.of());

    Listeners(LongPolls polls) {
        this.polls = polls;
    }

    /// Begins to compare.
    ///
    /// @param timeout the header `Long-Pulling-Timeout`
    /// @param noHangup the header `Long-Pulling-Timeout-No-Hangup`
    /// @throws Invalid if the request is malformed
    LongPolls.Poll poll(
            Params params, Viewer viewer, @Nullable String timeout, @Nullable String noHangup) {
        List<Listened> lines = ListeningText.parse(params.get("Listening-Configs"));
        return polls.poll(lines, viewer, holdMillis(timeout, noHangup));
    }

    /// 0 to answer at once: the client is an old one, or has something new that must not wait.
    private static int holdMillis(@Nullable String timeout, @Nullable String noHangup) {
        if (timeout == null || "true".equalsIgnoreCase(noHangup)) {
            return 0;
        }
        try {
            long millis = Long.parseLong(timeout) - HOLD_MARGIN_MILLIS;
            return Math.clamp(millis, HOLD_MILLIS_MIN, HOLD_MILLIS_MAX);
        } catch (NumberFormatException e) {
            throw new Invalid("Long-Pulling-Timeout is no number: " + timeout);
        }
    }

    /// One change is told to thousands of listeners in the same words, mostly.
    Answer told(List<Listened> changed) {
        Told last = lastTold;
        if (!last.changed().equals(changed)) {
            last = new Told(changed);
            lastTold = last;
        }
        return last.answer();
    }

    private record Told(List<Listened> changed, Answer answer) {
        Told(List<Listened> changed) {
            this(changed, Answer.text(ListeningText.answer(changed)).noCache());
        }
    }
}
