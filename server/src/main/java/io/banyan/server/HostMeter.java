package io.banyan.server;

import io.banyan.server.host.HostEvents;
import io.banyan.server.metrics.Counter;
import io.banyan.server.metrics.CounterCell;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.ServerStats;
import io.banyan.server.metrics.Summary;
import io.banyan.server.metrics.SummaryCell;
import io.banyan.zab.Configuration;
import io.banyan.zab.PeerState;
import io.banyan.zab.Quorums;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts what happens behind the gateways under ZooKeeper's names, and logs what an operator is to
/// see. Called on the threads of the host.
final class HostMeter implements HostEvents {
    /// The server that the host is part of.
    interface Owner {
        void snapshotTaken(long zxid);

        /// See {@link HostEvents#serving}.
        void serving(boolean serving, String why);

        /// See {@link HostEvents#membersKnown}.
        void membersKnown(Quorums quorums);

        /// See {@link HostEvents#activated}.
        void activated(Configuration configuration);

        void halted(String reason);
    }

    private static final Logger LOG = LoggerFactory.getLogger(HostMeter.class);

    private final ServerStats stats;
    private final long slowSyncMillis;
    private final Owner owner;
    private final SummaryCell fsyncMillis;
    private final SummaryCell batchTxns;
    private final CounterCell commits;
    private final CounterCell proposals;
    private final SummaryCell snapshotMillis;
    private final CounterCell snapshotErrors;
    private final CounterCell elections;
    private final SummaryCell electionMillis;
    private final SummaryCell followerSyncMillis;
    private final SummaryCell observerSyncMillis;
    private final SummaryCell unavailableMillis;
    private final SummaryCell leaderUnavailableMillis;
    private final CounterCell diffs;
    private final CounterCell images;
    private final SummaryCell ackMillis;
    private final CounterCell proposalsHeard;
    private final CounterCell commitsHeard;
    private final CounterCell unrecoverable;

    /// @param slowSyncMillis a sync that takes longer is worth a warning
    HostMeter(Metrics metrics, ServerStats stats, long slowSyncMillis, Owner owner) {
        this.stats = stats;
        this.slowSyncMillis = slowSyncMillis;
        this.owner = owner;
        fsyncMillis = metrics.summary(Summary.FSYNCTIME);
        batchTxns = metrics.summary(Summary.SYNC_PROCESSOR_BATCH_SIZE);
        commits = metrics.counter(Counter.COMMIT_COUNT);
        proposals = metrics.counter(Counter.PROPOSAL_COUNT);
        snapshotMillis = metrics.summary(Summary.SNAPSHOTTIME);
        snapshotErrors = metrics.counter(Counter.SNAPSHOT_ERROR_COUNT);
        elections = metrics.counter(Counter.LOOKING_COUNT);
        electionMillis = metrics.summary(Summary.ELECTION_TIME);
        followerSyncMillis = metrics.summary(Summary.FOLLOWER_SYNC_TIME);
        observerSyncMillis = metrics.summary(Summary.OBSERVER_SYNC_TIME);
        unavailableMillis = metrics.summary(Summary.UNAVAILABLE_TIME);
        leaderUnavailableMillis = metrics.summary(Summary.LEADER_UNAVAILABLE_TIME);
        diffs = metrics.counter(Counter.DIFF_COUNT);
        images = metrics.counter(Counter.SNAP_COUNT);
        ackMillis = metrics.summary(Summary.QUORUM_ACK_LATENCY);
        proposalsHeard = metrics.counter(Counter.LEARNER_PROPOSAL_RECEIVED_COUNT);
        commitsHeard = metrics.counter(Counter.LEARNER_COMMIT_RECEIVED_COUNT);
        unrecoverable = metrics.counter(Counter.UNRECOVERABLE_ERROR_COUNT);
    }

    @Override
    public void synced(int txns, long nanos) {
        long millis = nanos / 1_000_000;
        fsyncMillis.add(millis);
        batchTxns.add(txns);
        proposals.add(txns);
        commits.add(txns);
        if (millis > slowSyncMillis) {
            stats.slowSync();
            LOG.warn("slow disk: syncing the log took millis={} txns={}", millis, txns);
        }
    }

    @Override
    public void snapshotTaken(long zxid, long bytes, long nanos) {
        owner.snapshotTaken(zxid);
        snapshotMillis.add(nanos / 1_000_000);
        LOG.info(
                "snapshot written zxid=0x{} bytes={} millis={}",
                Long.toHexString(zxid),
                bytes,
                nanos / 1_000_000);
    }

    @Override
    public void snapshotFailed(long zxid, Throwable cause) {
        snapshotErrors.increment();
        LOG.error(
                "snapshot failed zxid=0x{}; writes go on, the log keeps everything",
                Long.toHexString(zxid),
                cause);
    }

    @Override
    public void serving(boolean serving, String why) {
        owner.serving(serving, why);
    }

    @Override
    public void looking() {
        elections.increment();
    }

    @Override
    public void elected(long millis) {
        electionMillis.add(millis);
    }

    @Override
    public void available(PeerState as, long syncMillis, long withoutServiceMillis) {
        unavailableMillis.add(withoutServiceMillis);
        switch (as) {
            case LEADING -> leaderUnavailableMillis.add(withoutServiceMillis);
            case FOLLOWING -> followerSyncMillis.add(syncMillis);
            case OBSERVING -> observerSyncMillis.add(syncMillis);
            case LOOKING -> throw new IllegalStateException("serves while it looks");
        }
    }

    @Override
    public void learnerSynced(boolean image) {
        (image ? images : diffs).increment();
    }

    @Override
    public void acknowledged(int txns, long millis) {
        for (int i = 0; i < txns; i++) {
            ackMillis.add(millis);
        }
    }

    @Override
    public void followed(int proposals, int commits) {
        proposalsHeard.add(proposals);
        commitsHeard.add(commits);
    }

    @Override
    public void membersKnown(Quorums quorums) {
        owner.membersKnown(quorums);
    }

    @Override
    public void activated(Configuration configuration) {
        owner.activated(configuration);
    }

    @Override
    public void halted(String reason) {
        unrecoverable.increment();
        owner.halted(reason);
    }
}
