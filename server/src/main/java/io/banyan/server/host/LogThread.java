package io.banyan.server.host;

import io.banyan.replica.Effect;
import io.banyan.replica.Input;
import io.banyan.store.TxnLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The only writer of the transaction log: appends everything that waits, then syncs once for all.
final class LogThread extends Thread {
    private static final long IDLE_WAIT_MILLIS = 10_000;

    private final TxnLog log;
    private final Inbox<Effect> inbox = new Inbox<>();
    private final Inbox<Input> replica;
    private final HostEvents events;
    private volatile boolean stopping;

    LogThread(TxnLog log, Inbox<Input> replica, HostEvents events) {
        super("banyan-log");
        this.log = log;
        this.replica = replica;
        this.events = events;
    }

    /// @param effects appends, syncs and rolls, in order
    void post(List<Effect> effects) {
        inbox.post(effects);
    }

    /// Works off what was posted, then ends.
    void finish() throws InterruptedException {
        stopping = true;
        inbox.post(List.of(new Effect.Sync(log.lastZxid())));
        join();
    }

    @Override
    public void run() {
        try {
            List<Effect> taken = new ArrayList<>();
            do {
                taken.clear();
                taken = inbox.take(taken, IDLE_WAIT_MILLIS);
                write(taken);
            } while (!stopping || inbox.size() > 0);
            log.close();
        } catch (IOException | RuntimeException e) {
            replica.post(List.of(new Input.DiskFailed("the transaction log failed: " + e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            replica.post(List.of(new Input.DiskFailed("the log thread was interrupted")));
        }
    }

    private void write(List<Effect> taken) throws IOException {
        Effect.@Nullable Sync last = null;
        int txns = 0;
        for (int i = 0; i < taken.size(); i++) {
            switch (taken.get(i)) {
                case Effect.Append append -> {
                    log.append(append.zxid(), append.payload());
                    txns++;
                }
                // Later appends of this round are synced along with earlier ones.
                case Effect.Sync sync -> last = sync;
                case Effect.RollLog roll -> {
                    log.sync();
                    log.roll();
                }
                case Effect other -> throw new IllegalStateException(other + " is not the log's");
            }
        }
        if (last != null && txns > 0) {
            long begin = System.nanoTime();
            long durableZxid = log.sync();
            events.synced(txns, System.nanoTime() - begin);
            replica.post(List.of(new Input.Synced(durableZxid)));
        }
    }
}
