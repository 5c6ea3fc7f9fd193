package io.banyan.server.host;

import io.banyan.replica.Batch;
import io.banyan.replica.Committed;
import io.banyan.replica.Effect;
import io.banyan.replica.Input;
import io.banyan.replica.Replica;
import io.banyan.tree.Applied;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Steps the replica: takes a round of inputs, carries out its effects.
final class ReplicaThread extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaThread.class);

    private final Replica replica;
    private final Inbox<Input> inbox;
    private final LogThread log;
    private final SnapshotThread snapshots;
    private final Outlet outlet;
    private final HostEvents events;
    private final int tickMillis;
    private final List<Effect> effects = new ArrayList<>();
    private final List<Effect> forLog = new ArrayList<>();
    private final Queue<Runnable> questions = new ConcurrentLinkedQueue<>();
    private final DigestLog digests = new DigestLog();
    private volatile io.banyan.tree.State committed;
    private volatile boolean stopping;

    ReplicaThread(
            Replica replica,
            Inbox<Input> inbox,
            LogThread log,
            SnapshotThread snapshots,
            Outlet outlet,
            HostEvents events,
            int tickMillis) {
        super("banyan-replica");
        this.replica = replica;
        this.committed = replica.state();
        this.inbox = inbox;
        this.log = log;
        this.snapshots = snapshots;
        this.outlet = outlet;
        this.events = events;
        this.tickMillis = tickMillis;
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
                taken = inbox.take(taken, tickMillis);
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

    private void round(List<Input> inputs) {
        long nowMillis = System.nanoTime() / 1_000_000;
        replica.step(new Input.Tick(nowMillis, System.currentTimeMillis()), effects);
        for (int i = 0; i < inputs.size(); i++) {
            replica.step(inputs.get(i), effects);
        }
        replica.endRound(effects);
        carryOut();
        for (Runnable each = questions.poll(); each != null; each = questions.poll()) {
            each.run();
        }
    }

    private void carryOut() {
        for (int i = 0; i < effects.size(); i++) {
            switch (effects.get(i)) {
                case Effect.Append append -> forLog.add(append);
                case Effect.Sync sync -> forLog.add(sync);
                case Effect.RollLog roll -> forLog.add(roll);
                case Effect.Deliver deliver -> deliver(deliver.batch());
                case Effect.Resumed resumed ->
                        outlet.resumed(resumed.ticket(), resumed.sessionId(), resumed.valid());
                case Effect.Evict evict -> outlet.evict(evict.connection());
                case Effect.TakeSnapshot take -> snapshots.post(take);
                case Effect.Halt halt -> halt(halt.reason());
                case Effect.Notify _,
                        Effect.Dial _,
                        Effect.SendToPeer _,
                        Effect.SendImage _,
                        Effect.HangUp _,
                        Effect.SaveAcceptedEpoch _,
                        Effect.SaveCurrentEpoch _,
                        Effect.Truncate _,
                        Effect.Install _,
                        Effect.ReadHistory _,
                        Effect.Serve _,
                        Effect.Cease _,
                        Effect.Report _ ->
                        throw new IllegalStateException(
                                "a server on its own got " + effects.get(i));
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
