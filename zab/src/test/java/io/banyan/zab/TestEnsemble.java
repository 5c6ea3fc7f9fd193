package io.banyan.zab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.ObjLongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Servers in one thread: messages and disk work wait in queues, and a seed says whose turn is
/// next. Time passes only when nothing else can happen. A crash loses what the disk had not done.
///
/// It checks as it goes that all servers deliver the same transactions in the same order, and that
/// an epoch has one leader.
final class TestEnsemble {
    static final int TICK = 1_000;

    private final SplittableRandom random;
    private final Set<Long> voters;
    private final Set<Long> observers;
    private final Map<Long, Server> servers = new TreeMap<>();
    private final Map<String, ArrayDeque<Runnable>> queues = new LinkedHashMap<>();
    private final Set<String> cut = new TreeSet<>();
    private final TreeMap<Long, Long> leaderOfEpoch = new TreeMap<>();
    final List<Long> canonical = new ArrayList<>();
    final List<String> lines = new ArrayList<>();
    int historyTxns = 500;

    /// Servers that are configured for followers to serve observers.
    final Set<Long> observerMasters = new TreeSet<>();

    /// What each server's own file says, where the members may change; empty: they never do.
    final Map<Long, Configuration> files = new TreeMap<>();

    /// The voters that a server's own file names, where it is not the one of all.
    final Map<Long, List<Long>> otherFiles = new TreeMap<>();

    private long nowMillis = 10_000;
    private long links = 1;

    TestEnsemble(long seed, Collection<Long> voters, Collection<Long> observers) {
        this.random = new SplittableRandom(seed);
        this.voters = new TreeSet<>(voters);
        this.observers = new TreeSet<>(observers);
        for (long id : voters) {
            servers.put(id, new Server(id));
        }
        for (long id : observers) {
            servers.put(id, new Server(id));
        }
    }

    Server server(long id) {
        return servers.get(id);
    }

    Collection<Server> all() {
        return servers.values();
    }

    void startAll() {
        servers.values().forEach(Server::start);
    }

    @Nullable Server leader() {
        for (Server each : servers.values()) {
            if (each.up && each.leading && isInNewestEpoch(each)) {
                return each;
            }
        }
        return null;
    }

    // ---- time

    void runUntil(String what, BooleanSupplier done) {
        long end = nowMillis + 120_000;
        while (!done.getAsBoolean()) {
            assertThat(nowMillis)
                    .as(() -> "it takes too long until " + what + tail())
                    .isLessThan(end);
            step();
        }
    }

    /// Time passes for this server alone, in one step.
    void standStill(Server server, long millis) {
        server.with(z -> z.tick(nowMillis + millis));
    }

    void settle() {
        runUntil(
                "all who are up serve",
                () ->
                        leader() != null
                                && all().stream().allMatch(s -> !s.up || isInNewestEpoch(s)));
    }

    void runFor(long millis) {
        for (long end = nowMillis + millis; nowMillis < end; ) {
            step();
        }
    }

    private String tail() {
        return "\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }

    void step() {
        var ready = new ArrayList<ArrayDeque<Runnable>>();
        for (var each : queues.entrySet()) {
            if (!each.getValue().isEmpty() && !cut.contains(each.getKey())) {
                ready.add(each.getValue());
            }
        }
        if (ready.isEmpty() || random.nextInt(50) == 0) {
            nowMillis += 10;
            for (Server each : servers.values()) {
                if (each.up) {
                    each.with(z -> z.tick(nowMillis));
                }
            }
            return;
        }
        ready.get(random.nextInt(ready.size())).remove().run();
    }

    private void post(String queue, Runnable task) {
        queues.computeIfAbsent(queue, q -> new ArrayDeque<>()).add(task);
    }

    /// Nothing arrives between the two until {@link #heal}; links time out.
    void part(long a, long b) {
        cut.add(a + ">" + b);
        cut.add(b + ">" + a);
    }

    void heal() {
        cut.clear();
    }

    private void trace(long id, String what) {
        lines.add(nowMillis + " s" + id + " " + what);
    }

    /// As text: the voters, a bar, the observers, and in the last line the version.
    static Configuration configuration(
            long version, Collection<Long> voting, Collection<Long> observing) {
        String text = joined(voting) + "|" + joined(observing) + "\nversion=";
        return new Configuration(
                version,
                Electorate.majority(voting),
                new TreeSet<>(observing),
                Map.of(),
                (text + Long.toHexString(version)).getBytes(StandardCharsets.US_ASCII));
    }

    private static String joined(Collection<Long> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static Configuration read(byte[] text) {
        String all = new String(text, StandardCharsets.US_ASCII);
        int bar = all.indexOf('|');
        int end = all.indexOf('\n');
        return configuration(
                Long.parseLong(all.substring(all.lastIndexOf('=') + 1), 16),
                ids(all.substring(0, bar)),
                ids(all.substring(bar + 1, end)));
    }

    private static List<Long> ids(String joined) {
        return joined.isEmpty()
                ? List.of()
                : Stream.of(joined.split(",", -1)).map(Long::valueOf).toList();
    }

    /// One end of a connection; both ends know each other by it.
    private record End(Server server, long link, int life) {}

    final class Server implements Surroundings {
        final long id;

        // On disk.
        final List<Entry> log = new ArrayList<>();
        private long base;
        private List<Long> baseDelivered = List.of();
        private long accepted;
        private long current;
        private @Nullable Quorums saved;

        // In memory.
        boolean up;
        boolean leading;
        boolean serving;
        long epochServed;
        private int life;
        private @Nullable Zab zab;
        final List<Long> delivered = new ArrayList<>();
        long confirmed;

        /// Entries on disk.
        int logSize() {
            return log.size();
        }

        private final Map<Long, End> peers = new LinkedHashMap<>();
        private long nextCounter;

        Server(long id) {
            this.id = id;
        }

        void start() {
            life++;
            up = true;
            leading = false;
            serving = false;
            delivered.clear();
            delivered.addAll(baseDelivered);
            log.forEach(e -> delivered.add(e.zxid()));
            long last = log.isEmpty() ? base : log.getLast().zxid();
            zab =
                    new Zab(
                            zabConfig(),
                            new Past(accepted, current, last, base, List.copyOf(log)),
                            this,
                            new SplittableRandom(id),
                            nowMillis);
            trace(id, "starts at " + Zxids.hex(last));
            for (Server each : servers.values()) {
                if (each != this && each.up) {
                    each.with(z -> z.electionLink(id, true));
                    with(z -> z.electionLink(each.id, true));
                }
            }
            with(Zab::start);
        }

        private ZabConfig zabConfig() {
            return new ZabConfig(
                    id,
                    files.isEmpty() ? fixedMembers() : changingMembers(),
                    TICK,
                    10,
                    5,
                    100,
                    1_000,
                    historyTxns,
                    1 << 20,
                    false,
                    observerMasters.contains(id),
                    !files.isEmpty());
        }

        private Quorums changingMembers() {
            Configuration file = files.get(id);
            if (file == null) {
                throw new IllegalStateException("server " + id + " has no file");
            }
            return saved == null ? Quorums.of(file) : saved;
        }

        private Quorums fixedMembers() {
            Collection<Long> named = otherFiles.getOrDefault(id, List.copyOf(voters));
            return Quorums.fixed(Electorate.majority(named), observers, new byte[0]);
        }

        /// What is on its disk already before it starts.
        void remembers(long acceptedEpoch, long currentEpoch, long... zxids) {
            accepted = acceptedEpoch;
            current = currentEpoch;
            for (long zxid : zxids) {
                log.add(new Entry(zxid, new byte[] {1}));
            }
        }

        void crash() {
            trace(id, "crashes");
            up = false;
            leading = false;
            serving = false;
            life++;
            queues.remove("disk" + id);
            for (End each : List.copyOf(peers.values())) {
                lose(each);
            }
            peers.clear();
            for (Server each : servers.values()) {
                if (each != this && each.up) {
                    each.with(z -> z.electionLink(id, false));
                }
            }
        }

        /// The disk is lost.
        void wipe() {
            log.clear();
            base = Past.UNKNOWN;
            baseDelivered = List.of();
            accepted = 0;
            current = 0;
        }

        private void lose(End other) {
            int otherLife = other.server.life;
            post(
                    id + ">" + other.server.id,
                    () -> {
                        if (other.server.life == otherLife && other.life == otherLife) {
                            other.server.peers.remove(other.link);
                            other.server.with(z -> z.linkLost(other.link, "the other side died"));
                        }
                    });
        }

        void with(java.util.function.Consumer<Zab> call) {
            if (up && zab != null) {
                call.accept(zab);
                zab.endRound();
            }
        }

        Zab zab() {
            return java.util.Objects.requireNonNull(zab);
        }

        long propose() {
            long zxid = Zxids.first(epochServed) + ++nextCounter;
            with(z -> z.propose(zxid, new byte[] {(byte) zxid}));
            return zxid;
        }

        /// Proposes that these decide from now on.
        long change(Collection<Long> voting, Collection<Long> observing) {
            long zxid = Zxids.first(epochServed) + ++nextCounter;
            with(z -> z.propose(zxid, configuration(zxid, voting, observing).text()));
            return zxid;
        }

        private void later(String queue, java.util.function.Consumer<Zab> call) {
            int of = life;
            post(
                    queue,
                    () -> {
                        if (life == of) {
                            with(call);
                        }
                    });
        }

        // ---- messages

        @Override
        public void notify(long serverId, Notification n) {
            Server to = server(serverId);
            trace(id, "-> " + serverId + " " + n);
            post(id + ">" + serverId, () -> to.with(z -> z.notified(id, n)));
        }

        @Override
        public void dial(long link, long serverId) {
            dial(link, serverId, Zab::linkOpened);
        }

        @Override
        public void dialObserverMaster(long link, long serverId) {
            dial(link, serverId, Zab::observerLinkOpened);
        }

        private void dial(long link, long serverId, ObjLongConsumer<Zab> opened) {
            Server to = server(serverId);
            if (!to.up || cut.contains(id + ">" + serverId)) {
                later("disk" + id, z -> z.linkLost(link, "refused"));
                return;
            }
            long theirs = links++;
            peers.put(link, new End(to, theirs, to.life));
            to.peers.put(theirs, new End(this, link, life));
            to.later(id + ">" + serverId, z -> opened.accept(z, theirs));
            later(serverId + ">" + id, z -> z.linkOpened(link));
        }

        @Override
        public void send(long link, Message message) {
            trace(id, "~> " + link + " " + message);
            End to = peers.get(link);
            if (to != null && to.server.life == to.life) {
                to.server.later(
                        id + ">" + to.server.id,
                        z -> {
                            if (to.server.peers.containsKey(to.link)) {
                                z.received(to.link, message);
                            }
                        });
            }
        }

        @Override
        public void sendImage(long link, long zxid, List<Entry> undelivered) {
            var image = new ArrayList<>(delivered);
            undelivered.forEach(e -> image.add(e.zxid()));
            send(link, new Message.Snap(zxid, image));
        }

        @Override
        public void hangUp(long link, @Nullable String why) {
            if (why != null) {
                trace(id, "hangs up: " + why);
            }
            End to = peers.remove(link);
            if (to != null) {
                lose(to);
            }
        }

        // ---- disk

        private void disk(Runnable work, java.util.function.Consumer<Zab> done) {
            int of = life;
            post(
                    "disk" + id,
                    () -> {
                        if (life == of) {
                            work.run();
                            with(done);
                        }
                    });
        }

        @Override
        public void append(long zxid, byte[] payload) {
            disk(() -> log.add(new Entry(zxid, payload)), z -> {});
        }

        @Override
        public void sync(long zxid) {
            disk(() -> {}, z -> z.synced(zxid));
        }

        @Override
        public void saveAcceptedEpoch(long epoch) {
            disk(() -> accepted = epoch, z -> z.acceptedEpochSaved(epoch));
        }

        @Override
        public void saveCurrentEpoch(long epoch) {
            disk(() -> current = epoch, z -> z.currentEpochSaved(epoch));
        }

        @Override
        public void truncate(long zxid) {
            delivered.removeIf(z -> z > zxid);
            disk(
                    () -> {
                        assertThat(base).isLessThanOrEqualTo(zxid);
                        log.removeIf(e -> e.zxid() > zxid);
                    },
                    z -> z.truncated(zxid));
        }

        @SuppressWarnings("unchecked")
        @Override
        public void install(long zxid, Object image) {
            var state = (List<Long>) image;
            delivered.clear();
            delivered.addAll(state);
            disk(
                    () -> {
                        log.clear();
                        base = zxid;
                        baseDelivered = List.copyOf(state);
                    },
                    z -> z.installed(zxid));
        }

        @Override
        public void readHistory(long link, long after, long upTo) {
            disk(
                    () -> {},
                    z ->
                            z.historyRead(
                                    link,
                                    log.stream()
                                            .filter(e -> e.zxid() > after && e.zxid() <= upTo)
                                            .toList()));
        }

        @Override
        public void saveQuorums(Quorums quorums) {
            disk(() -> saved = quorums, z -> {});
        }

        @Override
        public @Nullable Configuration configurationOf(long zxid, byte[] payload) {
            return payload.length < 2 ? null : read(payload);
        }

        // ---- state machine

        @Override
        public void looking(String why) {
            trace(id, "looks: " + why);
            leading = false;
            serving = false;
        }

        @Override
        public void deliver(long zxid, byte[] payload) {
            delivered.add(zxid);
        }

        @Override
        public void leading(long epoch) {
            trace(id, "leads epoch " + epoch);
            assertThat(leaderOfEpoch.putIfAbsent(epoch, id)).as("one leader of " + epoch).isNull();
            leading = true;
            serving = true;
            epochServed = epoch;
            nextCounter = 0;
        }

        @Override
        public void following(long leaderId, long epoch, boolean observing) {
            trace(id, "follows " + leaderId + " in epoch " + epoch);
            // A master may have learnt of a newer leader before its observer does.
            if (!observing || observerMasters.isEmpty()) {
                assertThat(leaderOfEpoch.get(epoch)).isEqualTo(leaderId);
            }
            serving = true;
            epochServed = epoch;
        }

        @Override
        public void carried(long link, long serverId, Object load) {}

        @Override
        public void confirmed(long question) {
            trace(id, "is confirmed " + question);
            confirmed = question;
        }

        @Override
        public Object touched() {
            return "nobody";
        }

        @Override
        public void report(String line) {
            trace(id, line);
        }
    }

    /// All who serve have delivered prefixes of one history, and nothing that was there is gone.
    void check() {
        for (Server each : servers.values()) {
            if (!each.up || !each.serving) {
                continue;
            }
            int common = Math.min(canonical.size(), each.delivered.size());
            assertThat(each.delivered.subList(0, common))
                    .as("server " + each.id + " agrees" + tail())
                    .isEqualTo(canonical.subList(0, common));
            canonical.addAll(each.delivered.subList(common, each.delivered.size()));
        }
    }

    boolean isInNewestEpoch(Server server) {
        return server.serving && server.epochServed == leaderOfEpoch.lastKey();
    }
}
