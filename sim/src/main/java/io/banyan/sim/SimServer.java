package io.banyan.sim;

import io.banyan.replica.Batch;
import io.banyan.replica.Committed;
import io.banyan.replica.Effect;
import io.banyan.replica.Gateway;
import io.banyan.replica.GatewayConfig;
import io.banyan.replica.GatewayObserver;
import io.banyan.replica.Input;
import io.banyan.replica.Load;
import io.banyan.replica.Membership;
import io.banyan.replica.Replica;
import io.banyan.replica.ReplicaConfig;
import io.banyan.store.Disk.Folder;
import io.banyan.store.EpochFiles;
import io.banyan.store.LogEntry;
import io.banyan.store.LogReader;
import io.banyan.store.Purge;
import io.banyan.store.Recovery;
import io.banyan.store.SnapshotWriter;
import io.banyan.store.StoreConfig;
import io.banyan.store.ZxidDigest;
import io.banyan.tree.Applied;
import io.banyan.tree.State;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.JuteReader;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import io.banyan.zab.Electorate;
import io.banyan.zab.Entry;
import io.banyan.zab.Message;
import io.banyan.zab.Past;
import io.banyan.zab.ZabConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One server: the production replica, gateways, log, snapshots and recovery, with {@link Lane}s in
/// place of threads and a {@link SimDisk}. It dies and comes back; each time is a *life*.
///
/// A power failure loses any part of what was not synced, an end of the process loses nothing that
/// reached the kernel. Confined to the simulation's thread.
final class SimServer implements Lane.Owner {
    static final StoreConfig STORE = StoreConfig.DEFAULT.withPreAllocBytes(2048);
    private static final int SNAPSHOTS_RETAINED = 3;
    private static final long RETRY_MICROS = 50_000;
    private static final long HISTORY_BYTES_MAX = 1 << 20;

    /// An operator needs so long to see that a server refuses its disk.
    private static final long OPERATOR_MICROS = 500_000;

    private final int id;
    private final World world;
    private final Setup setup;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final RandomGenerator diskRandom;
    private final ZnodeTree tree;
    private final long bootMillis;
    private final int clockPercent;
    private final List<SimConnection> connections = new ArrayList<>();
    private final Map<Long, SimLink> links = new HashMap<>();

    private SimDisk disk;
    private int life;
    private boolean up;
    private boolean machineOn = true;
    private boolean frozen;
    private boolean mayBegin = true;
    private boolean restarting;
    private boolean loseUnsynced;
    private int effectsUntilCrash = -1;
    private @Nullable Class<?> crashBefore;
    private @Nullable Boolean crashKeeps;
    private long wallOffsetMillis;

    // Of the present life.
    private @Nullable Replica replica;
    private @Nullable Purge purge;
    private @Nullable State shadowHead;
    private @Nullable SimLog log;
    private List<Gateway> gateways = List.of();
    private List<Lane> gatewayLanes = List.of();
    private @Nullable Lane replicaLane;
    private @Nullable Lane logLane;
    private @Nullable Lane snapshotLane;
    private @Nullable Lane historyLane;
    private List<Input> round = List.of();
    private boolean serving;
    private boolean readOnly;
    private int batches;
    private @Nullable Runnable heldBatch;

    SimServer(int id, World world, RandomGenerator random, RandomGenerator diskRandom) {
        this.id = id;
        this.world = world;
        this.setup = world.setup();
        this.timeline = world.timeline();
        this.random = random;
        this.diskRandom = diskRandom;
        this.tree = world.tree();
        this.bootMillis = 1_000_000L + random.nextInt(1_000_000);
        int drift = setup.driftPercent();
        this.clockPercent = 100 + (drift == 0 ? 0 : random.nextInt(2 * drift + 1) - drift);
        this.disk = new SimDisk(setup.blockBytes());
    }

    static ZnodeTree newTree() {
        var defaults = TreeConfig.defaults();
        return new ZnodeTree(
                new TreeConfig(true, true, false, false, false, true, defaults.schemes()));
    }

    int id() {
        return id;
    }

    int life() {
        return life;
    }

    // ---- life and death

    boolean isUp() {
        return up;
    }

    /// Whether its kernel answers.
    boolean isMachineOn() {
        return machineOn;
    }

    boolean isServing() {
        return up && serving;
    }

    /// Whether it answers reads because it has no leader.
    boolean isReadOnly() {
        return up && readOnly;
    }

    @Override
    public boolean lives(int ofLife) {
        return up && ofLife == life;
    }

    @Override
    public void crashed() {
        Boolean keeps = crashKeeps;
        if (keeps == null) {
            powerFails("in a call of the disk");
        } else {
            crashKeeps = null;
            powerFailsKeeping(keeps);
        }
    }

    /// Starts it unless it runs, is starting, or is to stay away.
    void start() {
        if (up || frozen) {
            return;
        }
        life++;
        machineOn = true;
        restarting = false;
        try {
            begin();
        } catch (SimCrash e) {
            trace("power fails during recovery");
            loseUnsynced();
            startAfter(RETRY_MICROS);
        } catch (IOException e) {
            recoveryFailed(e);
        }
    }

    private void startAfter(long micros) {
        if (!restarting) {
            restarting = true;
            timeline.after(
                    micros,
                    () -> {
                        if (restarting) {
                            start();
                        }
                    });
        }
    }

    private void recoveryFailed(IOException e) {
        trace("recovery failed: " + e.getMessage());
        if (loseUnsynced) {
            loseUnsynced();
        }
        if (SimDisk.isInjected(e)) {
            startAfter(RETRY_MICROS);
        } else if (world.agreement().isDamaged(id)) {
            timeline.after(
                    OPERATOR_MICROS,
                    () -> {
                        if (!up) {
                            wipe();
                            startAfter(RETRY_MICROS);
                        }
                    });
        } else {
            throw new Violation("AcknowledgedMeansKept", "recovery refused its disk: " + e);
        }
    }

    private void begin() throws IOException {
        var target = new RecoveredState(world, Long.MAX_VALUE);
        var rules = new Recovery.Rules(false, mayBegin);
        Recovery.Result result = Recovery.recover(disk, STORE, rules, target, () -> 0);
        State state = target.finish();
        if (result.start() == Recovery.Start.FRESH) {
            state = world.start();
            writeSnapshot(state);
            Recovery.created(disk);
        }
        boolean empty = result.start() == Recovery.Start.UNINITIALIZED;
        long lastZxid = empty ? Past.UNKNOWN : state.zxid();
        EpochFiles epochs = setup.isEnsemble() ? EpochFiles.open(disk, lastZxid) : null;
        if (empty) {
            world.recoveredNothing();
        } else {
            world.agreement().recovered(id, target.path(state));
            world.recovered(this, state);
            mayBegin = false;
        }
        if (epochs != null) {
            world.epochs().recovered(id, epochs.acceptedEpoch(), epochs.currentEpoch());
        }
        up = true;
        serving = !setup.isEnsemble();
        readOnly = false;
        purge = new Purge(disk, STORE);
        shadowHead = state;
        if (epochs == null) {
            replica = new Replica(replicaConfig(), tree, state, nowMillis(), wallMillis(), random);
        } else {
            var past =
                    new Past(
                            world.plants().has(PlantedBug.EPOCH_NOT_CHECKED)
                                    ? epochs.currentEpoch()
                                    : epochs.acceptedEpoch(),
                            epochs.currentEpoch(),
                            lastZxid,
                            empty ? Past.UNKNOWN : target.snapshotZxid(state),
                            empty ? List.of() : target.newest(setup.historyTxns()));
            replica =
                    Replica.member(
                            replicaConfig(),
                            tree,
                            state,
                            zabConfig(),
                            past,
                            nowMillis(),
                            wallMillis(),
                            random);
        }
        beginThreads(state, lastZxid, epochs);
        trace(
                "starts "
                        + result.start()
                        + " last="
                        + History.hex(lastZxid)
                        + " txns="
                        + result.txns()
                        + " torn="
                        + result.tornBytes());
        world.network().reconsider(this);
    }

    private Lane lane(Runnable afterTasks) {
        return new Lane(world, random, this, life, afterTasks);
    }

    private void beginThreads(State state, long lastZxid, @Nullable EpochFiles epochs) {
        var inputs = new ArrayList<Input>();
        round = inputs;
        Lane toReplica = lane(() -> replicaRound(inputs));
        replicaLane = toReplica;
        var newGateways = new ArrayList<Gateway>();
        var newLanes = new ArrayList<Lane>();
        for (int i = 0; i < setup.gateways(); i++) {
            var outbox = new ArrayList<Input>();
            Gateway gateway = newGateway(i, state, outbox);
            newGateways.add(gateway);
            newLanes.add(
                    lane(() -> {
                        gateway.endRound();
                        var posted = List.copyOf(outbox);
                        outbox.clear();
                        if (!posted.isEmpty()) {
                            toReplica.post(() -> inputs.addAll(posted));
                        }
                    }));
        }
        gateways = newGateways;
        gatewayLanes = newLanes;
        var logThread =
                new SimLog(
                        world,
                        this,
                        disk,
                        lastZxid,
                        epochs,
                        input -> toReplica.post(() -> inputs.add(input)));
        log = logThread;
        logLane = lane(logThread::run);
        snapshotLane = lane(() -> {});
        historyLane = lane(() -> {});
        for (int i = 0; i < gateways.size(); i++) {
            tickGateway(i, life);
        }
        tickReplica(life);
    }

    private Gateway newGateway(int index, State state, List<Input> outbox) {
        return setup.isEnsemble()
                ? Gateway.waiting(
                        index,
                        gatewayConfig(),
                        tree,
                        state,
                        outbox::add,
                        GatewayObserver.NONE,
                        nowNanos(),
                        this::wallMillis)
                : new Gateway(
                        index,
                        gatewayConfig(),
                        tree,
                        state,
                        outbox::add,
                        GatewayObserver.NONE,
                        nowNanos(),
                        this::wallMillis);
    }

    private ZabConfig zabConfig() {
        return new ZabConfig(
                id,
                world.plants().has(PlantedBug.GROUPS_IGNORED)
                        ? Electorate.majority(world.electorate().voters())
                        : world.electorate(),
                world.observers(),
                setup.tickMillis(),
                setup.initLimit(),
                setup.syncLimit(),
                setup.heartbeatMillis(),
                setup.silenceMillis(),
                setup.historyTxns(),
                HISTORY_BYTES_MAX,
                setup.snapshotAlways(),
                "version=0".getBytes(StandardCharsets.UTF_8),
                false);
    }

    private ReplicaConfig replicaConfig() {
        return new ReplicaConfig(
                id,
                setup.gateways(),
                setup.tickMillis(),
                4 * stepMillis(),
                setup.snapCount(),
                0,
                500,
                10_000,
                0,
                false,
                true,
                setup.readOnlyMode(),
                world.plants().has(PlantedBug.ROLLOVER_MISSED)
                        ? ReplicaConfig.COUNTER_END
                        : setup.counterEnd());
    }

    private GatewayConfig gatewayConfig() {
        return new GatewayConfig(
                2 * setup.tickMillis(),
                20 * setup.tickMillis(),
                setup.outstandingMax(),
                Set.of(),
                2_000,
                stepMillis(),
                false);
    }

    private int stepMillis() {
        return Math.max(10, setup.tickMillis() / 8);
    }

    private void tickGateway(int index, int ofLife) {
        timeline.after(
                stepMillis() * 1_000L,
                () -> {
                    if (lives(ofLife)) {
                        Gateway gateway = gateways.get(index);
                        gatewayLanes.get(index).post(() -> gateway.tick(nowNanos()));
                        world.liveness().gateway(gateway);
                        tickGateway(index, ofLife);
                    }
                });
    }

    /// The host sleeps as long as the replica lets it.
    private void tickReplica(int ofLife) {
        Replica of = replica;
        long wishMillis = of == null ? 0 : of.wakeAtMillis() - nowMillis();
        long micros = Math.clamp(wishMillis * 1_000, 1_000, stepMillis() * 1_000L);
        timeline.after(
                micros,
                () -> {
                    if (lives(ofLife) && replicaLane != null) {
                        replicaLane.post(() -> {});
                        tickReplica(ofLife);
                    }
                });
    }

    /// The machine is off at once.
    void powerFails(String when) {
        trace("power fails " + when);
        machineOn = false;
        world.network().powerFailed(this);
        loseUnsynced();
        dies();
    }

    /// As {@link #powerFails}, and all or nothing of what was not synced is lost.
    void powerFailsKeeping(boolean unsynced) {
        trace("power fails, unsynced is " + (unsynced ? "kept" : "lost"));
        machineOn = false;
        world.network().powerFailed(this);
        disk = disk.crashed(piece -> unsynced);
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
        world.network().processEnded(this);
        if (loseUnsynced) {
            loseUnsynced();
        }
        dies();
    }

    private void dies() {
        up = false;
        serving = false;
        life++;
        effectsUntilCrash = -1;
        crashBefore = null;
        links.clear();
        disk.crashAt(-1);
        disk.failAt(-1, SimDisk.Fault.IO_ERROR);
        for (SimConnection each : List.copyOf(connections)) {
            each.serverIsGone();
        }
        connections.clear();
        world.network().reconsider(this);
        if (world.restarts()) {
            startAfter(1 + random.nextInt(500_000));
        }
    }

    /// It stays away for good.
    void freeze() {
        frozen = true;
        restarting = false;
        if (up) {
            powerFails("for good");
        }
    }

    // ---- faults

    void crashAfterEffects(int effects) {
        effectsUntilCrash = effects;
    }

    /// The power fails when the log thread is about to carry out an effect of this kind.
    ///
    /// @param keeping what was not synced; null: any part of it
    void crashBefore(Class<?> effect, @Nullable Boolean keeping) {
        crashBefore = effect;
        crashKeeps = keeping;
    }

    /// The log thread is about to carry this out.
    void beforeDisk(Effect effect) {
        if (crashBefore != null && crashBefore.isInstance(effect)) {
            crashBefore = null;
            throw new SimCrash(disk.calls());
        }
    }

    void crashInDisk(int callsFromNow) {
        disk.crashAt(disk.calls() + callsFromNow);
    }

    void failDisk(int callsFromNow, SimDisk.Fault fault) {
        disk.failAt(disk.calls() + callsFromNow, fault);
        // The kernel has marked the lost pages clean: only a power failure shows what is there.
        loseUnsynced |= fault == SimDisk.Fault.SYNC_LOST;
    }

    /// There is room for only so much more on its disk, until somebody makes room.
    void fillDisk(int freeBytes, long micros) {
        trace("disk has room for " + freeBytes + " bytes only");
        disk.setCapacityBytes(disk.usedBytes() + freeBytes);
        timeline.after(micros, () -> disk.setCapacityBytes(Long.MAX_VALUE));
    }

    /// Bits of a log or a snapshot flip while it is off.
    void rot() {
        List<String> files =
                disk.list(Folder.LOG).stream()
                        .filter(name -> name.startsWith("log.") || name.startsWith("snapshot."))
                        .filter(name -> disk.bytes(Folder.LOG, name).length > 0)
                        .toList();
        if (!files.isEmpty()) {
            String file = files.get(diskRandom.nextInt(files.size()));
            int offset = diskRandom.nextInt(disk.bytes(Folder.LOG, file).length);
            trace("rot in " + file + " at " + offset);
            world.agreement().damaged(id);
            disk.rot(Folder.LOG, file, offset, 1 + diskRandom.nextInt(255));
        }
    }

    /// Its operator empties its directories.
    void wipe() {
        if (up) {
            processEnds("emptied");
        }
        trace("is emptied");
        disk = new SimDisk(setup.blockBytes());
        world.agreement().emptied(id);
        world.epochs().forget(id);
    }

    /// Nothing goes wrong any more.
    void heal() {
        disk.setCapacityBytes(Long.MAX_VALUE);
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

    /// Its disk stands still for a while.
    void pauseLog(long micros) {
        if (logLane != null) {
            logLane.pause(micros);
        }
    }

    void stepWallClock(long millis) {
        wallOffsetMillis += millis;
        trace("wall clock steps by " + millis);
    }

    // ---- clocks

    private long localMicros() {
        return timeline.nowMicros() * clockPercent / 100;
    }

    private long nowMillis() {
        long factor = setup.bug() == PlantedBug.EARLY_EXPIRY ? 3 : 1;
        return bootMillis + localMicros() / 1_000 * factor;
    }

    private long nowNanos() {
        return (bootMillis * 1_000 + localMicros()) * 1_000;
    }

    private long wallMillis() {
        return 1_700_000_000_000L + localMicros() / 1_000 + wallOffsetMillis;
    }

    // ---- the network between servers

    void opened(long number, SimLink link) {
        links.put(number, link);
    }

    /// Something came, or happened, on the network.
    void fromNetwork(Input input) {
        Lane to = replicaLane;
        if (up && to != null) {
            List<Input> inputs = round;
            if (input instanceof Input.LinkLost lost) {
                links.remove(lost.link());
            }
            if (world.isTraced()) {
                trace(input.toString());
            }
            to.post(() -> inputs.add(input));
        }
    }

    /// A message of another server is in our socket.
    void hears(long link, int from, Message message, boolean fromLeader) {
        Lane to = replicaLane;
        if (!up || to == null) {
            return;
        }
        if (world.isTraced()) {
            trace("<- " + from + " " + PeerTrace.describe(message));
        }
        List<Input> inputs = round;
        to.post(() -> inputs.add(new Input.FromPeer(link, message)));
    }

    /// What a learner says of its sessions.
    private void countAsHeard(Message message) {
        Object load =
                message instanceof Message.Carried carried
                        ? carried.load()
                        : message instanceof Message.Ping ping ? ping.touched() : null;
        long now = timeline.nowMicros();
        switch (load) {
            case Load.Touched touched -> {
                for (long session : touched.sessionIds()) {
                    world.ephemerals().heard(id, session, now);
                }
            }
            case Load.Revalidate revalidate ->
                    world.ephemerals().heard(id, revalidate.sessionId(), now);
            case null, default -> {}
        }
    }

    private void send(long number, Message message) {
        SimLink link = links.get(number);
        if (link == null) {
            return; // Gone, and the replica is about to hear it.
        }
        if (world.plants().has(PlantedBug.SYNC_NOT_ASKED)
                && message instanceof Message.Carried carried
                && carried.load() instanceof Load.SyncAsked) {
            hears(number, id, new Message.Carried(new Load.SyncDone()), true);
            return;
        }
        if (world.plants().has(PlantedBug.RESUMPTION_NOT_ASKED)
                && message instanceof Message.Carried carried
                && carried.load() instanceof Load.Revalidate ask) {
            var yes = new Load.Revalidated(ask.sessionId(), true);
            hears(number, id, new Message.Carried(yes), true);
            return;
        }
        link.send(this, message);
    }

    // ---- threads of the replica, the log and the snapshots

    private void replicaRound(List<Input> inputs) {
        Replica of = replica;
        if (of == null) {
            return;
        }
        var effects = new ArrayList<Effect>();
        of.step(new Input.Tick(nowMillis(), wallMillis()), effects);
        for (Input each : inputs) {
            of.step(each, effects);
        }
        var worked = List.copyOf(inputs);
        inputs.clear();
        of.endRound(effects);
        int ofLife = life;
        for (Effect each : effects) {
            if (effectsUntilCrash >= 0 && effectsUntilCrash-- == 0) {
                powerFails("between two effects");
            }
            if (!lives(ofLife)) {
                return;
            }
            carryOut(each);
        }
        // What came together with the tick that ended a session came too late for it.
        for (Input each : worked) {
            if (each instanceof Input.FromPeer(long _, Message message)) {
                countAsHeard(message);
            }
        }
    }

    private static Lane require(@Nullable Lane lane) {
        if (lane == null) {
            throw new IllegalStateException("not started");
        }
        return lane;
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Append append -> {
                appended(append);
                toLog(append);
            }
            case Effect.Sync sync -> {
                toLog(sync);
                if (setup.bug() == PlantedBug.ACK_BEFORE_SYNC) {
                    Lane to = require(replicaLane);
                    List<Input> inputs = round;
                    to.post(() -> inputs.add(new Input.Synced(sync.zxid())));
                }
            }
            case Effect.RollLog roll -> toLog(roll);
            case Effect.SaveAcceptedEpoch save -> toLog(save);
            case Effect.SaveCurrentEpoch save -> toLog(save);
            case Effect.Truncate cut -> {
                shadowHead = null;
                toLog(cut);
            }
            case Effect.Install install -> {
                shadowHead = install.state();
                world.sameState().check(install.state(), "an image");
                toLog(install);
            }
            case Effect.Deliver deliver -> deliver(deliver.batch());
            case Effect.Resumed resumed ->
                    toGateway(
                            resumed.ticket().gateway(),
                            gateway ->
                                    gateway.onResumed(
                                            resumed.ticket(),
                                            resumed.sessionId(),
                                            resumed.valid(),
                                            nowNanos()));
            case Effect.Evict evict ->
                    toGateway(
                            evict.connection().gatewayIndex(),
                            gateway -> gateway.onEvicted(evict.connection(), nowNanos()));
            case Effect.TakeSnapshot take -> snapshot(take.state());
            case Effect.Halt halt -> halted(halt.reason());
            case Effect.Notify notify ->
                    world.network().notify(this, notify.serverId(), notify.notification());
            case Effect.Dial dial -> world.network().dial(this, dial.link(), dial.serverId());
            case Effect.SendToPeer send -> send(send.link(), send.message());
            case Effect.SendImage send -> sendImage(send);
            case Effect.HangUp hangUp -> {
                SimLink link = links.remove(hangUp.link());
                trace("hangs up " + hangUp.link() + ": " + hangUp.why());
                if (link != null) {
                    link.hangUp(this);
                }
            }
            case Effect.ReadHistory read -> require(historyLane).post(() -> readHistory(read));
            case Effect.Serve serve -> serve(serve);
            case Effect.Cease cease -> {
                boolean dismisses = readOnly;
                serving = false;
                readOnly = false;
                trace("ceases: " + cease.why());
                if (dismisses && world.plants().has(PlantedBug.READERS_NOT_DISMISSED)) {
                    return;
                }
                toGateways(gateway -> gateway.onCease(cease.why(), nowNanos()));
            }
            case Effect.Report report -> trace("reports: " + report.line());
        }
    }

    private interface ToGateway {
        void tell(Gateway gateway);
    }

    private void toGateway(int index, ToGateway what) {
        Gateway gateway = gateways.get(index);
        gatewayLanes.get(index).post(() -> what.tell(gateway));
    }

    private void toGateways(ToGateway what) {
        for (int i = 0; i < gateways.size(); i++) {
            toGateway(i, what);
        }
    }

    private void toLog(Effect effect) {
        SimLog to = log;
        if (to != null) {
            require(logLane).post(() -> to.take(effect));
        }
    }

    /// What production does with a failed log.
    private void halted(String reason) {
        processEnds("halted, " + reason);
    }

    private void sendImage(Effect.SendImage send) {
        SimLink link = links.get(send.link());
        State state = send.state();
        if (setup.bug() == PlantedBug.IMAGE_OF_UNCOMMITTED && shadowHead != null) {
            state = shadowHead;
        }
        if (link != null) {
            link.sendImage(this, send.zxid(), state);
        }
    }

    private void serve(Effect.Serve wanted) {
        readOnly = wanted.readOnly();
        if (readOnly) {
            trace("answers reads only");
            toGateways(gateway -> gateway.onServe(wanted, nowNanos()));
            return;
        }
        Effect.Serve serve =
                world.plants().has(PlantedBug.OTHER_HISTORY_CONTINUES)
                        ? new Effect.Serve(
                                wanted.state(), wanted.epoch(), wanted.period(), false, true)
                        : wanted;
        serving = true;
        long zxid = serve.state().zxid();
        world.epochs().served(serve.epoch());
        world.agreement().serves(id, zxid);
        world.sameState().check(serve.state(), "the state served");
        world.ephemerals().serverStarted(id, timeline.nowMicros());
        trace("serves epoch " + serve.epoch());
        toGateways(gateway -> gateway.onServe(serve, nowNanos()));
    }

    private void appended(Effect.Append append) {
        long zxid = append.zxid();
        boolean isNew = world.agreement().appended(id, zxid, append.payload());
        if ((setup.bug() == PlantedBug.SNAPSHOT_OF_UNCOMMITTED
                        || setup.bug() == PlantedBug.IMAGE_OF_UNCOMMITTED)
                && shadowHead != null) {
            shadowHead = tree.replay(shadowHead, append.payload());
        }
        if (!isNew) {
            if (world.isTraced()) {
                trace("logs " + History.hex(zxid));
            }
            return;
        }
        world.epochs().proposed(id, zxid);
        TxnHeader header = TxnHeader.decode(new JuteReader(append.payload()));
        if (header.type() == OpCode.CLOSE_SESSION) {
            boolean byServer = header.cxid() == 0;
            if (byServer) {
                world.countArrivals(this);
                world.expires(header.clientId(), zxid);
            }
            world.ephemerals().closing(id, header.clientId(), byServer, timeline.nowMicros());
        }
        if (world.isTraced()) {
            trace(
                    "proposes "
                            + History.hex(zxid)
                            + " "
                            + OpCode.name(header.type())
                            + " cxid="
                            + header.cxid());
        }
    }

    private void deliver(Batch batch) {
        for (Committed each : batch.items()) {
            Applied applied = each.applied();
            if (applied != null) {
                world.agreement().delivered(id, applied.zxid(), applied.payload());
            }
        }
        trace("delivers " + batch.items().size());
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

    // ---- snapshots, and history for learners

    private void snapshot(State committed) {
        State head = shadowHead;
        State state =
                setup.bug() == PlantedBug.SNAPSHOT_OF_UNCOMMITTED && head != null
                        ? head
                        : committed;
        world.sameState().snapshot(state);
        require(snapshotLane).post(() -> takeSnapshot(state));
    }

    private void takeSnapshot(State state) {
        boolean failed = false;
        try {
            writeSnapshot(state);
            if (purge != null) {
                purge.run(SNAPSHOTS_RETAINED);
            }
            trace("snapshot " + History.hex(state.zxid()));
        } catch (IOException e) {
            if (!SimDisk.isInjected(e)) {
                throw new Violation("Liveness", "a snapshot failed: " + e);
            }
            trace("snapshot failed: " + e.getMessage());
            failed = true;
        }
        var done = new Input.SnapshotDone(failed);
        List<Input> inputs = round;
        require(replicaLane).post(() -> inputs.add(done));
    }

    private void writeSnapshot(State state) throws IOException {
        try (var writer = SnapshotWriter.create(disk, STORE, state.zxid())) {
            state.writeTo(writer);
            writer.finish(new ZxidDigest(state.zxid(), ZxidDigest.VERSION, state.digest()));
        }
    }

    private void readHistory(Effect.ReadHistory read) {
        List<Entry> entries = null;
        try {
            List<LogEntry> found =
                    LogReader.stretch(disk, STORE, read.after(), read.upTo(), HISTORY_BYTES_MAX);
            if (found != null) {
                entries = new ArrayList<>();
                for (LogEntry each : found) {
                    entries.add(new Entry(each.zxid(), each.payload()));
                }
                if (setup.bug() == PlantedBug.HISTORY_WITH_A_GAP && entries.size() > 2) {
                    entries.remove(1);
                }
            }
        } catch (IOException e) {
            trace("cannot read history: " + e.getMessage());
        }
        trace("read history " + (entries == null ? "in vain" : entries.size()));
        var answer = new Input.HistoryRead(read.link(), entries);
        List<Input> inputs = round;
        require(replicaLane).post(() -> inputs.add(answer));
    }

    // ---- connections of clients

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

    // ---- for checks, traces and scenarios

    @Nullable State liveState() {
        return replica == null ? null : replica.state();
    }

    @Nullable Replica replica() {
        return up ? replica : null;
    }

    List<Gateway> gateways() {
        return gateways;
    }

    String name() {
        return id + "." + life;
    }

    /// Role, epoch, and zxids logged, durable, committed as far as it knows.
    String columns() {
        LogAgreement of = world.agreement();
        Replica now = replica;
        Membership is = now == null || !up ? null : now.membership();
        String role =
                !up
                        ? "x"
                        : is == null
                                ? "L"
                                : switch (is.state()) {
                                    case LOOKING -> "?";
                                    case FOLLOWING -> "F";
                                    case LEADING -> "L";
                                    case OBSERVING -> "O";
                                };
        return role
                + (serving ? "s " : "  ")
                + (is == null ? 0 : is.epoch())
                + " "
                + Long.toHexString(of.loggedZxid(id))
                + " "
                + Long.toHexString(of.durableZxid(id))
                + " "
                + Long.toHexString(of.deliveredZxid(id));
    }

    void trace(String event) {
        world.trace(this, event);
    }
}
