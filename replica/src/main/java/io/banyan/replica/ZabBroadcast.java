package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.tree.Replay;
import io.banyan.tree.State;
import io.banyan.wire.Zxid;
import io.banyan.zab.Configuration;
import io.banyan.zab.Entry;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import io.banyan.zab.Past;
import io.banyan.zab.Quorums;
import io.banyan.zab.Surroundings;
import io.banyan.zab.Zab;
import io.banyan.zab.ZabConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The broadcast of a member of an ensemble: translates between {@link Zab} and the replica.
///
/// Zab must not be called back while it handles something, so what the state machines tell each
/// other is kept until {@link #nextCarried}. Confined to the replica thread.
final class ZabBroadcast implements Broadcast, Surroundings {
    /// What changes with the role; told while Zab handles something.
    interface Listener {
        void looking(String why);

        void leading(long epoch);

        void following(long epoch);

        void committed(long zxid, byte[] payload);

        void confirmed(long question);

        void activated(Configuration configuration);

        Load.Touched touched();
    }

    /// A message of the state machine at the other end of a connection.
    record CarriedLoad(long link, Load load) {}

    private final Zab zab;
    private final Standing standing;
    private final Listener listener;
    private final ArrayDeque<Committed> proposals = new ArrayDeque<>();
    private final ArrayDeque<CarriedLoad> carried = new ArrayDeque<>();

    /// Work for the log thread that has to wait for a snapshot writer.
    private final ArrayDeque<Effect> held = new ArrayDeque<>();

    private @Nullable State image;
    private boolean leading;
    private List<Effect> effects = new ArrayList<>();

    ZabBroadcast(
            ZabConfig config,
            Past past,
            Standing standing,
            Listener listener,
            RandomGenerator random,
            long nowMillis) {
        this.standing = standing;
        this.listener = listener;
        this.zab = new Zab(config, past, this, random, nowMillis);
    }

    Zab zab() {
        return zab;
    }

    /// Where effects go from now on.
    void into(List<Effect> out) {
        effects = out;
    }

    @Nullable CarriedLoad nextCarried() {
        return carried.poll();
    }

    // ---- from the replica

    @Override
    public void propose(Committed proposal, List<Effect> out) {
        // Lost while the leading role was still at work: its clients are being sent away.
        if (!leading) {
            return;
        }
        proposals.add(proposal);
        Applied applied = proposal.applied();
        if (applied != null) {
            zab.propose(applied.zxid(), applied.payload());
        }
    }

    @Override
    public void roundEnded(List<Effect> out) {
        zab.endRound();
    }

    @Override
    public void synced(long zxid, Standing to) {
        zab.synced(zxid);
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public boolean isWaiting() {
        return !proposals.isEmpty();
    }

    @Override
    public void drain(Standing to) {
        for (Committed next = proposals.peek();
                next != null && next.applied() == null;
                next = proposals.peek()) {
            to.add(proposals.remove());
        }
    }

    @Override
    public boolean endEpoch() {
        if (leading) {
            zab.abdicate("the epoch has no more transaction numbers");
        }
        return false;
    }

    @Override
    public void tell(LearnerLink learner, Load load) {
        zab.carry(learner.link(), load);
    }

    @Override
    public long confirm() {
        return zab.confirm();
    }

    @Override
    public Quorums quorums() {
        return zab.quorums();
    }

    @Override
    public boolean isSynced(Configuration members) {
        return zab.isSynced(members);
    }

    @Override
    public void tellLeader(Load load) {
        zab.carryToLeader(load);
    }

    /// The snapshot writer is done: what had to wait for it goes on.
    void snapshotDone() {
        effects.addAll(held);
        held.clear();
    }

    void truncated(long zxid, @Nullable State reloaded) {
        if (reloaded != null) {
            Check.that(reloaded.zxid() == zxid, "reloaded", reloaded.zxid(), zxid);
            standing.jump(reloaded);
        }
        zab.truncated(zxid);
    }

    void installed(long zxid) {
        State installed = image;
        if (installed == null) {
            throw new IllegalStateException("installed what nobody asked for");
        }
        image = null;
        Check.that(installed.zxid() == zxid, "installed", installed.zxid(), zxid);
        standing.jump(installed);
        zab.installed(zxid);
    }

    // ---- from Zab: the network

    @Override
    public void notify(long serverId, Notification notification) {
        effects.add(new Effect.Notify(serverId, notification));
    }

    @Override
    public void dial(long link, long serverId) {
        effects.add(new Effect.Dial(link, serverId, false));
    }

    @Override
    public void dialObserverMaster(long link, long serverId) {
        effects.add(new Effect.Dial(link, serverId, true));
    }

    @Override
    public void send(long link, Message message) {
        effects.add(new Effect.SendToPeer(link, message));
    }

    @Override
    public void sendImage(long link, long zxid, List<Entry> undelivered) {
        Replay image = standing.tree.replay(standing.state());
        for (Entry each : undelivered) {
            image.txn(each.payload());
        }
        effects.add(new Effect.SendImage(link, zxid, image.state()));
    }

    @Override
    public void hangUp(long link, @Nullable String why) {
        effects.add(new Effect.HangUp(link, why));
    }

    // ---- the disk

    @Override
    public void append(long zxid, byte[] payload) {
        onDisk(new Effect.Append(zxid, payload));
    }

    @Override
    public void sync(long zxid) {
        onDisk(new Effect.Sync(zxid));
    }

    @Override
    public void saveAcceptedEpoch(long epoch) {
        onDisk(new Effect.SaveAcceptedEpoch(epoch));
    }

    @Override
    public void saveCurrentEpoch(long epoch) {
        onDisk(new Effect.SaveCurrentEpoch(epoch));
    }

    @Override
    public void saveQuorums(Quorums quorums) {
        onDisk(new Effect.SaveQuorums(quorums));
    }

    @Override
    public void truncate(long zxid) {
        boolean reload = standing.state().zxid() > zxid;
        afterSnapshot(new Effect.Truncate(zxid, reload));
    }

    @Override
    public void install(long zxid, Object received) {
        State state = (State) received;
        State whole = state.zxid() == zxid ? state : state.withZxid(zxid);
        image = whole;
        afterSnapshot(new Effect.Install(zxid, whole));
    }

    @Override
    public void readHistory(long link, long after, long upTo) {
        effects.add(new Effect.ReadHistory(link, after, upTo));
    }

    private void onDisk(Effect effect) {
        if (held.isEmpty()) {
            effects.add(effect);
        } else {
            held.add(effect);
        }
    }

    /// What removes snapshots must not run beside what writes one: an old one that appears when the
    /// logs behind it are gone would be a history with a hole.
    private void afterSnapshot(Effect effect) {
        if (standing.snapshots.isRunning()) {
            held.add(effect);
        } else {
            onDisk(effect);
        }
    }

    // ---- the state machine

    @Override
    public void looking(String why) {
        leading = false;
        // What was proposed may or may not become history; nobody is told here.
        proposals.clear();
        carried.clear();
        listener.looking(why);
    }

    @Override
    public void deliver(long zxid, byte[] payload) {
        if (!leading) {
            listener.committed(zxid, payload);
            return;
        }
        drain(standing);
        Committed next = proposals.remove();
        Applied applied = next.applied();
        Check.that(applied != null && applied.zxid() == zxid, "proposed", zxid, 0);
        standing.add(next);
        drain(standing);
    }

    @Override
    public @Nullable Configuration configurationOf(long zxid, byte[] payload) {
        if (!QuorumsOnDisk.isChange(payload)) {
            return null;
        }
        Members next = QuorumsOnDisk.membersOf(payload);
        if (next == null || next.version() != zxid) {
            throw new IllegalStateException(
                    "transaction " + Zxid.hex(zxid) + " changes the members to none: " + next);
        }
        return next.configuration();
    }

    @Override
    public void activated(Configuration configuration) {
        listener.activated(configuration);
    }

    @Override
    public void leading(long epoch) {
        leading = true;
        listener.leading(epoch);
    }

    @Override
    public void following(long leaderId, long epoch, boolean observing) {
        listener.following(epoch);
    }

    @Override
    public void carried(long link, long serverId, Object load) {
        carried.add(new CarriedLoad(link, (Load) load));
    }

    @Override
    public void confirmed(long question) {
        listener.confirmed(question);
    }

    @Override
    public Object touched() {
        return listener.touched();
    }

    @Override
    public void report(String line) {
        effects.add(new Effect.Report(line));
    }
}
