package io.banyan.server.host;

import io.banyan.replica.Batch;
import io.banyan.replica.Committed;
import io.banyan.replica.Effect;
import io.banyan.replica.Input;
import io.banyan.replica.Membership;
import io.banyan.replica.Replica;
import io.banyan.server.operate.MemberFacts;
import io.banyan.tree.Applied;
import io.banyan.zab.Message;
import io.banyan.zab.PeerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Steps the replica: takes a round of inputs, carries out its effects.
final class ReplicaThread extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaThread.class);

    /// How old what operators are told may be: asking every round would cost the rounds.
    private static final int MEMBERSHIP_MILLIS = 50;

    private final Replica replica;
    private final Inbox<Input> inbox;
    private final LogThread log;
    private final SnapshotThread snapshots;
    private final HistoryThread history;
    private final Outlet outlet;
    private final PeerOutlet peers;
    private final HostEvents events;
    private final int tickMillis;
    private final List<Effect> effects = new ArrayList<>();
    private final List<Effect> forLog = new ArrayList<>();
    private final Queue<Runnable> questions = new ConcurrentLinkedQueue<>();
    private final DigestLog digests = new DigestLog();
    private volatile io.banyan.tree.State committed;
    private volatile @Nullable Membership membership;
    private volatile MemberFacts.ProposalSizes proposalSizes = MemberFacts.ProposalSizes.NONE;
    private volatile int localSessions;
    private long membershipMillis;
    private final RoleWatch roles;
    private final ProposalClock proposals;

    /// Whether this member leads others.
    private boolean leading;

    private volatile boolean stopping;

    ReplicaThread(
            Replica replica,
            Inbox<Input> inbox,
            LogThread log,
            SnapshotThread snapshots,
            HistoryThread history,
            Outlet outlet,
            PeerOutlet peers,
            HostEvents events,
            int tickMillis) {
        super("banyan-replica");
        this.replica = replica;
        this.committed = replica.state();
        this.inbox = inbox;
        this.log = log;
        this.snapshots = snapshots;
        this.history = history;
        this.outlet = outlet;
        this.peers = peers;
        this.events = events;
        this.tickMillis = tickMillis;
        this.roles = new RoleWatch(events, nowMillis());
        this.proposals = new ProposalClock(events);
    }

    /// Lets the replica answer a question on its own thread.
    <T> CompletableFuture<T> ask(Function<Replica, T> question) {
        var answer = new CompletableFuture<T>();
        questions.add(() -> answer.complete(question.apply(replica)));
        return answer;
    }

    /// The last committed state. Any thread.
    io.banyan.tree.State committed() {
        return committed;
    }

    /// Any thread.
    int localSessions() {
        return localSessions;
    }

    /// Any thread.
    @Nullable Membership membership() {
        return membership;
    }

    /// Any thread.
    MemberFacts.ProposalSizes proposalSizes() {
        return proposalSizes;
    }

    DigestLog digests() {
        return digests;
    }

    /// Ends after the round at hand.
    void finish() throws InterruptedException {
        stopping = true;
        inbox.post(List.of());
        interrupt();
        join();
    }

    @Override
    public void run() {
        try {
            List<Input> taken = new ArrayList<>();
            while (!stopping) {
                taken.clear();
                taken = inbox.take(taken, sleepMillis());
                round(taken);
            }
        } catch (InterruptedException e) {
            if (!stopping) {
                halt("the replica thread was interrupted");
            }
        } catch (RuntimeException | Error e) {
            LOG.error("the replica broke an invariant of its own", e);
            halt("a bug: " + e);
        }
    }

    private long sleepMillis() {
        return Math.clamp(replica.wakeAtMillis() - nowMillis(), 0, tickMillis);
    }

    private static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    private void round(List<Input> inputs) {
        replica.step(new Input.Tick(nowMillis(), System.currentTimeMillis()), effects);
        for (int i = 0; i < inputs.size(); i++) {
            replica.step(inputs.get(i), effects);
        }
        replica.endRound(effects);
        PeerState state = replica.peerState();
        if (state != null) {
            if (roles.saw(state, nowMillis())) {
                peers.became(state);
            }
            leading = state == PeerState.LEADING;
            if (!leading) {
                countFollowed(inputs);
            }
        }
        // Before a client hears that it has one.
        localSessions = replica.localSessions();
        carryOut();
        proposals.endRound(nowMillis());
        if (nowMillis() - membershipMillis > MEMBERSHIP_MILLIS) {
            membershipMillis = nowMillis();
            membership = replica.membership();
        }
        for (Runnable each = questions.poll(); each != null; each = questions.poll()) {
            each.run();
        }
    }

    private void countFollowed(List<Input> inputs) {
        int proposals = 0;
        int commits = 0;
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) instanceof Input.FromPeer from) {
                if (from.message() instanceof Message.Proposal) {
                    proposals++;
                } else if (from.message() instanceof Message.Commit
                        || from.message() instanceof Message.CommitAndActivate) {
                    commits++;
                }
            }
        }
        if (proposals + commits > 0) {
            events.followed(proposals, commits);
        }
    }

    private void carryOut() {
        for (int i = 0; i < effects.size(); i++) {
            switch (effects.get(i)) {
                case Effect.Append append -> {
                    forLog.add(append);
                    proposalSizes = proposalSizes.with(append.payload().length);
                    if (leading) {
                        proposals.proposed(append.zxid());
                    }
                }
                case Effect.Sync sync -> forLog.add(sync);
                case Effect.RollLog roll -> forLog.add(roll);
                case Effect.Deliver deliver -> deliver(deliver.batch());
                case Effect.Resumed resumed ->
                        outlet.resumed(resumed.ticket(), resumed.sessionId(), resumed.valid());
                case Effect.Evict evict -> outlet.evict(evict.connection(), evict.why());
                case Effect.Answer answer -> outlet.answer(answer.ticket(), answer.error());
                case Effect.TakeSnapshot take -> snapshots.post(take);
                case Effect.Halt halt -> halt(halt.reason());
                case Effect.SaveAcceptedEpoch save -> forLog.add(save);
                case Effect.SaveCurrentEpoch save -> forLog.add(save);
                case Effect.SaveQuorums save -> {
                    forLog.add(save);
                    events.membersKnown(save.quorums());
                }
                case Effect.Activate activate -> events.activated(activate.configuration());
                case Effect.Truncate truncate -> forLog.add(truncate);
                case Effect.Install install -> forLog.add(install);
                case Effect.ReadHistory read -> history.post(read);
                case Effect.Notify notify -> peers.notify(notify.serverId(), notify.notification());
                case Effect.Dial dial ->
                        peers.dial(dial.link(), dial.serverId(), dial.observerMaster());
                case Effect.SendToPeer send -> {
                    peers.send(send.link(), send.message());
                    if (send.message() instanceof Message.Diff) {
                        events.learnerSynced(false);
                    }
                }
                case Effect.SendImage send -> {
                    peers.sendImage(send.link(), send.zxid(), send.state());
                    events.learnerSynced(true);
                }
                case Effect.HangUp hangUp -> peers.hangUp(hangUp.link(), hangUp.why());
                case Effect.Serve serve -> {
                    committed = serve.state();
                    membership = replica.membership();
                    outlet.serve(serve);
                    if (!serve.readOnly()) {
                        roles.serves(nowMillis());
                    }
                    events.serving(true, "");
                }
                case Effect.Cease cease -> {
                    membership = replica.membership();
                    outlet.cease(cease.why());
                    roles.ceases(nowMillis());
                    proposals.forget();
                    events.serving(false, cease.why());
                }
                case Effect.Report report -> LOG.info("{}", report.line());
            }
        }
        effects.clear();
        if (!forLog.isEmpty()) {
            log.post(forLog);
            forLog.clear();
        }
    }

    private void deliver(Batch batch) {
        outlet.deliver(batch);
        committed = replica.state();
        if (leading) {
            proposals.committed(committed.zxid(), nowMillis());
        }
        for (Committed each : batch.items()) {
            Applied applied = each.applied();
            if (applied != null && DigestLog.wants(applied.zxid())) {
                digests.add(applied.zxid(), applied.state().digest());
            }
        }
    }

    private void halt(String reason) {
        stopping = true;
        events.halted(reason);
    }
}
