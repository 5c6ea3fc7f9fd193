package io.banyan.server.host;

import io.banyan.replica.Effect;
import io.banyan.replica.Input;
import io.banyan.store.Disk;
import io.banyan.store.LogEntry;
import io.banyan.store.LogReader;
import io.banyan.store.StoreConfig;
import io.banyan.zab.Entry;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads stretches of the log for learners that are far behind, beside the thread that writes it.
final class HistoryThread extends Worker<Effect.ReadHistory> {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryThread.class);

    private final Disk disk;
    private final StoreConfig config;
    private final long bytesMax;
    private final Inbox<Input> replica;

    /// @param bytesMax of one stretch: an image is better than more
    HistoryThread(Disk disk, StoreConfig config, long bytesMax, Inbox<Input> replica) {
        super("banyan-history");
        setDaemon(true);
        this.disk = disk;
        this.config = config;
        this.bytesMax = bytesMax;
        this.replica = replica;
    }

    @Override
    void work(List<Effect.ReadHistory> taken) {
        for (Effect.ReadHistory each : taken) {
            replica.post(List.of(new Input.HistoryRead(each.link(), read(each))));
        }
    }

    private @Nullable List<Entry> read(Effect.ReadHistory wanted) {
        try {
            List<LogEntry> found =
                    LogReader.stretch(disk, config, wanted.after(), wanted.upTo(), bytesMax);
            return found == null
                    ? null
                    : found.stream().map(e -> new Entry(e.zxid(), e.payload())).toList();
        } catch (IOException | RuntimeException e) {
            // The learner gets an image instead.
            LOG.warn("history for a learner cannot be read: {}", e.toString());
            return null;
        }
    }
}
