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
import io.banyan.store.EpochFiles;
import io.banyan.store.LogEntry;
import io.banyan.store.LogReader;
import io.banyan.store.Purge;
import io.banyan.store.SnapshotWriter;
import io.banyan.store.ZxidDigest;
import io.banyan.tree.Applied;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.JuteReader;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import io.banyan.zab.Electorate;
import io.banyan.zab.Entry;
import io.banyan.zab.Message;
import io.banyan.zab.Past;
import io.banyan.zab.PeerState;
import io.banyan.zab.Quorums;
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

/// What runs on a server from one of its starts to its next end: the production replica and
/// gateways, with a {@link Lane} in place of each thread.
///
/// Confined to the simulation's thread.
final class Life {
    private static final int SNAPSHOTS_RETAINED = 3;
    private static final long HISTORY_BYTES_MAX = 1 << 20;

    private final SimServer server;
    private final @Nullable Quorums quorums;
    private final World world;
    private final Setup setup;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final ZnodeTree tree;
    private final SimDisk disk;
    private final int id;
    private final int number;
    private final Purge purge;
    private final Replica replica;
    private final List<Input> inputs = new ArrayList<>();
    private final Lane replicaLane;
    private final List<Gateway> gateways = new ArrayList<>();
    private final List<Lane> gatewayLanes = new ArrayList<>();
    private final SimLog log;
    private final Lane logLane;
    private final Lane snapshotLane;
    private final Lane historyLane;
    private final List<SimConnection> connections = new ArrayList<>();
    private final Map<Long, SimLink> links = new HashMap<>();
    private final PlantedMaster master;
    private boolean serving;
    private boolean readOnly;

    /// What a planted bug takes for the committed state.
    private @Nullable State shadowHead;

    private int batches;
    private @Nullable Runnable heldBatch;

    /// @param random of the server; goes on from life to life
    /// @param state recovered from the disk
    /// @param lastZxid of what is on the disk
    /// @param epochs null for a server on its own, as is the past
    /// @param quorums null where the members never change
    Life(
            SimServer server,
            World world,
            RandomGenerator random,
            SimDisk disk,
            State state,
            long lastZxid,
            @Nullable EpochFiles epochs,
            @Nullable Past past,
            @Nullable Quorums quorums) {
        this.server = server;
        this.quorums = quorums;
        this.world = world;
        this.setup = world.setup();
        this.timeline = world.timeline();
        this.random = random;
        this.tree = world.tree();
        this.disk = disk;
        this.master = new PlantedMaster(world.plants(), this::send);
        this.id = server.id();
        this.number = server.life();
        this.serving = past == null;
        this.purge = new Purge(disk, SimServer.STORE);
        this.shadowHead = state;
        this.replica =
                past == null
                        ? new Replica(
                                replicaConfig(),
                                tree,
                                state,
                                server.nowMillis(),
                                server.wallMillis(),
                                random)
                        : Replica.member(
                                replicaConfig(),
                                tree,
                                state,
                                zabConfig(),
                                past,
                                server.nowMillis(),
                                server.wallMillis(),
                                random);
        this.replicaLane = lane(this::replicaRound);
        for (int i = 0; i < setup.gateways(); i++) {
            beginGateway(i, state);
        }
        this.log = new SimLog(world, server, disk, lastZxid, epochs, this::toReplica);
        this.logLane = lane(log::run);
        this.snapshotLane = lane(() -> {});
        this.historyLane = lane(() -> {});
        for (int i = 0; i < gateways.size(); i++) {
            tickGateway(i);
        }
        tickReplica();
    }

    private Lane lane(Runnable afterTasks) {
        return new Lane(world, random, server, number, afterTasks);
    }

    private void beginGateway(int index, State state) {
        var outbox = new ArrayList<Input>();
        Gateway gateway = newGateway(index, state, outbox);
        gateways.add(gateway);
        gatewayLanes.add(
                lane(() -> {
                    gateway.endRound();
                    var posted = List.copyOf(outbox);
                    outbox.clear();
                    if (!posted.isEmpty()) {
                        replicaLane.post(() -> inputs.addAll(posted));
                    }
                }));
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
                        server.nowNanos(),
                        server::wallMillis)
                : new Gateway(
                        index,
                        gatewayConfig(),
                        tree,
                        state,
                        outbox::add,
                        GatewayObserver.NONE,
                        server.nowNanos(),
                        server::wallMillis);
    }

    private ZabConfig zabConfig() {
        Quorums changing = quorums;
        return new ZabConfig(
                id,
                changing == null ? fixedQuorums() : changing,
                setup.tickMillis(),
                setup.initLimit(),
                setup.syncLimit(),
                setup.heartbeatMillis(),
                setup.silenceMillis(),
                setup.historyTxns(),
                HISTORY_BYTES_MAX,
                setup.snapshotAlways(),
                setup.observerMasters(),
                changing != null && !world.plants().has(PlantedBug.OLD_QUORUM_COMMITS));
    }

    private Quorums fixedQuorums() {
        return Quorums.fixed(
                world.plants().has(PlantedBug.GROUPS_IGNORED)
                        ? Electorate.majority(world.electorate().voters())
                        : world.electorate(),
                world.observers(),
                "version=0".getBytes(StandardCharsets.UTF_8));
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
                setup.isReconfigurable(),
                true,
                setup.readOnlyMode(),
                setup.newSessions(),
                world.plants().has(PlantedBug.ROLLOVER_MISSED)
                        ? ReplicaConfig.COUNTER_END
                        : setup.counterEnd(),
                2);
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

    private void tickGateway(int index) {
        timeline.after(
                stepMillis() * 1_000L,
                () -> {
                    if (goesOn()) {
                        Gateway gateway = gateways.get(index);
                        gatewayLanes.get(index).post(() -> gateway.tick(server.nowNanos()));
                        world.liveness().gateway(gateway);
                        tickGateway(index);
                    }
                });
    }

    /// The host sleeps as long as the replica lets it.
    private void tickReplica() {
        long wishMillis = replica.wakeAtMillis() - server.nowMillis();
        long micros = Math.clamp(wishMillis * 1_000, 1_000, stepMillis() * 1_000L);
        timeline.after(
                micros,
                () -> {
                    if (goesOn()) {
                        replicaLane.post(() -> {});
                        tickReplica();
                    }
                });
    }

    private boolean goesOn() {
        return server.lives(number);
    }

    /// Its connections break.
    void end() {
        serving = false;
        links.clear();
        for (SimConnection each : List.copyOf(connections)) {
            each.serverIsGone();
        }
        connections.clear();
    }

    /// Stops one thread, or all of them, for a while.
    void pause(int which, long micros) {
        var all = new ArrayList<Lane>(gatewayLanes);
        all.add(replicaLane);
        all.add(logLane);
        trace("pause of " + (which < all.size() ? "thread " + which : "all") + " for " + micros);
        for (int i = 0; i < all.size(); i++) {
            if (which == i || which >= all.size()) {
                all.get(i).pause(micros);
            }
        }
    }

    /// Its disk stands still for a while.
    void pauseLog(long micros) {
        logLane.pause(micros);
    }

    // ---- the network between servers

    void opened(long link, SimLink made) {
        links.put(link, made);
    }

    /// Something came, or happened, on the network.
    void fromNetwork(Input input) {
        if (input instanceof Input.LinkLost lost) {
            links.remove(lost.link());
        }
        master.fromNetwork(input);
        if (world.isTraced()) {
            trace(input.toString());
        }
        toReplica(input);
    }

    /// A message of another server is in our socket.
    void hears(long link, int from, Message message) {
        if (world.isTraced()) {
            trace("<- " + from + " " + PeerTrace.describe(message));
        }
        Message heard = master.heard(link, message);
        if (heard != null) {
            toReplica(new Input.FromPeer(link, heard));
        }
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

    private void send(long to, Message message) {
        master.sends(to, message);
        SimLink link = links.get(to);
        if (link == null) {
            return; // Gone, and the replica is about to hear it.
        }
        if (world.plants().has(PlantedBug.SYNC_NOT_ASKED)
                && message instanceof Message.Carried carried
                && carried.load() instanceof Load.SyncAsked) {
            hears(to, id, new Message.Carried(new Load.SyncDone()));
            return;
        }
        if (world.plants().has(PlantedBug.RESUMPTION_NOT_ASKED)
                && message instanceof Message.Carried carried
                && carried.load() instanceof Load.Revalidate ask) {
            var yes = new Load.Revalidated(ask.sessionId(), true);
            hears(to, id, new Message.Carried(yes));
            return;
        }
        link.send(server, message);
    }

    // ---- threads of the replica, the log and the snapshots

    private void toReplica(Input input) {
        replicaLane.post(() -> inputs.add(input));
    }

    private void replicaRound() {
        var effects = new ArrayList<Effect>();
        replica.step(new Input.Tick(server.nowMillis(), server.wallMillis()), effects);
        for (Input each : inputs) {
            replica.step(each, effects);
        }
        var worked = List.copyOf(inputs);
        inputs.clear();
        replica.endRound(effects);
        for (Effect each : effects) {
            server.beforeEffect();
            if (!goesOn()) {
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

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Append append -> {
                appended(append);
                toLog(append);
            }
            case Effect.Sync sync -> {
                toLog(sync);
                if (setup.bug() == PlantedBug.ACK_BEFORE_SYNC) {
                    toReplica(new Input.Synced(sync.zxid()));
                }
            }
            case Effect.RollLog roll -> toLog(roll);
            case Effect.SaveAcceptedEpoch save -> toLog(save);
            case Effect.SaveCurrentEpoch save -> toLog(save);
            case Effect.SaveQuorums save -> toLog(save);
            case Effect.Activate activate -> trace("activates " + activate.configuration());
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
                                            server.nowNanos()));
            case Effect.Evict evict ->
                    toGateway(
                            evict.connection().gatewayIndex(),
                            gateway ->
                                    gateway.onEvicted(
                                            evict.connection(), evict.why(), server.nowNanos()));
            case Effect.Answer answer ->
                    toGateway(
                            answer.ticket().gateway(),
                            gateway ->
                                    gateway.onAnswered(
                                            answer.ticket(), answer.error(), server.nowNanos()));
            case Effect.TakeSnapshot take -> snapshot(take.state());
            case Effect.Halt halt -> halted(halt.reason());
            case Effect.Notify notify ->
                    world.network().notify(server, notify.serverId(), notify.notification());
            case Effect.Dial dial ->
                    world.network()
                            .dial(server, dial.link(), dial.serverId(), dial.observerMaster());
            case Effect.SendToPeer send -> send(send.link(), send.message());
            case Effect.SendImage send -> sendImage(send);
            case Effect.HangUp hangUp -> {
                SimLink link = links.remove(hangUp.link());
                trace("hangs up " + hangUp.link() + ": " + hangUp.why());
                if (link != null) {
                    link.hangUp(server);
                }
            }
            case Effect.ReadHistory read -> historyLane.post(() -> readHistory(read));
            case Effect.Serve serve -> serve(serve);
            case Effect.Cease cease -> {
                boolean dismisses = readOnly;
                serving = false;
                readOnly = false;
                trace("ceases: " + cease.why());
                if (dismisses && world.plants().has(PlantedBug.READERS_NOT_DISMISSED)) {
                    return;
                }
                toGateways(gateway -> gateway.onCease(cease.why(), server.nowNanos()));
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
        logLane.post(() -> log.take(effect));
    }

    /// What production does with a failed log.
    private void halted(String reason) {
        server.processEnds("halted, " + reason);
    }

    private void sendImage(Effect.SendImage send) {
        SimLink link = links.get(send.link());
        State state = send.state();
        if (setup.bug() == PlantedBug.IMAGE_OF_UNCOMMITTED && shadowHead != null) {
            state = shadowHead;
        }
        if (link != null) {
            link.sendImage(server, send.zxid(), state);
        }
    }

    private void serve(Effect.Serve wanted) {
        readOnly = wanted.readOnly();
        if (readOnly) {
            trace("answers reads only");
            toGateways(gateway -> gateway.onServe(wanted, server.nowNanos()));
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
        toGateways(gateway -> gateway.onServe(serve, server.nowNanos()));
    }

    private void appended(Effect.Append append) {
        long zxid = append.zxid();
        boolean isNew = world.agreement().appended(id, zxid, append.payload());
        if ((setup.bug() == PlantedBug.SNAPSHOT_OF_UNCOMMITTED
                        || setup.bug() == PlantedBug.IMAGE_OF_UNCOMMITTED)
                && shadowHead != null) {
            shadowHead = tree.apply(shadowHead, append.payload()).state();
        }
        if (!isNew) {
            if (world.isTraced()) {
                trace("logs " + History.hex(zxid));
            }
            return;
        }
        world.epochs().proposed(id, zxid);
        TxnHeader header = TxnHeader.decode(new JuteReader(append.payload()));
        if (header.type() == OpCode.CREATE_SESSION) {
            var body = new JuteReader(append.payload());
            TxnHeader.decode(body);
            world.ephemerals().made(header.clientId(), body.readInt());
        }
        if (header.type() == OpCode.CLOSE_SESSION) {
            boolean byServer = header.cxid() == 0;
            if (byServer) {
                world.countArrivals(server);
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
                post(i, () -> gateway.onBatch(batch, server.nowNanos()));
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
        snapshotLane.post(() -> takeSnapshot(state));
    }

    private void takeSnapshot(State state) {
        boolean failed = false;
        try {
            writeSnapshot(disk, state);
            purge.run(SNAPSHOTS_RETAINED);
            trace("snapshot " + History.hex(state.zxid()));
        } catch (IOException e) {
            if (!SimDisk.isInjected(e)) {
                throw new Violation("Liveness", "a snapshot failed: " + e);
            }
            trace("snapshot failed: " + e.getMessage());
            failed = true;
        }
        toReplica(new Input.SnapshotDone(failed));
    }

    static void writeSnapshot(SimDisk disk, State state) throws IOException {
        try (var writer = SnapshotWriter.create(disk, SimServer.STORE, state.zxid())) {
            state.writeTo(writer);
            writer.finish(new ZxidDigest(state.zxid(), ZxidDigest.VERSION, state.digest()));
        }
    }

    private void readHistory(Effect.ReadHistory read) {
        List<Entry> entries = null;
        try {
            List<LogEntry> found =
                    LogReader.stretch(
                            disk, SimServer.STORE, read.after(), read.upTo(), HISTORY_BYTES_MAX);
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
        toReplica(new Input.HistoryRead(read.link(), entries));
    }

    // ---- connections of clients

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

    // ---- for checks, traces and scenarios

    boolean isServing() {
        return serving;
    }

    /// Whether it follows a leader, or is about to.
    boolean isFollowing() {
        Membership is = replica.membership();
        return is != null && is.state() == PeerState.FOLLOWING;
    }

    /// Whether it answers reads because it has no leader.
    boolean isReadOnly() {
        return readOnly;
    }

    Replica replica() {
        return replica;
    }

    List<Gateway> gateways() {
        return gateways;
    }

    private void trace(String event) {
        server.trace(event);
    }
}
