package io.banyan.nacos.config;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Listening requests that are held until something changes.
///
/// A request's lines are compared in slices, so that one of 10,000 lines does not keep the others
/// waiting; each slice registers first and compares then.
public final class LongPolls {
    private static final int SLICE = 3_000;

    private final ConfigIndex index;
    private final EventExecutor thread;
    private int held;

    public LongPolls(ConfigIndex index, EventExecutor thread) {
        this.index = index;
        this.thread = thread;
    }

    /// Requests that hang. On the door's thread.
    public int held() {
        return held;
    }

    /// Begins to compare.
    ///
    /// @param holdMillis how long to wait for a change, 0 to answer at once
    public Poll poll(List<Listened> lines, Viewer viewer, int holdMillis) {
        var poll = new Poll(lines, viewer, holdMillis);
        thread.execute(poll::compareSlice);
        return poll;
    }

    /// A request under way. Thread-safe.
    public final class Poll {
        private final List<Listened> lines;
        private final Viewer viewer;
        private final int holdMillis;
        private final CompletableFuture<List<Listened>> changed = new CompletableFuture<>();
        private final ArrayList<Watcher> watching = new ArrayList<>(1);
        private @Nullable ScheduledFuture<?> timer;
        private int compared;
        private boolean differs;
        private boolean over;

        private Poll(List<Listened> lines, Viewer viewer, int holdMillis) {
            this.lines = lines;
            this.viewer = viewer;
            this.holdMillis = holdMillis;
        }

        /// The lines that differ, none if the time was over first.
        public CompletableFuture<List<Listened>> changed() {
            return changed;
        }

        /// The client is gone.
        public void cancel() {
            if (!changed.isDone()) {
                thread.execute(() -> end(List.of()));
            }
        }

        private void compareSlice() {
            if (over) {
                return;
            }
            int end = Math.min(lines.size(), compared + SLICE);
            for (; compared < end; compared++) {
                Listened line = lines.get(compared);
                if (holdMillis > 0) {
                    var watcher = new Watcher(this, line);
                    index.watch(watcher);
                    watching.add(watcher);
                }
                differs |= isDifferent(line);
            }
            if (compared < lines.size()) {
                thread.execute(this::compareSlice);
            } else if (differs || holdMillis == 0) {
                end(different());
            } else {
                held++;
                timer = thread.schedule(() -> end(List.of()), holdMillis, TimeUnit.MILLISECONDS);
            }
        }

        private boolean isDifferent(Listened line) {
            return !index.md5(line.key(), viewer).equals(line.md5());
        }

        private List<Listened> different() {
            return differs ? lines.stream().filter(this::isDifferent).toList() : List.of();
        }

        private void onChange() {
            differs = true;
            if (timer == null) {
                return; // Not all lines are compared yet; they will be, and then it is answered.
            }
            List<Listened> answer = different();
            // Set back to what the client has: nothing to tell.
            if (!answer.isEmpty()) {
                end(answer);
            }
        }

        private void end(List<Listened> answer) {
            if (over) {
                return;
            }
            over = true;
            watching.forEach(index::unwatch);
            watching.clear();
            if (timer != null) {
                timer.cancel(false);
                held--;
            }
            changed.complete(answer);
        }
    }

    private static final class Watcher extends ConfigWatcher {
        private final Poll poll;
        private final String md5;

        Watcher(Poll poll, Listened line) {
            super(line.key(), poll.viewer);
            this.poll = poll;
            this.md5 = line.md5();
        }

        @Override
        public String md5() {
            return md5;
        }

        @Override
        protected void onChange(String now) {
            poll.onChange();
        }
    }
}
