package io.banyan.sim;

import io.banyan.replica.Effect;
import io.banyan.replica.Membership;
import io.banyan.replica.NewSessions;
import io.banyan.replica.Replica;
import io.banyan.tree.State;
import io.banyan.wire.OpCode;
import io.banyan.wire.ReconfigRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A run told step by step: one command a line, `#` begins a comment, all checkers watch.
///
/// | command | |
/// | --- | --- |
/// | `servers 3 [observers=1] [history=2] [snapcount=4] [snapshots-only] [counter=N]` | first line |
/// | `... [counter-end=N] [groups=2] [read-only]` | more of it |
/// | `... [local-sessions]` | sessions are their server's until they want an ephemeral |
/// | `... [observer-masters]` | observers learn from followers |
/// | `... [reconfig] [spares=1]` | the members may change; servers that are none at first |
/// | `start 1 2 3` | |
/// | `run 500` | milliseconds |
/// | `write s1 create /a`, `set`, `delete`, `ephemeral` | by a client of that server |
/// | `reconfig s1 /a [add=4,o5] [remove=1] [members=1,2,o3]` | acknowledged as `/a`; `o` observes |
/// | `sync s1` | |
/// | `move s1 2` | the client of server 1 goes to server 2, with its session |
/// | `hold 1->2 PROPOSAL`, `unhold`, `deliver`, `lose` | messages of that name, the next one |
/// | `cut 1-2`, `block 1->2`, `unblock 1->2`, `partition 1 / 2 3`, `heal` | |
/// | `crash 3 [lose-unsynced, keep-unsynced] [before=SaveCurrentEpoch]`, `kill 3`, `wipe 3` | |
/// | `pause 3 500`, `pause-log 3 500`, `fail-disk 3 FULL [after=2]` | |
/// | `until CONDITION`, `expect CONDITION` | waits, or looks once; several in a line |
///
/// Conditions: `leader=2`, `epoch=3`, `committed=0x200000001`, `acked=/a`, `unacked=/a`,
/// `serves=3`, `waits=3`, `reads-only=3`, `has=/a`, `down=3`, `same=1,2,3`, `sent=1->2:TRUNC`,
/// `unsent=1->2:SNAP`, `logged=3:0x100000002`, `durable=3:0x100000002`, `delivered=3:0x100000002`,
/// `local=s1` (its client has a session that only its server knows), `global=s1`, `sessions=s1:2`
/// (it has had so many), `master=4:2` (4 learns from 2).
final class Scenario {
    private static final long UNTIL_MILLIS_MAX = 30_000;
    private static final long STEP_MICROS = 1_000;

    private final PlantedBug bug;
    private final @Nullable Consumer<String> trace;
    private final Map<Integer, SimClient> clients = new TreeMap<>();
    private final Map<String, Boolean> acked = new HashMap<>();
    private @Nullable World made;

    private Scenario(PlantedBug bug, @Nullable Consumer<String> trace) {
        this.bug = bug;
        this.trace = trace;
    }

    /// @throws Violation if a promise is broken, or a condition does not hold
    static void run(String text, PlantedBug bug, @Nullable Consumer<String> trace) {
        var scenario = new Scenario(bug, trace);
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String command = line.replaceFirst("#.*", "").strip();
            if (command.isEmpty()) {
                continue;
            }
            try {
                scenario.carryOut(List.of(command.split("\\s+")));
            } catch (Violation | IllegalStateException e) {
                throw new Violation("line " + number, command + ": " + e.getMessage());
            }
        }
    }

    private World world() {
        if (made == null) {
            throw new IllegalArgumentException("a scenario begins with: servers N");
        }
        return made;
    }

    private void carryOut(List<String> words) {
        List<String> rest = words.subList(1, words.size());
        if (made != null) {
            world().trace("---", String.join(" ", words));
        }
        switch (words.getFirst()) {
            case "servers" -> made = make(rest);
            case "start" -> rest.forEach(id -> server(id).start());
            case "run" -> runFor(Long.parseLong(rest.getFirst()));
            case "write" -> write(rest);
            case "reconfig" -> reconfigure(rest);
            case "sync" -> client(rest.getFirst()).ask(new Request.Sync("/"), () -> {});
            case "move" -> client(rest.getFirst()).moveTo(server(rest.get(1)));
            case "hold" -> hold(rest, true);
            case "unhold" -> hold(rest, false);
            case "deliver" -> require(pass(rest, true), "no such message is next");
            case "lose" -> require(pass(rest, false), "no such message is next");
            case "cut" -> cut(rest.getFirst().split("-", -1));
            case "block" -> block(rest.getFirst(), true);
            case "unblock" -> block(rest.getFirst(), false);
            case "partition" -> partition(rest);
            case "heal" -> world().network().heal();
            case "crash" -> crash(rest);
            case "kill" -> server(rest.getFirst()).processEnds("killed");
            case "wipe" -> server(rest.getFirst()).wipe();
            case "pause" -> server(rest.getFirst()).pause(99, Long.parseLong(rest.get(1)) * 1_000);
            case "pause-log" ->
                    server(rest.getFirst()).pauseLog(Long.parseLong(rest.get(1)) * 1_000);
            case "fail-disk" ->
                    server(rest.getFirst())
                            .failDisk(
                                    Integer.parseInt(option(rest, "after", "0")),
                                    SimDisk.Fault.valueOf(rest.get(1)));
            case "until" -> rest.forEach(this::until);
            case "expect" -> rest.forEach(each -> require(holds(each), each + " but " + facts()));
            default -> throw new IllegalArgumentException("unknown: " + words);
        }
    }

    private static void require(boolean holds, String otherwise) {
        Violation.unless(holds, "expected", otherwise);
    }

    private static String option(List<String> words, String name, String missing) {
        for (String each : words) {
            if (each.startsWith(name + "=")) {
                return each.substring(name.length() + 1);
            }
        }
        return missing;
    }

    private World make(List<String> words) {
        Setup setup =
                Setup.quiet(
                        Integer.parseInt(words.getFirst()),
                        Integer.parseInt(option(words, "observers", "0")),
                        Integer.parseInt(option(words, "history", "500")),
                        Integer.parseInt(option(words, "snapcount", "1000")),
                        words.contains("snapshots-only"),
                        Long.decode(option(words, "counter", "0")),
                        Long.decode(option(words, "counter-end", "0xffffffff")),
                        Integer.parseInt(option(words, "groups", "0")),
                        words.contains("read-only"),
                        Integer.parseInt(option(words, "spares", "0")),
                        words.contains("reconfig"),
                        words.contains("local-sessions")
                                ? NewSessions.LOCAL_UNTIL_EPHEMERAL
                                : NewSessions.GLOBAL,
                        words.contains("observer-masters"),
                        bug);
        var world = new World(1, random -> setup, trace);
        world.restartByHand();
        world.network().record();
        return world;
    }

    private SimServer server(String id) {
        return world().server(Integer.parseInt(id));
    }

    private void runFor(long millis) {
        Timeline timeline = world().timeline();
        timeline.runUntil(timeline.nowMicros() + millis * 1_000);
    }

    // ---- clients

    private SimClient client(String name) {
        int id = Integer.parseInt(name.substring(1));
        return clients.computeIfAbsent(
                id, number -> SimClient.byHand(world(), number, world().server(number)));
    }

    private void write(List<String> words) {
        String path = words.get(2);
        Request request =
                switch (words.get(1)) {
                    case "create" -> new Request.Create(OpCode.CREATE, path, "", 0, 0);
                    case "ephemeral" -> new Request.Create(OpCode.CREATE, path, "", 1, 0);
                    case "set" -> new Request.SetData(path, "x", -1);
                    case "delete" -> new Request.Delete(path, -1);
                    default -> throw new IllegalArgumentException(words.toString());
                };
        acked.put(path, false);
        client(words.getFirst()).ask(request, () -> acked.put(path, true));
    }

    private void reconfigure(List<String> words) {
        String name = words.get(1);
        String leaving = option(words, "remove", "");
        var wish =
                new ReconfigRequest(
                        lines(option(words, "add", "")),
                        leaving.isEmpty() ? null : leaving,
                        lines(option(words, "members", "")),
                        -1);
        acked.put(name, false);
        client(words.getFirst()).ask(new Request.Reconfig(wish), () -> acked.put(name, true));
    }

    private static @Nullable String lines(String servers) {
        if (servers.isEmpty()) {
            return null;
        }
        return Arrays.stream(servers.split(",", -1))
                .map(each ->
                        each.startsWith("o")
                                ? Wishes.line(Long.parseLong(each.substring(1)), true)
                                : Wishes.line(Long.parseLong(each), false))
                .collect(Collectors.joining(","));
    }

    // ---- the network

    private static int[] pair(String words) {
        return Arrays.stream(words.split("->", -1)).mapToInt(Integer::parseInt).toArray();
    }

    private void hold(List<String> words, boolean on) {
        int[] of = pair(words.getFirst());
        world().network().hold(of[0], of[1], words.get(1), on);
    }

    private boolean pass(List<String> words, boolean arrives) {
        int[] of = pair(words.getFirst());
        SimNetwork network = world().network();
        return arrives
                ? network.release(of[0], of[1], words.get(1))
                : network.loseNext(of[0], of[1], words.get(1));
    }

    private void cut(String[] ids) {
        for (SimLink each : List.copyOf(world().network().links())) {
            if (each.isBetween(server(ids[0]), server(ids[1]))) {
                each.cutNow();
            }
        }
    }

    private void block(String words, boolean on) {
        int[] of = pair(words);
        world().network().block(of[0], of[1], on);
    }

    private void partition(List<String> words) {
        var sideOf = new HashMap<Integer, Integer>();
        int side = 0;
        for (String each : words) {
            if (each.equals("/")) {
                side++;
            } else {
                sideOf.put(Integer.parseInt(each), side);
            }
        }
        sideOf.forEach((from, one) ->
                sideOf.forEach((to, other) -> {
                    if (!from.equals(to)) {
                        world().network().block(from, to, !one.equals(other));
                    }
                }));
    }

    // ---- servers

    private void crash(List<String> words) {
        SimServer server = server(words.getFirst());
        Boolean keeps =
                words.contains("keep-unsynced")
                        ? Boolean.TRUE
                        : words.contains("lose-unsynced") ? Boolean.FALSE : null;
        String before = option(words, "before", "");
        if (!before.isEmpty()) {
            server.crashBefore(effectOf(before), keeps);
        } else if (keeps == null) {
            server.powerFails("at once");
        } else {
            server.powerFailsKeeping(keeps);
        }
    }

    private static Class<?> effectOf(String name) {
        for (Class<?> each : Effect.class.getPermittedSubclasses()) {
            if (each.getSimpleName().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException("no effect " + name);
    }

    // ---- conditions

    private void until(String condition) {
        Timeline timeline = world().timeline();
        BooleanSupplier done = () -> holds(condition);
        long deadline = timeline.nowMicros() + UNTIL_MILLIS_MAX * 1_000;
        while (!done.getAsBoolean()) {
            require(timeline.nowMicros() < deadline, condition + " never, but " + facts());
            timeline.runUntil(timeline.nowMicros() + STEP_MICROS);
        }
    }

    private boolean holds(String condition) {
        int at = condition.indexOf('=');
        String what = at < 0 ? condition : condition.substring(0, at);
        String value = at < 0 ? "" : condition.substring(at + 1);
        LogAgreement agreement = world().agreement();
        return switch (what) {
            case "leader" -> isLeader(server(value));
            case "epoch" -> epoch() == Long.parseLong(value);
            case "committed" -> world().history().committedZxid() == Long.decode(value);
            case "acked" -> acked.getOrDefault(value, false);
            case "unacked" -> !acked.getOrDefault(value, false);
            case "serves" -> ids(value).stream().allMatch(SimServer::isServing);
            case "waits" -> ids(value).stream().noneMatch(SimServer::isServing);
            case "reads-only" -> ids(value).stream().allMatch(SimServer::isReadOnly);
            case "has" -> world().history().last().node(value) != null;
            case "down" -> ids(value).stream().noneMatch(SimServer::isUp);
            case "same" -> same(ids(value));
            case "sent" -> world().network().wasSent(value);
            case "unsent" -> !world().network().wasSent(value);
            case "logged" -> agreement.loggedZxid(idOf(value)) == zxidOf(value);
            case "durable" -> agreement.durableZxid(idOf(value)) == zxidOf(value);
            case "delivered" -> agreement.deliveredZxid(idOf(value)) == zxidOf(value);
            case "local" -> client(value).hasSession() && client(value).isLocal();
            case "global" -> client(value).hasSession() && !client(value).isLocal();
            case "sessions" -> {
                String[] parts = value.split(":", -1);
                yield client(parts[0]).sessions() == Integer.parseInt(parts[1]);
            }
            case "master" -> {
                Membership is = membership(world().server(idOf(value)));
                yield is != null && is.observerMasterId() == zxidOf(value);
            }
            default -> throw new IllegalArgumentException(condition);
        };
    }

    private static int idOf(String value) {
        return Integer.parseInt(value.substring(0, value.indexOf(':')));
    }

    private static long zxidOf(String value) {
        return Long.decode(value.substring(value.indexOf(':') + 1));
    }

    private List<SimServer> ids(String value) {
        var servers = new ArrayList<SimServer>();
        for (String id : value.split(",", -1)) {
            servers.add(server(id));
        }
        return servers;
    }

    private static @Nullable Membership membership(SimServer server) {
        Replica replica = server.replica();
        return replica == null ? null : replica.membership();
    }

    private static boolean isLeader(SimServer server) {
        Membership is = membership(server);
        return is != null && server.isServing() && is.leaderId() == server.id();
    }

    private long epoch() {
        long epoch = -1;
        for (SimServer each : world().servers()) {
            Membership is = membership(each);
            epoch = is != null && each.isServing() ? Math.max(epoch, is.epoch()) : epoch;
        }
        return epoch;
    }

    /// Whether all serve the newest state.
    private boolean same(List<SimServer> servers) {
        long last = world().history().committedZxid();
        for (SimServer each : servers) {
            State state = each.liveState();
            if (!each.isServing() || state == null || state.zxid() != last) {
                return false;
            }
            world().sameState().check(state, "server " + each.id());
        }
        return true;
    }

    private String facts() {
        var text = new StringBuilder();
        for (SimServer each : world().servers()) {
            text.append(
                    String.format(Locale.ROOT, "%n    server %s %s", each.name(), each.columns()));
        }
        return text.append("\n    acked ")
                .append(new TreeMap<>(acked))
                .append(" sent ")
                .append(world().network().sent())
                .toString();
    }
}
