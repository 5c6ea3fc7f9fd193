package io.banyan.sim;

import io.banyan.replica.Gateway;
import io.banyan.tree.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run of one seed: servers, their clients, what goes wrong, and the checkers.
///
/// First everything the setup knows of may go wrong (safety). Then all is healed but for servers
/// that stay away, and there must be a leader in time, every client must be served, all servers
/// must have the same state, the model's; and when the power fails everywhere nothing may be lost
/// (liveness).
public final class Simulation {
    /// @param failure null if every promise was kept
    /// @param hash of all that happened: two runs of a seed have the same
    public record Result(
            long seed,
            @Nullable String failure,
            long hash,
            long events,
            long simulatedMicros,
            int txns,
            int answers,
            int lives) {}

    private static final long STEP_MICROS = 20_000;

    /// Pauses, clogged connections and silence that began before the healing may last so long.
    private static final long HANGOVER_MILLIS = 10_000;

    /// Rounds of election, discovery and synchronisation that may fail before one succeeds.
    private static final int ELECTIONS_MAX = 12;

    private final World world;
    private final Setup setup;
    private final Timeline timeline;
    private final Faults faults;

    private Simulation(World world) {
        this.world = world;
        this.setup = world.setup();
        this.timeline = world.timeline();
        this.faults = new Faults(world, world.split());
    }

    /// Runs a seed to its end or to the first broken promise.
    ///
    /// @param traceOut receives a line for every event; null for none
    public static Result run(long seed, PlantedBug bug, @Nullable Consumer<String> traceOut) {
        var world = new World(seed, random -> Setup.draw(random, bug), traceOut);
        world.trace("sim", "seed " + seed + " " + world.setup());
        String failure = failureOf(() -> new Simulation(world).run());
        int answers = world.clients().stream().mapToInt(SimClient::answers).sum();
        return new Result(
                seed,
                failure,
                world.trace().hash() * 31 + world.timeline().hash(),
                world.timeline().events(),
                world.timeline().nowMicros(),
                world.history().txns(),
                answers,
                world.lives());
    }

    /// What went wrong in a part of a run; null if nothing did.
    static @Nullable String failureOf(Runnable part) {
        try {
            part.run();
            return null;
        } catch (Violation e) {
            return e.getMessage();
        } catch (RuntimeException e) {
            var text = new StringBuilder("a bug: " + e);
            for (StackTraceElement each : e.getStackTrace()) {
                text.append("\n    at ").append(each);
            }
            return text.toString();
        }
    }

    private void run() {
        world.servers().forEach(SimServer::start);
        world.clients().forEach(SimClient::start);
        world.readers().forEach(SimReader::start);
        faults.begin();
        timeline.runUntil(setup.runMicros());

        List<SimServer> core = heal();
        long electionMillis = electionMillis();
        boolean served = awaitQuietly(electionMillis, () -> allServe(core));
        if (!served && world.agreement().lacksQuorum()) {
            // A disk was lost while a change was under way that made its server needed.
            world.trace("sim", "ends: nobody can decide any more");
            return;
        }
        world.liveness().reached(served, "a leader and members that serve", electionMillis);
        world.clients().forEach(SimClient::finish);
        long answerMillis = electionMillis + 250L * setup.tickMillis();
        awaitQuietly(answerMillis, () -> allFinished());
        for (SimClient each : world.clients()) {
            world.liveness().answered(each.name(), each.isFinished(), answerMillis);
        }
        await(electionMillis, "one history on all servers", () -> allEqual(core));
        core.forEach(this::checkLive);

        core.forEach(server -> server.powerFails("at the end"));
        await(electionMillis, "a leader after a power failure", () -> allServe(core));
        await(electionMillis, "one history after a power failure", () -> allEqual(core));
        core.forEach(this::checkLive);
        world.trace("sim", "ends");
    }

    /// @return the servers that are there from now on
    private List<SimServer> heal() {
        world.trace("sim", "heals");
        world.heal();
        world.network().heal();
        List<SimServer> away = faults.expendable();
        away.forEach(SimServer::freeze);
        var core = new ArrayList<>(world.servers());
        core.removeAll(away);
        core.forEach(SimServer::heal);
        return core;
    }

    private long electionMillis() {
        return HANGOVER_MILLIS
                + (long) ELECTIONS_MAX
                        * setup.tickMillis()
                        * (2 * setup.initLimit() + setup.syncLimit());
    }

    private void await(long millis, String what, BooleanSupplier done) {
        world.liveness().reached(awaitQuietly(millis, done), what, millis);
    }

    private boolean awaitQuietly(long millis, BooleanSupplier done) {
        long deadline = timeline.nowMicros() + millis * 1_000;
        while (timeline.nowMicros() < deadline && !done.getAsBoolean()) {
            timeline.runUntil(timeline.nowMicros() + STEP_MICROS);
        }
        return done.getAsBoolean();
    }

    private static boolean allServe(List<SimServer> core) {
        return core.stream().allMatch(SimServer::isServing);
    }

    private boolean allFinished() {
        return world.clients().stream().allMatch(SimClient::isFinished);
    }

    private boolean allEqual(List<SimServer> core) {
        long last = world.history().committedZxid();
        for (SimServer each : core) {
            State state = each.liveState();
            if (!each.isServing() || state == null || state.zxid() != last) {
                return false;
            }
            for (Gateway gateway : each.gateways()) {
                if (gateway.state().zxid() != last) {
                    return false;
                }
            }
        }
        return true;
    }

    private void checkLive(SimServer server) {
        State state = server.liveState();
        if (state != null) {
            world.sameState().check(state, "the live state of server " + server.id());
        }
        for (Gateway each : server.gateways()) {
            world.sameState().check(each.state(), "gateway " + each.index());
        }
    }
}
