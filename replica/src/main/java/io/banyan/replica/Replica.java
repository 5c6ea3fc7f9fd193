package io.banyan.replica;

import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Zxid;
import io.banyan.zab.Configuration;
import io.banyan.zab.Past;
import io.banyan.zab.PeerState;
import io.banyan.zab.Zab;
import io.banyan.zab.ZabConfig;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One server's brain: has writes put in order, by itself or by the leader it follows, and tells
/// the gateways what became committed.
///
/// A deterministic step function. The host calls {@link #step} with inputs of one round, the first
/// of them a {@link Input.Tick}, then {@link #endRound}, and carries out the effects in their
/// order. Confined to one thread; it never blocks and reads no clock. It throws only if an
/// invariant of its own is broken; the host then stops the server.
public final class Replica {
    /// ZooKeeper's: shorter looks for a leader are no isolation.
    private static final int READ_ONLY_MILLIS_MIN = 2_000;

    private final Standing standing;
    private final Broadcast broadcast;

    /// The broadcast again if this is a member of an ensemble.
    private final @Nullable ZabBroadcast member;

    private Role role;

    /// Counts up with each {@link Effect.Serve}; a server on its own stays in its first.
    private long period;

    private boolean serving;

    /// Whether clients that only read are served although there is no leader.
    private boolean readOnly;

    private long lookingSinceMillis;

    /// Whether gateways know every transaction up to the committed state, from one that they served
    /// on.
    private boolean continuous;

    private boolean ceased;
    private boolean started;
    private boolean halted;
    private List<Effect> effects = List.of();

    /// A server on its own. It serves from the beginning.
    ///
    /// @param recovered the state on disk: every session in it gets its whole timeout anew
    /// @param nowMillis the host's monotonic clock, as in {@link Input.Tick}
    /// @param wallMillis the wall clock; new session ids start from it
    public Replica(
            ReplicaConfig config,
            ZnodeTree tree,
            State recovered,
            long nowMillis,
            long wallMillis,
            RandomGenerator random) {
        standing = new Standing(config, tree, recovered, nowMillis, wallMillis, random);
        broadcast = new Solo(recovered.zxid());
        member = null;
        role = new Leading(standing, broadcast, recovered.zxid());
        serving = true;
    }

    private Replica(Standing standing, ZabConfig config, Past past, RandomGenerator random) {
        this.standing = standing;
        var zab =
                new ZabBroadcast(
                        config, past, standing, new RoleChanges(), random, standing.nowMillis);
        broadcast = zab;
        member = zab;
        standing.tellMembership(config.quorums().current().text());
        role = new Looking(standing);
        lookingSinceMillis = standing.nowMillis;
    }

    /// A server of an ensemble. It serves nobody before {@link Effect.Serve}.
    ///
    /// @param recovered everything on disk, committed or not; its zxid is that of `past`, or 0
    ///   where `past` has none
    public static Replica member(
            ReplicaConfig config,
            ZnodeTree tree,
            State recovered,
            ZabConfig zabConfig,
            Past past,
            long nowMillis,
            long wallMillis,
            RandomGenerator random) {
        // An empty disk has not even the transaction 0.
        Check.that(
                Math.max(0, past.lastZxid()) == recovered.zxid(),
                "recovered whole",
                past.lastZxid(),
                recovered.zxid());
        return new Replica(
                new Standing(config, tree, recovered, nowMillis, wallMillis, random),
                zabConfig,
                past,
                random);
    }

    /// When the next {@link Input.Tick} is wanted at the latest, on its clock.
    public long wakeAtMillis() {
        long mine = standing.nowMillis + standing.config.tickMillis();
        return member == null ? mine : Math.min(mine, member.zab().wakeAtMillis());
    }

    /// Takes one input and adds what is to be done about it.
    public void step(Input input, List<Effect> out) {
        if (halted) {
            return;
        }
        effects = out;
        if (member != null) {
            member.into(out);
        }
        switch (input) {
            case Input.Tick tick -> onTick(tick, out);
            case Input.Write write -> {
                if (isCurrent(write.ticket())) {
                    role.write(write.request(), write.ticket(), out);
                }
            }
            case Input.Sync sync -> {
                if (isCurrent(sync.ticket())) {
                    role.sync(sync.ticket(), out);
                }
            }
            case Input.OpenSession open -> {
                if (isCurrent(open.ticket())) {
                    role.openSession(open.timeoutMillis(), open.ticket(), out);
                }
            }
            case Input.ResumeSession resume -> {
                if (isCurrent(resume.ticket())) {
                    role.resumeSession(resume, out);
                }
            }
            case Input.Heard heard -> role.heard(heard);
            case Input.Synced synced -> broadcast.synced(synced.zxid(), standing);
            case Input.SnapshotDone done -> {
                standing.snapshots.done(standing.nowMillis);
                if (member != null) {
                    member.snapshotDone();
                }
            }
            case Input.SnapshotWanted wanted -> standing.snapshots.wanted();
            case Input.DiskFailed failed -> halt(failed.reason());
            case Input.Notified vote -> zab().notified(vote.serverId(), vote.notification());
            case Input.ElectionLink link -> zab().electionLink(link.serverId(), link.up());
            case Input.LinkOpened opened -> zab().linkOpened(opened.link());
            case Input.ObserverLinkOpened opened -> zab().observerLinkOpened(opened.link());
            case Input.LinkLost lost -> zab().linkLost(lost.link(), lost.why());
            case Input.FromPeer from -> zab().received(from.link(), from.message());
            case Input.AcceptedEpochSaved saved -> zab().acceptedEpochSaved(saved.epoch());
            case Input.CurrentEpochSaved saved -> zab().currentEpochSaved(saved.epoch());
            case Input.Truncated truncated -> {
                dismissReaders("this server's history was corrected");
                continuous &= truncated.reloaded() == null;
                requireMember().truncated(truncated.zxid(), truncated.reloaded());
            }
            case Input.Installed installed -> {
                dismissReaders("this server got another history");
                continuous = false;
                requireMember().installed(installed.zxid());
            }
            case Input.HistoryRead read -> zab().historyRead(read.link(), read.entries());
        }
        workOffCarried(out);
        role.settle(out);
    }

    /// Ends a round: what several inputs share (one sync, one batch to the gateways) is asked for
    /// now.
    public void endRound(List<Effect> out) {
        if (halted) {
            return;
        }
        effects = out;
        if (member != null) {
            member.into(out);
        }
        broadcast.roundEnded(out);
        broadcast.drain(standing);
        workOffCarried(out);
        role.settle(out);
        deliver(out);
        if (serving && !halted && standing.snapshots.begins(standing.nowMillis)) {
            out.add(new Effect.RollLog());
            out.add(new Effect.TakeSnapshot(standing.state()));
        }
    }

    /// The last committed state.
    public State state() {
        return standing.state();
    }

    /// For operators: sessions by the time they have left, in milliseconds. Only who leads knows.
    public NavigableMap<Long, List<Long>> sessionsByMillisLeft() {
        return role instanceof Leading leading ? leading.sessionsByMillisLeft() : new TreeMap<>();
    }

    /// For operators, and cheap: how many sessions only this server knows.
    public int localSessions() {
        return standing.locals().count();
    }

    /// For operators: those that only this server knows, as {@link #sessionsByMillisLeft}.
    public NavigableMap<Long, List<Long>> localSessionsByMillisLeft() {
        return standing.locals().byMillisLeft();
    }

    /// For operators: what this member is now; null of a server on its own.
    public @Nullable Membership membership() {
        if (member == null) {
            return null;
        }
        Zab zab = member.zab();
        return new Membership(
                zab.state(),
                serving,
                readOnly,
                zab.leaderId(),
                zab.epoch(),
                zab.loggedZxid(),
                standing.state().zxid(),
                zab.learners(),
                zab.observerMasterId(),
                role instanceof Leading leading ? leading.pendingSyncs() : 0);
    }

    /// For operators, and cheap: the state that this member is in; null of a server on its own.
    public @Nullable PeerState peerState() {
        return member == null ? null : member.zab().state();
    }

    private void onTick(Input.Tick tick, List<Effect> out) {
        standing.nowMillis = tick.nowMillis();
        standing.wallMillis = tick.wallMillis();
        if (member != null) {
            if (!started) {
                started = true;
                member.zab().start();
            }
            member.zab().tick(tick.nowMillis());
        }
        role.tick(out);
        maybeServeReaders();
    }

    /// What was asked before this server ceased to serve is not carried out when it serves again:
    /// requests of the same client before it may have been lost.
    private boolean isCurrent(Ticket ticket) {
        return ticket.period == period;
    }

    private Zab zab() {
        return requireMember().zab();
    }

    private ZabBroadcast requireMember() {
        if (member == null) {
            throw new IllegalStateException("no member of an ensemble");
        }
        return member;
    }

    private void workOffCarried(List<Effect> out) {
        if (member == null) {
            return;
        }
        for (var next = member.nextCarried(); next != null; next = member.nextCarried()) {
            role.carried(next.link(), next.load(), out);
        }
    }

    private void deliver(List<Effect> out) {
        List<Committed> batch = standing.take();
        if (!batch.isEmpty()) {
            role.delivered(batch);
            // Otherwise it comes with the state that the next period of service begins with.
            if (serving || continuous) {
                out.add(new Effect.Deliver(new Batch(batch)));
            }
        }
    }

    /// A server that finds no leader for a while answers reads, if that is wanted.
    private void maybeServeReaders() {
        if (!standing.config.readOnlyMode() || readOnly || !(role instanceof Looking looking)) {
            return;
        }
        int patience = Math.max(READ_ONLY_MILLIS_MIN, standing.config.tickMillis());
        if (standing.nowMillis - lookingSinceMillis >= patience) {
            readOnly = true;
            looking.beginReadOnly();
            period++;
            continuous = false;
            effects.add(new Effect.Serve(standing.state(), 0, period, true, false));
        }
    }

    /// Readers must not see the state jump back or forth beneath them.
    private void dismissReaders(String why) {
        if (readOnly) {
            readOnly = false;
            lookingSinceMillis = standing.nowMillis;
            role = new Looking(standing);
            standing.forgetReaders();
            effects.add(new Effect.Cease(why));
        }
    }

    private void serve(Role as, long epoch, boolean clients) {
        dismissReaders("a leader was found");
        deliver(effects);
        role = as;
        if (clients) {
            serving = true;
            period++;
            effects.add(new Effect.Serve(standing.state(), epoch, period, false, continuous));
            continuous = true;
        } else {
            // Nothing to wait for: clients go elsewhere.
            continuous = false;
            effects.add(new Effect.Cease("this server leads and leaves clients to the others"));
        }
    }

    private void halt(String reason) {
        halted = true;
        effects.add(new Effect.Halt(reason));
    }

    static String differs(long zxid) {
        return "after transaction "
                + Zxid.hex(zxid)
                + " the tree of this server differs from the leader's: its digest is another. This"
                + " server stops, before it answers wrongly. Empty its version-2 directories and"
                + " let it copy the data from the others";
    }

    /// Calls of Zab, made while it handles an input.
    private final class RoleChanges implements ZabBroadcast.Listener {
        @Override
        public void looking(String why) {
            deliver(effects);
            if (role instanceof Looking && ceased) {
                // One more attempt came to nothing; gateways wait already.
                return;
            }
            lookingSinceMillis = standing.nowMillis;
            role = new Looking(standing);
            serving = false;
            ceased = true;
            effects.add(new Effect.Cease(why));
        }

        @Override
        public void leading(long epoch) {
            if (checkDisagreement()) {
                serve(
                        new Leading(standing, broadcast, Zxid.of(epoch, 0)),
                        epoch,
                        standing.config.leaderServes());
            }
        }

        @Override
        public void following(long epoch) {
            if (checkDisagreement()) {
                serve(new Following(standing, broadcast), epoch, true);
            }
        }

        private boolean checkDisagreement() {
            if (role instanceof Looking looking) {
                String why = looking.disagreement();
                if (why != null) {
                    halt(why);
                    return false;
                }
            }
            return true;
        }

        @Override
        public void committed(long zxid, byte[] payload) {
            String failure = halted ? null : role.apply(zxid, payload);
            if (failure != null) {
                halt(failure);
            }
        }

        @Override
        public void confirmed(long question) {
            if (role instanceof Leading leading) {
                leading.confirmed(question);
            }
        }

        @Override
        public void activated(Configuration configuration) {
            standing.tellMembership(configuration.text());
            effects.add(new Effect.Activate(configuration));
        }

        @Override
        public Load.Touched touched() {
            return role.touched();
        }
    }
}
