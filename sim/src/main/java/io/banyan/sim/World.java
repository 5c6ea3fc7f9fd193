package io.banyan.sim;

import io.banyan.replica.Members;
import io.banyan.replica.NewSessions;
import io.banyan.tree.Loader;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.ReconfigRequest;
import io.banyan.wire.Zxid;
import io.banyan.zab.Electorate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/// Everything that exists in a run: time, the network, servers, clients, and the checkers that
/// watch them.
///
/// Every component draws from a stream of its own, split from the seed in a fixed order, so that
/// one more draw in the network does not shift the disk. Confined to one thread.
final class World {
    private final Setup setup;
    private final Timeline timeline = new Timeline();
    private final Trace trace;
    private final ZnodeTree tree = SimServer.newTree();
    private final State start;
    private final Electorate electorate;
    private final Members initial;
    private final Plants plants;

    private final History history;
    private final LogAgreement agreement;
    private final Epochs epochs;
    private final AcknowledgedMeansKept kept;
    private final SameState sameState;
    private final LinearizableWrites writes = new LinearizableWrites();
    private final Ephemerals ephemerals;
    private final Liveness liveness = new Liveness();

    private final SplittableGenerator root;
    private final SplittableGenerator connectionStreams;
    private final SimNetwork network;
    private final List<SimServer> servers = new ArrayList<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final List<SimReader> readers = new ArrayList<>();
    private final List<SimConnection> connections = new ArrayList<>();
    private int connectionNumber = 1;
    private boolean healed;
    private boolean restarts = true;
    private int lives;

    /// @param choose what kind of world the stream of setups makes
    World(long seed, Chooser choose, @Nullable Consumer<String> traceOut) {
        root = streamOf(seed);
        setup = choose.choose(root.split());
        plants = new Plants(setup.bug());
        trace = new Trace(traceOut);
        start = startOf(setup.startCounter());
        electorate = setup.electorate();
        initial = Wishes.initial(setup);
        Model begin = Model.of(start);
        history =
                new History(
                        setup.newSessions() == NewSessions.GLOBAL
                                ? begin
                                : begin.withLocalSessions());
        agreement = new LogAgreement(history, electorate);
        kept = new AcknowledgedMeansKept(history);
        sameState = new SameState(history, tree);
        ephemerals = new Ephemerals(history, setup.driftPercent());
        epochs = new Epochs(setup.counterEnd());
        connectionStreams = root.split();
        network = new SimNetwork(this, root.split());
        for (int id = 1; id <= setup.servers(); id++) {
            servers.add(new SimServer(id, this, root.split(), root.split()));
        }
        for (int i = 0; i < setup.clients(); i++) {
            clients.add(new SimClient(this, i + 1, root.split()));
        }
        if (setup.readOnlyMode() && setup.clients() > 0) {
            readers.add(new SimReader(this, 1, root.split()));
        }
    }

    private static SplittableGenerator streamOf(long seed) {
        return RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(seed);
    }

    /// What a seed chooses.
    static Setup setupOf(long seed, PlantedBug bug) {
        return Setup.draw(streamOf(seed).split(), bug);
    }

    /// How a run gets its setup.
    interface Chooser {
        Setup choose(SplittableGenerator random);
    }

    private State startOf(long counter) {
        State fresh = tree.fresh();
        return counter == 0 ? fresh : copyOf(fresh, Zxid.of(1, counter));
    }

    /// A state as it comes out of another server's bytes.
    State copyOf(State state, long zxid) {
        Loader loader = tree.loader();
        try {
            state.writeTo(loader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return loader.finish(zxid);
    }

    /// A stream that nobody else draws from.
    SplittableGenerator split() {
        return root.split();
    }

    // ---- what the others tell

    /// A server without anything on its disk begins.
    void recoveredNothing() {
        lives++;
    }

    /// A server came back with this state.
    void recovered(SimServer server, State state) {
        lives++;
        sameState.check(state, "the recovered state");
        if (!setup.isEnsemble()) {
            agreement.serves(server.id(), state.zxid());
            history.forgetAfter(state.zxid());
            ephemerals.serverStarted(server.id(), timeline.nowMicros());
        }
    }

    SimConnection newConnection(SimConnection.Client client, SimServer server) {
        connections.removeIf(SimConnection::isCut);
        var connection =
                new SimConnection(
                        this, server, client, connectionNumber++, connectionStreams.split());
        connections.add(connection);
        return connection;
    }

    /// Frames may be waiting in sockets: they count as heard.
    void countArrivals(SimServer server) {
        ephemerals.forgetWaiting();
        server.connections().forEach(SimConnection::countArrivals);
    }

    /// A leader is about to end a session by itself. What a deposed one proposes, who has not heard
    /// of that yet, comes to nothing.
    void expires(long sessionId, long zxid) {
        if (Zxid.epoch(zxid) < epochs.servedMax()) {
            return;
        }
        clients.forEach(client -> client.expires(sessionId));
    }

    void heal() {
        healed = true;
    }

    /// Whether servers that died come back by themselves.
    boolean restarts() {
        return restarts;
    }

    void restartByHand() {
        restarts = false;
    }

    boolean isHealed() {
        return healed;
    }

    /// Whether anybody reads what is traced: what happens often is put into words only then.
    boolean isTraced() {
        return trace.isOn();
    }

    void trace(String who, String event) {
        trace.line(timeline.nowMicros(), who, "", event);
    }

    void trace(SimServer server, String event) {
        if (trace.isOn()) {
            trace.line(timeline.nowMicros(), server.name(), server.columns(), event);
        }
    }

    // ---- what there is

    Setup setup() {
        return setup;
    }

    Timeline timeline() {
        return timeline;
    }

    Trace trace() {
        return trace;
    }

    ZnodeTree tree() {
        return tree;
    }

    /// What is on every disk at first.
    State start() {
        return start;
    }

    Electorate electorate() {
        return electorate;
    }

    Set<Long> observers() {
        var ids = new TreeSet<Long>();
        for (long id = setup.voters() + 1L; id <= setup.voters() + setup.observers(); id++) {
            ids.add(id);
        }
        return ids;
    }

    /// What a server's own file says of the members, where they may change: all of the first ones,
    /// and itself.
    Members ownMembers(int id) {
        return Wishes.own(initial, id);
    }

    /// What a client may wish for.
    ReconfigRequest drawMembers(RandomGenerator random) {
        return Wishes.draw(setup, random);
    }

    Plants plants() {
        return plants;
    }

    SimNetwork network() {
        return network;
    }

    List<SimServer> servers() {
        return servers;
    }

    SimServer server(int id) {
        return servers.get(id - 1);
    }

    List<SimClient> clients() {
        return clients;
    }

    List<SimReader> readers() {
        return readers;
    }

    List<SimConnection> connections() {
        connections.removeIf(SimConnection::isCut);
        return connections;
    }

    int lives() {
        return lives;
    }

    // ---- the checkers

    History history() {
        return history;
    }

    LogAgreement agreement() {
        return agreement;
    }

    Epochs epochs() {
        return epochs;
    }

    AcknowledgedMeansKept kept() {
        return kept;
    }

    SameState sameState() {
        return sameState;
    }

    LinearizableWrites writes() {
        return writes;
    }

    Ephemerals ephemerals() {
        return ephemerals;
    }

    Liveness liveness() {
        return liveness;
    }
}
