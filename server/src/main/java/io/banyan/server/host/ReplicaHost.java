package io.banyan.server.host;

import io.banyan.replica.Input;
import io.banyan.replica.Membership;
import io.banyan.replica.Replica;
import io.banyan.server.operate.MemberFacts;
import io.banyan.store.Disk;
import io.banyan.store.EpochFiles;
import io.banyan.store.Purge;
import io.banyan.store.StoreConfig;
import io.banyan.store.TxnLog;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A running replica with its threads. Thread-safe.
public final class ReplicaHost {
    private final Inbox<Input> inbox = new Inbox<>();
    private final LogThread log;
    private final SnapshotThread snapshots;
    private final HistoryThread history;
    private final ReplicaThread replica;

    /// @param epochs null for a server that stands alone
    /// @param historyBytesMax of a stretch of the log for a learner
    /// @param peers {@link PeerOutlet#NOBODY} for a server that stands alone
    /// @param tickMillis how long the replica sleeps at most
    public ReplicaHost(
            Replica replica,
            Disk disk,
            StoreConfig storeConfig,
            ZnodeTree tree,
            TxnLog txnLog,
            @Nullable EpochFiles epochs,
            long historyBytesMax,
            Purge.Policy purge,
            Outlet outlet,
            PeerOutlet peers,
            HostEvents events,
            int tickMillis) {
        log = new LogThread(disk, storeConfig, tree, txnLog, epochs, inbox, events);
        snapshots = new SnapshotThread(disk, storeConfig, purge, inbox, events);
        history = new HistoryThread(disk, storeConfig, historyBytesMax, inbox);
        this.replica =
                new ReplicaThread(
                        replica, inbox, log, snapshots, history, outlet, peers, events, tickMillis);
    }

    public void start() {
        log.start();
        snapshots.start();
        history.start();
        replica.start();
    }

    /// Posts a round of inputs.
    public void post(List<Input> inputs) {
        inbox.post(inputs);
    }

    /// The last committed state.
    public State committed() {
        return replica.committed();
    }

    /// What this server was in its ensemble a moment ago; null if it stands alone.
    public @Nullable Membership membership() {
        return replica.membership();
    }

    /// Of the transactions that were logged.
    public MemberFacts.ProposalSizes proposalSizes() {
        return replica.proposalSizes();
    }

    public DigestLog digests() {
        return replica.digests();
    }

    /// For operators: sessions by the milliseconds they have left.
    public CompletableFuture<NavigableMap<Long, List<Long>>> sessionsByMillisLeft() {
        return replica.ask(Replica::sessionsByMillisLeft);
    }

    /// How many sessions only this server knows.
    public int localSessions() {
        return replica.localSessions();
    }

    /// As {@link #sessionsByMillisLeft}, those that only this server knows.
    public CompletableFuture<NavigableMap<Long, List<Long>>> localSessionsByMillisLeft() {
        return replica.ask(Replica::localSessionsByMillisLeft);
    }

    /// Stops the threads; the log is synced first. Gateways must be silent by now.
    public void stop() throws InterruptedException {
        replica.finish();
        log.finish();
        snapshots.finish();
        history.finish();
    }
}
