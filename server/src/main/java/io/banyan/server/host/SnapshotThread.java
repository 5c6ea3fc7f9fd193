package io.banyan.server.host;

import io.banyan.replica.Effect;
import io.banyan.replica.Input;
import io.banyan.store.Disk;
import io.banyan.store.Purge;
import io.banyan.store.StoreConfig;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes snapshots of states that others go on from, and purges what they make superfluous.
final class SnapshotThread extends Worker<Effect.TakeSnapshot> {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotThread.class);

    private final Disk disk;
    private final StoreConfig config;
    private final Purge purge;
    private final Purge.Policy policy;
    private long purgedNanos;
    private final Inbox<Input> replica;
    private final HostEvents events;

    SnapshotThread(
            Disk disk,
            StoreConfig config,
            Purge.Policy policy,
            Inbox<Input> replica,
            HostEvents events) {
        super("banyan-snapshot");
        this.disk = disk;
        this.config = config;
        this.purge = new Purge(disk, config);
        this.policy = policy;
        this.replica = replica;
        this.events = events;
    }

    @Override
    void work(List<Effect.TakeSnapshot> taken) {
        for (Effect.TakeSnapshot each : taken) {
            take(each);
        }
        purgeIfDue(!taken.isEmpty());
    }

    private void take(Effect.TakeSnapshot wanted) {
        var state = wanted.state();
        boolean failed = true;
        try {
            long begin = System.nanoTime();
            long bytes = SnapshotFile.write(disk, config, state);
            events.snapshotTaken(state.zxid(), bytes, System.nanoTime() - begin);
            failed = false;
        } catch (IOException | RuntimeException e) {
            if (stopping()) {
                LOG.info("the server stops, a snapshot was not finished");
                return;
            }
            // The log still has everything: the next snapshot is tried when it is due.
            events.snapshotFailed(state.zxid(), e);
        }
        replica.post(List.of(new Input.SnapshotDone(failed)));
    }

    private void purgeIfDue(boolean newSnapshot) {
        long sinceMillis = (System.nanoTime() - purgedNanos) / 1_000_000;
        boolean due =
                policy.intervalMillis() == 0
                        ? newSnapshot
                        : purgedNanos == 0 || sinceMillis >= policy.intervalMillis();
        if (!policy.enabled() || !due) {
            return;
        }
        purgedNanos = System.nanoTime();
        try {
            List<String> deleted = purge.run(policy.retain());
            if (!deleted.isEmpty()) {
                LOG.info("purged files={}", deleted);
            }
        } catch (IOException e) {
            if (stopping()) {
                LOG.info("the server stops, old files are purged another time");
                return;
            }
            LOG.warn("purge failed, nothing is lost but disk space: {}", e.toString());
        }
    }
}
