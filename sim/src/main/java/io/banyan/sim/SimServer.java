package io.banyan.sim;

import io.banyan.replica.Batch;
import io.banyan.replica.Committed;
import io.banyan.replica.Effect;
import io.banyan.replica.Gateway;
import io.banyan.replica.GatewayConfig;
import io.banyan.replica.GatewayObserver;
import io.banyan.replica.Input;
import io.banyan.replica.Replica;
import io.banyan.replica.ReplicaConfig;
import io.banyan.store.Purge;
import io.banyan.store.Recovery;
import io.banyan.store.Snapshot;
import io.banyan.store.SnapshotWriter;
import io.banyan.store.StoreConfig;
import io.banyan.store.TxnLog;
import io.banyan.store.ZxidDigest;
import io.banyan.tree.Applied;
import io.banyan.tree.Loader;
import io.banyan.tree.State;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.JuteReader;
import io.banyan.wire.OpCode;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.TxnHeader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One server: the production replica, gateways, log, snapshots and recovery, with {@link Lane}s in
/// place of threads and a {@link SimDisk}. It dies and comes back; each time is a *life*.
///
/// A power failure loses any part of what was not synced, an end of the process loses nothing that
/// reached the kernel. Confined to the simulation's thread.
final class SimServer {
    static final StoreConfig STORE = StoreConfig.DEFAULT.withPreAllocBytes(2048);
    private static final int SNAPSHOTS_RETAINED = 3;
    private static final long RETRY_MICROS = 50_000;

    private final int id;
    private final Simulation world;
    private final Setup setup;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final RandomGenerator diskRandom;
    private final ZnodeTree tree;
    private final long bootMillis;
    private final List<SimConnection> connections = new ArrayList<>();

    private SimDisk disk;
    private int life;
    private boolean up;
    private boolean loseUnsynced;
    private int effectsUntilCrash = -1;
    private long wallOffsetMillis;

    // Of the present life.
    private @Nullable Replica replica;
    private @Nullable TxnLog log;
    private @Nullable Purge purge;
    private @Nullable State shadowHead;
    private List<Gateway> gateways = List.of();
    private List<Lane> gatewayLanes = List.of();
    private @Nullable Lane replicaLane;
    private @Nullable Lane logLane;
    private @Nullable Lane snapshotLane;
    private List<Effect> logInbox = List.of();
    private int batches;
    private @Nullable Runnable heldBatch;

    SimServer(int id, Simulation world, RandomGenerator random, RandomGenerator diskRandom) {
        this.id = id;
        this.world = world;
        this.setup = world.setup();
        this.timeline = world.timeline();
        this.random = random;
        this.diskRandom = diskRandom;
        this.tree = world.tree();
        this.bootMillis = 1_000_000L + random.nextInt(1_000_000);
        this.disk = new SimDisk(setup.blockBytes());
    }

    static ZnodeTree newTree() {
        var defaults = TreeConfig.defaults();
        return new ZnodeTree(
                new TreeConfig(true, true, false, false, false, true, defaults.schemes()));
    }

    // ---- one thread

    /// A thread in slow motion: tasks come in order, are worked off together after a while, and
    /// nothing happens while it is paused.
    final class Lane {
        private final int ofLife = life;
        private final Runnable afterTasks;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean scheduled;
        private long pausedUntilMicros;

        Lane(Runnable afterTasks) {
            this.afterTasks = afterTasks;
        }

        void post(Runnable task) {
            tasks.add(task);
            if (!scheduled) {
                schedule();
            }
        }

        private void schedule() {
            scheduled = true;
            long delay = 1L + random.nextInt(setup.delayMicros());
            timeline.after(Math.max(delay, pausedUntilMicros - timeline.nowMicros()), this::run);
        }

        private void run() {
            scheduled = false;
            if (!up || ofLife != life) {
                return;
            }
            if (timeline.nowMicros() < pausedUntilMicros) {
                schedule();
                return;
            }
            world.liveness().queue("an inbox", tasks.size());
            try {
                for (int left = tasks.size(); left > 0 && ofLife == life && up; left--) {
                    tasks.remove().run();
                }
                if (ofLife == life && up) {
                    afterTasks.run();
                }
            } catch (SimCrash e) {
                powerFails("in a call of the disk");
            }
        }

        void pause(long micros) {
            pausedUntilMicros = timeline.nowMicros() + micros;
        }
    }

    // ---- life and death

    boolean isUp() {
        return up;
    }

    void start() {
        life++;
        try {
            begin();
        } catch (SimCrash e) {
            trace("power fails during recovery");
            loseUnsynced();
            timeline.after(RETRY_MICROS, this::start);
        } catch (IOException e) {
            if (!world.isInjected(e)) {
                throw new Violation("AcknowledgedMeansKept", "recovery refused its disk: " + e);
            }
            trace("recovery failed: " + e.getMessage());
            if (loseUnsynced) {
                loseUnsynced();
            }
            timeline.after(RETRY_MICROS, this::start);
        }
    }

    private void begin() throws IOException {
        var target = new Recovered();
        Recovery.Result result =
                Recovery.recover(disk, STORE, Recovery.Rules.DEFAULT, target, () -> 0);
        if (result.start() == Recovery.Start.FRESH) {
            writeSnapshot(tree.fresh());
            Recovery.created(disk);
        }
        State state = tree.withoutOrphans(target.finish());
        world.recovered(state);
        up = true;
        log = new TxnLog(disk, STORE, state.zxid());
        purge = new Purge(disk, STORE);
        shadowHead = state;
        replica = new Replica(replicaConfig(), tree, state, nowMillis(), wallMillis(), random);
        var newGateways = new ArrayList<Gateway>();
        var newLanes = new ArrayList<Lane>();
        var round = new ArrayList<Input>();
        replicaLane = new Lane(() -> replicaRound(round));
        Lane toReplica = replicaLane;
        for (int i = 0; i < setup.gateways(); i++) {
            var outbox = new ArrayList<Input>();
            var gateway =
                    new Gateway(
                            i,
                            gatewayConfig(),
                            tree,
                            state,
                            outbox::add,
                            GatewayObserver.NONE,
                            nowNanos(),
                            this::wallMillis);
            newGateways.add(gateway);
            newLanes.add(
                    new Lane(() -> {
                        gateway.endRound();
                        var inputs = List.copyOf(outbox);
                        outbox.clear();
                        if (!inputs.isEmpty()) {
                            toReplica.post(() -> round.addAll(inputs));
                        }
                    }));
        }
        gateways = newGateways;
        gatewayLanes = newLanes;
        var forLog = new ArrayList<Effect>();
        logLane = new Lane(() -> writeLog(forLog, round, toReplica));
        logInbox = forLog;
        snapshotLane = new Lane(() -> {});
        int ofLife = life;
        for (int i = 0; i < gateways.size(); i++) {
            tickGateway(i, ofLife);
        }
        tickReplica(ofLife);
        trace(
                "starts "
                        + result.start()
                        + " txns="
                        + result.txns()
                        + " torn="
                        + result.tornBytes());
    }

    private ReplicaConfig replicaConfig() {
        return new ReplicaConfig(
                1,
                setup.gateways(),
                setup.tickMillis(),
                4 * stepMillis(),
                setup.snapCount(),
                0,
                500,
                10_000,
                0,
                false);
    }

    private GatewayConfig gatewayConfig() {
        return new GatewayConfig(
                2 * setup.tickMillis(),
                20 * setup.tickMillis(),
                setup.outstandingMax(),
                Set.of(),
                2_000,
                stepMillis());
    }

    private int stepMillis() {
        return Math.max(10, setup.tickMillis() / 8);
    }

    private void tickGateway(int index, int ofLife) {
        timeline.after(
                stepMillis() * 1_000L,
                () -> {
                    if (up && ofLife == life) {
                        Gateway gateway = gateways.get(index);
                        gatewayLanes.get(index).post(() -> gateway.tick(nowNanos()));
                        world.liveness().gateway(gateway);
                        tickGateway(index, ofLife);
                    }
                });
    }

    private void tickReplica(int ofLife) {
        timeline.after(
                stepMillis() * 1_000L,
                () -> {
                    if (up && ofLife == life && replicaLane != null) {
                        replicaLane.post(() -> {});
                        tickReplica(ofLife);
                    }
                });
    }

    /// The machine is off at once.
    void powerFails(String when) {
        trace("power fails " + when);
        loseUnsynced();
        dies();
    }

    private void loseUnsynced() {
        loseUnsynced = false;
        int kept = diskRandom.nextInt(4);
        disk =
                disk.crashed(piece ->
                        switch (kept) {
                            case 0 -> false;
                            case 1 -> true;
                            default -> diskRandom.nextBoolean();
                        });
    }

    /// The process ends; the kernel keeps what it was given.
    void processEnds(String why) {
        trace("process ends: " + why);
        if (loseUnsynced) {
            loseUnsynced();
        }
        dies();
    }

    private void dies() {
        up = false;
        life++;
        effectsUntilCrash = -1;
        for (SimConnection each : List.copyOf(connections)) {
            each.serverIsGone();
        }
        connections.clear();
        timeline.after(1 + random.nextInt(500_000), this::start);
    }

    /// What production does with a failed log.
    private void halt(String reason) {
        processEnds("halted, " + reason);
    }

    // ---- faults

    void crashAfterEffects(int effects) {
        effectsUntilCrash = effects;
    }

    void crashInDisk(int callsFromNow) {
        disk.crashAt(disk.calls() + callsFromNow);
    }

    void failDisk(int callsFromNow, SimDisk.Fault fault) {
        disk.failAt(disk.calls() + callsFromNow, fault);
        // The kernel has marked the lost pages clean: only a power failure shows what is there.
        loseUnsynced |= fault == SimDisk.Fault.SYNC_LOST;
    }

    /// Nothing goes wrong any more.
    void heal() {
        disk.crashAt(-1);
        disk.failAt(-1, SimDisk.Fault.IO_ERROR);
        effectsUntilCrash = -1;
    }

    /// Stops one thread, or all of them, for a while.
    void pause(int which, long micros) {
        var all = new ArrayList<Lane>(gatewayLanes);
        if (replicaLane != null && logLane != null) {
            all.add(replicaLane);
            all.add(logLane);
        }
        trace("pause of " + (which < all.size() ? "thread " + which : "all") + " for " + micros);
        for (int i = 0; i < all.size(); i++) {
            if (which == i || which >= all.size()) {
                all.get(i).pause(micros);
            }
        }
    }

    void stepWallClock(long millis) {
        wallOffsetMillis += millis;
        trace("wall clock steps by " + millis);
    }

    // ---- clocks

    private long nowMillis() {
        long factor = setup.bug() == PlantedBug.EARLY_EXPIRY ? 3 : 1;
        return bootMillis + timeline.nowMicros() / 1_000 * factor;
    }

    private long nowNanos() {
        return (bootMillis * 1_000 + timeline.nowMicros()) * 1_000;
    }

    private long wallMillis() {
        return 1_700_000_000_000L + timeline.nowMicros() / 1_000 + wallOffsetMillis;
    }

    // ---- threads of the replica, the log and the snapshots

    private void replicaRound(List<Input> round) {
        Replica of = replica;
        if (of == null) {
            return;
        }
        var effects = new ArrayList<Effect>();
        of.step(new Input.Tick(nowMillis(), wallMillis()), effects);
        for (Input each : round) {
            of.step(each, effects);
        }
        round.clear();
        of.endRound(effects);
        int ofLife = life;
        for (Effect each : effects) {
            if (effectsUntilCrash >= 0 && effectsUntilCrash-- == 0) {
                powerFails("between two effects");
            }
            if (ofLife != life) {
                return;
            }
            carryOut(each);
        }
        world.traced(replicaLane, effects.size());
    }

    private void carryOut(Effect effect) {
        Lane toLog = logLane;
        Lane toSnapshots = snapshotLane;
        Lane toReplica = replicaLane;
        if (toLog == null || toSnapshots == null || toReplica == null) {
            throw new IllegalStateException("not started");
        }
        List<Effect> inbox = logInbox;
        switch (effect) {
            case Effect.Append append -> {
                proposed(append);
                toLog.post(() -> inbox.add(append));
            }
            case Effect.Sync sync -> {
                toLog.post(() -> inbox.add(sync));
                if (setup.bug() == PlantedBug.ACK_BEFORE_SYNC) {
                    Replica of = replica;
                    var effects = new ArrayList<Effect>();
                    if (of != null) {
                        of.step(new Input.Synced(sync.zxid()), effects);
                    }
                }
            }
            case Effect.RollLog roll -> toLog.post(() -> inbox.add(roll));
            case Effect.Deliver deliver -> deliver(deliver.batch());
            case Effect.Resumed resumed -> {
                int index = resumed.ticket().gateway();
                Gateway gateway = gateways.get(index);
                gatewayLanes
                        .get(index)
                        .post(() ->
                                gateway.onResumed(
                                        resumed.ticket(),
                                        resumed.sessionId(),
                                        resumed.valid(),
                                        nowNanos()));
            }
            case Effect.Evict evict -> {
                int index = evict.connection().gatewayIndex();
                Gateway gateway = gateways.get(index);
                gatewayLanes
                        .get(index)
                        .post(() -> gateway.onEvicted(evict.connection(), nowNanos()));
            }
            case Effect.TakeSnapshot take -> {
                State state = take.state();
                if (setup.bug() == PlantedBug.SNAPSHOT_OF_UNCOMMITTED && shadowHead != null) {
                    state = shadowHead;
                }
                State taken = state;
                world.sameState().snapshot(taken);
                toSnapshots.post(() -> takeSnapshot(taken, toReplica));
            }
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
                    throw new IllegalStateException("a server on its own got " + effect);
        }
    }

    private void proposed(Effect.Append append) {
        world.history().propose(append.zxid(), append.payload());
        TxnHeader header = TxnHeader.decode(new JuteReader(append.payload()));
        if (setup.bug() == PlantedBug.SNAPSHOT_OF_UNCOMMITTED && shadowHead != null) {
            shadowHead = tree.replay(shadowHead, append.payload());
        }
        if (header.type() == OpCode.CLOSE_SESSION) {
            boolean byServer = header.cxid() == 0;
            if (byServer) {
                world.countArrivals();
            }
            world.ephemerals().closing(header.clientId(), byServer, timeline.nowMicros());
        }
        trace("propose " + OpCode.name(header.type()) + " cxid=" + header.cxid());
    }

    private void deliver(Batch batch) {
        long last = 0;
        for (Committed each : batch.items()) {
            Applied applied = each.applied();
            if (applied != null) {
                last = applied.zxid();
            }
        }
        if (last != 0) {
            world.history().commit(last);
            trace("commit " + batch.items().size());
        }
        batches++;
        for (int i = 0; i < gateways.size(); i++) {
            Gateway gateway = gateways.get(i);
            boolean lost = setup.bug() == PlantedBug.BATCH_LOST && (batches + i) % 20 == 0;
            if (!lost) {
                post(i, () -> gateway.onBatch(batch, nowNanos()));
            }
        }
    }

    private void post(int gateway, Runnable batch) {
        Lane lane = gatewayLanes.get(gateway);
        if (setup.bug() != PlantedBug.BATCHES_SWAPPED || gateway != 0) {
            lane.post(batch);
        } else if (heldBatch == null) {
            heldBatch = batch;
        } else {
            lane.post(batch);
            lane.post(heldBatch);
            heldBatch = null;
        }
    }

    private void writeLog(List<Effect> taken, List<Input> round, Lane toReplica) {
        TxnLog to = log;
        if (to == null || taken.isEmpty()) {
            return;
        }
        try {
            boolean sync = false;
            for (Effect each : taken) {
                switch (each) {
                    case Effect.Append append -> to.append(append.zxid(), append.payload());
                    case Effect.Sync _ -> sync = true;
                    case Effect.RollLog _ -> {
                        to.sync();
                        to.roll();
                    }
                    default -> throw new IllegalStateException(each + " is not the log's");
                }
            }
            taken.clear();
            if (sync) {
                long durable = to.sync();
                trace("synced " + History.hex(durable));
                toReplica.post(() -> round.add(new Input.Synced(durable)));
            }
        } catch (IOException e) {
            taken.clear();
            if (!world.isInjected(e)) {
                throw new Violation("Liveness", "the log failed: " + e);
            }
            trace("the log failed: " + e.getMessage());
            toReplica.post(() -> round.add(new Input.DiskFailed("disk")));
        }
    }

    private void takeSnapshot(State state, Lane toReplica) {
        boolean failed = false;
        try {
            writeSnapshot(state);
            if (purge != null) {
                purge.run(SNAPSHOTS_RETAINED);
            }
            trace("snapshot " + History.hex(state.zxid()));
        } catch (IOException e) {
            if (!world.isInjected(e)) {
                throw new Violation("Liveness", "a snapshot failed: " + e);
            }
            trace("snapshot failed: " + e.getMessage());
            failed = true;
        }
        boolean result = failed;
        Replica of = replica;
        toReplica.post(() -> {
            if (of != null) {
                of.step(new Input.SnapshotDone(result), new ArrayList<>());
            }
        });
    }

    private void writeSnapshot(State state) throws IOException {
        try (var writer = SnapshotWriter.create(disk, STORE, state.zxid())) {
            state.writeTo(writer);
            writer.finish(new ZxidDigest(state.zxid(), ZxidDigest.VERSION, state.digest()));
        }
    }

    /// Builds the state from what recovery finds.
    private final class Recovered implements Recovery.Target {
        private State state = tree.fresh();
        private @Nullable Loader loader;
        private byte @Nullable [] held;

        @Override
        public SnapshotSink newSnapshot() {
            Loader fresh = tree.loader();
            loader = fresh;
            return fresh;
        }

        @Override
        public void snapshotLoaded(Snapshot loaded) {
            if (loader == null) {
                throw new IllegalStateException("a snapshot that was never begun");
            }
            state = loader.finish(loaded.zxid());
            if (loaded.zxid() <= world.history().committedZxid()) {
                world.sameState().check(state, loaded.name());
            }
        }

        @Override
        public void txn(long zxid, byte[] payload) {
            if (setup.bug() != PlantedBug.RECOVERY_SKIPS_LAST) {
                state = tree.replay(state, payload);
                return;
            }
            if (held != null) {
                state = tree.replay(state, held);
            }
            held = payload;
        }

        State finish() {
            return state;
        }
    }

    // ---- connections

    /// A client's first packet got through.
    void accept(SimConnection connection) {
        int index = random.nextInt(gateways.size());
        connections.add(connection);
        connection.accepted(gateways.get(index), gatewayLanes.get(index));
    }

    void gone(SimConnection connection) {
        connections.remove(connection);
    }

    List<SimConnection> connections() {
        return connections;
    }

    long gatewayNanos() {
        return nowNanos();
    }

    /// For the last check.
    @Nullable State liveState() {
        return replica == null ? null : replica.state();
    }

    List<Gateway> gateways() {
        return gateways;
    }

    String name() {
        return id + "." + life;
    }

    void trace(String event) {
        world.trace(name(), event);
    }
}
