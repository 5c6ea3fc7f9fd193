package io.banyan.sim;

import io.banyan.replica.Gateway;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/// One run of one seed: a server, its clients, what goes wrong, and the checkers.
///
/// First everything the setup knows of may go wrong; then all is healed, and every client must be
/// served in time, the live state must be the model's, and a last power failure must lose nothing.
///
/// Every component draws from a stream of its own, split from the seed in a fixed order, so that
/// one more draw in the network does not shift the disk. Confined to one thread.
public final class Simulation {
    /// @param failure null if every promise was kept
    /// @param hash of all that was traced: two runs of a seed have the same
    /// @param lastLines of the trace
    public record Result(
            long seed,
            @Nullable String failure,
            long hash,
            long events,
            int txns,
            int answers,
            int lives,
            List<String> lastLines) {}

    /// Long enough for everything on its way to arrive where nothing is paused.
    private static final long SETTLE_MICROS = 500_000;

    private final long seed;
    private final Setup setup;
    private final Timeline timeline = new Timeline();
    private final Trace trace;
    private final ZnodeTree tree = SimServer.newTree();
    private final History history = new History(Model.of(tree.fresh()));
    private final AcknowledgedMeansKept kept = new AcknowledgedMeansKept(history);
    private final SameState sameState = new SameState(history, tree);
    private final LinearizableWrites writes = new LinearizableWrites();
    private final Ephemerals ephemerals = new Ephemerals(history);
    private final Liveness liveness = new Liveness();

    private final RandomGenerator faults;
    private final SplittableGenerator network;
    private final List<SimServer> servers = new ArrayList<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final List<SimConnection> connections = new ArrayList<>();
    private int connectionNumber = 1;
    private boolean healed;
    private int lives;

    private Simulation(long seed, PlantedBug bug, @Nullable PrintStream traceOut) {
        this.seed = seed;
        SplittableGenerator root =
                RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(seed);
        setup = Setup.draw(root.split(), bug);
        faults = root.split();
        network = root.split();
        trace = new Trace(traceOut);
        servers.add(new SimServer(1, this, root.split(), root.split()));
        for (int i = 0; i < setup.clients(); i++) {
            clients.add(new SimClient(this, i + 1, root.split()));
        }
    }

    /// Runs a seed to its end or to the first broken promise.
    ///
    /// @param traceOut receives a line for every event; null for none
    public static Result run(long seed, PlantedBug bug, @Nullable PrintStream traceOut) {
        var simulation = new Simulation(seed, bug, traceOut);
        String failure = null;
        try {
            simulation.run();
        } catch (Violation e) {
            failure = e.getMessage();
        } catch (RuntimeException e) {
            var text = new StringBuilder("a bug: " + e);
            for (StackTraceElement each : e.getStackTrace()) {
                text.append("\n    at ").append(each);
            }
            failure = text.toString();
        }
        int answers = simulation.clients.stream().mapToInt(SimClient::answers).sum();
        return new Result(
                seed,
                failure,
                simulation.trace.hash(),
                simulation.timeline.events(),
                simulation.history.txns(),
                answers,
                simulation.lives,
                simulation.trace.last());
    }

    private void run() {
        trace("sim", "seed " + seed + " " + setup);
        SimServer server = servers.getFirst();
        server.start();
        clients.forEach(SimClient::start);
        every(setup.crashEvery(), () -> crash(server));
        every(setup.pauseEvery(), () -> pause(server));
        every(setup.diskFaultEvery(), () -> failDisk(server));
        every(setup.clockStepEvery(), () -> server.stepWallClock(faults.nextInt(20_000) - 10_000));
        every(setup.cutEvery(), this::cut);
        timeline.runUntil(setup.runMicros());

        trace("sim", "heals");
        healed = true;
        server.heal();
        clients.forEach(SimClient::finish);
        long healMillis = 250L * setup.tickMillis() + 5_000;
        long deadline = timeline.nowMicros() + healMillis * 1_000;
        while (timeline.nowMicros() < deadline && !allFinished()) {
            timeline.runUntil(timeline.nowMicros() + SETTLE_MICROS);
        }
        for (SimClient each : clients) {
            liveness.answered(each.name(), each.isFinished(), healMillis);
        }
        timeline.runUntil(timeline.nowMicros() + SETTLE_MICROS);
        checkLive(server);
        server.powerFails("at the end");
        timeline.runUntil(timeline.nowMicros() + 2 * SETTLE_MICROS);
        checkLive(server);
        trace("sim", "ends");
    }

    private boolean allFinished() {
        return clients.stream().allMatch(SimClient::isFinished);
    }

    private void checkLive(SimServer server) {
        Violation.unless(server.isUp(), "Liveness", "the server did not come back");
        State state = server.liveState();
        if (state != null) {
            sameState.check(state, "the live state");
        }
        for (Gateway each : server.gateways()) {
            sameState.check(each.state(), "gateway " + each.index());
        }
    }

    // ---- faults

    private void every(long meanMicros, Runnable fault) {
        if (meanMicros <= 0) {
            return;
        }
        timeline.after(
                1 + faults.nextLong(2 * meanMicros),
                () -> {
                    if (!healed) {
                        fault.run();
                        every(meanMicros, fault);
                    }
                });
    }

    private void crash(SimServer server) {
        int way = faults.nextInt(4);
        int when = faults.nextInt(20);
        if (!server.isUp()) {
            server.crashInDisk(when); // During recovery.
            return;
        }
        switch (way) {
            case 0 -> server.powerFails("at any time");
            case 1 -> server.processEnds("killed");
            case 2 -> server.crashAfterEffects(when);
            default -> server.crashInDisk(when);
        }
    }

    private void pause(SimServer server) {
        int which = faults.nextInt(8);
        long micros = 1L + faults.nextInt(faults.nextBoolean() ? 50_000 : 5_000_000);
        server.pause(which, micros);
    }

    private void failDisk(SimServer server) {
        var all = SimDisk.Fault.values();
        SimDisk.Fault fault = all[faults.nextInt(all.length)];
        trace("disk", "will fail with " + fault);
        server.failDisk(faults.nextInt(10), fault);
    }

    private void cut() {
        connections.removeIf(SimConnection::isCut);
        boolean halfOpen = faults.nextInt(4) == 0;
        int which = faults.nextInt(1000);
        if (!connections.isEmpty()) {
            connections.get(which % connections.size()).cut(halfOpen);
        }
    }

    /// Whether this failure was made by us.
    boolean isInjected(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (String.valueOf(each.getMessage()).contains("simulated")) {
                return true;
            }
        }
        return false;
    }

    // ---- what the others tell

    /// A server came back with this state.
    void recovered(State state) {
        lives++;
        kept.recovered(state.zxid());
        history.commit(state.zxid());
        history.forgetProposed();
        sameState.check(state, "the recovered state");
        ephemerals.serverStarted(timeline.nowMicros());
    }

    /// Frames may be waiting in sockets: they count as heard.
    void countArrivals() {
        servers.forEach(server -> server.connections().forEach(SimConnection::countArrivals));
    }

    SimConnection newConnection(SimClient client) {
        var connection =
                new SimConnection(
                        this,
                        servers.get(connections.size() % servers.size()),
                        client,
                        connectionNumber++,
                        network.split());
        connections.add(connection);
        return connection;
    }

    void trace(String who, String event) {
        trace.line(
                timeline.nowMicros(), who, history.proposedZxid(), history.committedZxid(), event);
    }

    void traced(SimServer.@Nullable Lane lane, int effects) {
        if (effects > 0 && lane != null) {
            trace("rep", "effects " + effects);
        }
    }

    Setup setup() {
        return setup;
    }

    Timeline timeline() {
        return timeline;
    }

    ZnodeTree tree() {
        return tree;
    }

    History history() {
        return history;
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
