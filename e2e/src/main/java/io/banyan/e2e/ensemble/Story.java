package io.banyan.e2e.ensemble;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// One ensemble and what happens to it. Confined to one thread.
final class Story implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(20);

    /// More than any server keeps in memory for learners.
    private static final int MANY = 700;

    /// Without help from the log a server that is far behind gets an image.
    private static final ServerConfig CONFIG =
            ServerConfig.standard().with("snapshotSizeFactor", "-1");

    private final Ensemble ensemble;
    private final PrintStream out;
    private final int voters;

    /// What was acknowledged, and not since overwritten.
    private final Map<String, String> acknowledged = new HashMap<>();

    private int number;

    Story(List<ServerKind> kinds, int observers, PrintStream out) {
        this(Ensemble.of(kinds, CONFIG, observers), observers, out);
    }

    private Story(Ensemble ensemble, int observers, PrintStream out) {
        this.ensemble = ensemble;
        this.voters = ensemble.size() - observers;
        this.out = out;
    }

    /// With settings of their own.
    ///
    /// @param change from the usual settings
    static Story with(
            UnaryOperator<ServerConfig> change,
            List<ServerKind> kinds,
            int observers,
            PrintStream out) {
        return new Story(Ensemble.of(kinds, change.apply(CONFIG), observers), observers, out);
    }

    /// Whose observers learn from followers.
    static Story withObserverMasters(List<ServerKind> kinds, int observers, PrintStream out) {
        return new Story(Ensemble.withObserverMasters(kinds, CONFIG, observers), observers, out);
    }

    /// Observers learn from one follower after the other; each is killed and comes back.
    void observerMasters() throws IOException {
        startOneByOne();
        awaitMasters();
        writeThroughAll("observers learn from followers");
        for (int id = 1; id <= voters; id++) {
            if (id != ensemble.awaitLeader()) {
                kill(id);
                awaitMasters();
                writeThroughAll("observers have lost " + id);
                start(id);
            }
        }
        check();
        int wiped = ensemble.size();
        kill(wiped);
        ensemble.wipe(wiped);
        start(wiped);
        awaitMasters();
        writeThroughAll("observer " + wiped + " had lost its disk");
        check();
    }

    private void awaitMasters() {
        for (int id = voters + 1; id <= ensemble.size(); id++) {
            int observer = id;
            Waiting.until(
                    () -> "a follower for observer " + observer + "; " + roles(),
                    Ensemble.SETTLE_LIMIT,
                    () -> isServedByFollower(observer));
            say(
                    "observer "
                            + id
                            + " learns from "
                            + ensemble.monitored(id, "zk_observer_master_id"));
        }
    }

    /// On a machine that is so busy that no follower answers for five seconds, a Banyan observer
    /// turns to the leader, and has every right to stay there.
    private boolean isServedByFollower(int observer) {
        String told = ensemble.monitored(observer, "zk_observer_master_id");
        if (!told.matches("[1-9]")) {
            return false;
        }
        int master = Integer.parseInt(told);
        if (!ensemble.member(master).running()) {
            return false;
        }
        return switch (ensemble.role(master)) {
            case "follower" -> !ensemble.monitored(master, "zk_synced_observers").equals("0");
            case "leader" -> ensemble.member(observer).kind() == ServerKind.BANYAN;
            default -> false;
        };
    }

    /// One server after the other goes over to SASL, in three rounds.
    void saslRollOut() throws IOException {
        startOneByOne();
        writeThroughAll("nobody proves who it is");
        for (String step : PeerSecurity.STEPS) {
            for (int id = 1; id <= ensemble.size(); id++) {
                kill(id);
                ensemble.member(id).setFromNowOn(step, "true");
                start(id);
                writeThroughAll(step + " at " + id);
            }
        }
        check();
    }

    /// A server in the middle is killed, and nothing is lost.
    void failover() throws IOException {
        startOneByOne();
        writeThroughAll("first");
        int leader = ensemble.awaitLeader();
        kill(leader);
        writeThroughAll("after leader " + leader + " was killed");
        start(leader);
        writeThroughAll("all back");
        check();
    }

    /// Each voter leads once over others who are behind; each member is killed and comes back; one
    /// is left far behind, one is wiped, one has logged what nobody else has, and observers go
    /// through the same as far as it concerns them.
    ///
    /// @throws IllegalStateException with an even number of voters, half of which are no quorum
    void everything() throws IOException {
        if (voters % 2 == 0) {
            throw new IllegalStateException("an odd number of voters, not " + voters);
        }
        startOneByOne();
        expectLeader(quorum());
        writeThroughAll("first");
        for (int id = voters; id >= 1; id--) {
            leadsOverThoseBehind(id);
        }

        int last = ensemble.awaitLeader();
        int away = last == 1 ? 2 : 1;
        leftFarBehind(away);
        wiped(away);
        for (int id = voters + 1; id <= ensemble.size(); id++) {
            kill(id);
            writeThroughAll("observer " + id + " is away");
            start(id);
            leftFarBehind(id);
            wiped(id);
        }

        // Twice, since another one leads the second time.
        divergentTail();
        check();
        divergentTail();
        check();
        rollingRestart();
        check();
    }

    /// The others stay away, as many as may; then those who knew what the new leader knows go, and
    /// those who were away have to follow it, whatever their ids are.
    private void leadsOverThoseBehind(int leader) throws IOException {
        List<Integer> behind = new ArrayList<>();
        List<Integer> witnesses = new ArrayList<>();
        for (int id = voters; id >= 1; id--) {
            if (id != leader) {
                (behind.size() < voters - quorum() ? behind : witnesses).add(id);
            }
        }
        behind.forEach(id -> ensemble.member(id).kill());
        awaitServing();
        writeThroughAll(behind + " are away");
        witnesses.forEach(id -> ensemble.member(id).kill());
        startAll(behind);
        expectLeader(leader);
        writeThroughAll(leader + " leads, " + behind + " were behind");
        startAll(witnesses);
        writeThroughAll("all back");
        check();
    }

    private void leftFarBehind(int id) throws IOException {
        kill(id);
        writeMany();
        start(id);
        writeThroughAll(id + " was far behind");
        check();
    }

    private void wiped(int id) throws IOException {
        kill(id);
        ensemble.wipe(id);
        start(id);
        writeThroughAll(id + " had lost its disk");
        check();
    }

    private int quorum() {
        return voters / 2 + 1;
    }

    /// The last of the first quorum leads, and those who come later follow it.
    private void startOneByOne() {
        var first = new ArrayList<Integer>();
        for (int id = 1; id <= quorum(); id++) {
            first.add(id);
        }
        startAll(first);
        for (int id = quorum() + 1; id <= ensemble.size(); id++) {
            start(id);
        }
        say("all serve: " + roles());
    }

    /// Starts them together and waits until each serves.
    private void startAll(List<Integer> ids) {
        ids.forEach(id -> ensemble.member(id).launch());
        ids.forEach(id -> ensemble.member(id).awaitServing(Ensemble.SETTLE_LIMIT));
    }

    private String roles() {
        var roles = new ArrayList<String>();
        for (int id = 1; id <= ensemble.size(); id++) {
            String role = ensemble.member(id).running() ? ensemble.role(id) : "down";
            roles.add(id + " " + ensemble.member(id).kind() + " " + role);
        }
        return String.join(", ", roles);
    }

    private void expectLeader(int id) {
        Waiting.until(
                () -> "server " + id + " to lead; " + roles(),
                Ensemble.SETTLE_LIMIT,
                () -> ensemble.role(id).equals("leader"));
    }

    private void kill(int id) {
        say("kill -9 of " + id + " " + ensemble.role(id));
        ensemble.member(id).kill();
        awaitServing();
    }

    private void start(int id) {
        ensemble.member(id).launch();
        ensemble.member(id).awaitServing(Ensemble.SETTLE_LIMIT);
    }

    private void awaitServing() {
        ensemble.awaitServing();
        ensemble.awaitLeader();
    }

    // ---- writes

    private RawSession connect(int id) throws IOException {
        var found = new ArrayList<RawSession>();
        Waiting.until(
                () -> "a session on server " + id,
                Ensemble.SETTLE_LIMIT,
                () -> {
                    found.add(
                            RawSession.connect(
                                    ensemble.member(id).address(), TIMEOUT_MILLIS, REPLY_LIMIT));
                    return true;
                });
        return found.getLast();
    }

    /// Creates, changes and deletes on every member that runs, and lets each client see what it and
    /// the one before it wrote.
    private void writeThroughAll(String when) throws IOException {
        int members = 0;
        for (int id = 1; id <= ensemble.size(); id++) {
            if (ensemble.member(id).running()) {
                writeThrough(id);
                members++;
            }
        }
        say("writes through " + members + " members: " + when);
    }

    private void writeThrough(int id) throws IOException {
        try (RawSession session = connect(id)) {
            String home = "/s" + ++number;
            create(session, home, "by " + id);
            for (int i = 0; i < 5; i++) {
                create(session, home + "/" + i, "of " + i);
            }
            set(session, home + "/1", "changed");
            expect(0, session.delete(home + "/2"), "delete");
            acknowledged.remove(home + "/2");
            expect(-101, session.delete(home + "/none"), "delete of what is not there");
            expect(-110, session.create(home, null), "create of what is there");
            RawSession.Reply sequential = session.create(home + "/q-", new byte[0], 2);
            expect(0, sequential.err(), "create of a sequential node");
            acknowledged.put(sequential.body().text(), "");
            expect(0, session.create(home + "/e", new byte[0], 1).err(), "create of an ephemeral");
            expect(0, session.call(Op.SYNC, new JuteOut().str("/")).err(), "sync");
            for (Map.Entry<String, String> each : acknowledged.entrySet()) {
                if (each.getKey().startsWith(home)) {
                    see(session, each.getKey(), each.getValue());
                }
            }
            session.endSession();
        }
    }

    private void writeMany() throws IOException {
        try (RawSession session = connect(ensemble.awaitLeader())) {
            String home = "/many" + ++number;
            create(session, home, "");
            for (int i = 0; i < MANY; i++) {
                session.send(
                        Op.CREATE,
                        new JuteOut()
                                .str(home + "/" + i)
                                .buf(("of " + i).getBytes(UTF_8))
                                .openAcl()
                                .i32(0)
                                .bytes());
            }
            for (int i = 0; i < MANY; i++) {
                expect(0, session.take().err(), "create of many");
                acknowledged.put(home + "/" + i, "of " + i);
            }
            session.endSession();
        }
        say(MANY + " writes while one is away");
    }

    private void create(RawSession session, String path, String data) throws IOException {
        expect(0, session.create(path, data.getBytes(UTF_8)), "create " + path);
        acknowledged.put(path, data);
    }

    private void set(RawSession session, String path, String data) throws IOException {
        RawSession.Reply reply =
                session.call(
                        Op.SET_DATA, new JuteOut().str(path).buf(data.getBytes(UTF_8)).i32(-1));
        expect(0, reply.err(), "setData " + path);
        acknowledged.put(path, data);
    }

    private static void see(RawSession session, String path, String data) throws IOException {
        RawSession.Reply reply = session.getData(path, false);
        expect(0, reply.err(), "getData " + path);
        byte[] found = reply.body().buf();
        String text = found == null ? "" : new String(found, UTF_8);
        if (!text.equals(data)) {
            throw new IllegalStateException(path + " is " + text + ", not " + data);
        }
    }

    private static void expect(int error, int actual, String what) {
        if (error != actual) {
            throw new IllegalStateException(what + ": error " + actual + ", not " + error);
        }
    }

    // ---- a tail that nobody else has

    /// The leader logs what the others, who are stopped, never see; then it goes, they begin anew
    /// without it, and it comes back.
    private void divergentTail() throws IOException {
        int leader = ensemble.awaitLeader();
        List<Integer> others = new ArrayList<>();
        String mark = "tail-nobody-else-has-" + number;
        try (RawSession session = connect(leader)) {
            for (int id = 1; id <= ensemble.size(); id++) {
                if (id != leader) {
                    others.add(id);
                    ensemble.member(id).pause();
                }
            }
            session.send(
                    Op.CREATE,
                    new JuteOut().str("/" + mark).buf(new byte[0]).openAcl().i32(0).bytes());
            awaitInLog(ensemble.member(leader), mark);
        }
        ensemble.member(leader).kill();
        for (int id : others) {
            ensemble.member(id).kill();
        }
        for (int id : others) {
            ensemble.member(id).launch();
        }
        awaitServing();
        writeThroughAll("without " + leader + ", which has logged what nobody else has");
        start(leader);
        writeThroughAll("and with it");
        for (ServerProcess each : ensemble.members()) {
            if (Trees.read(each.address()).containsKey("/" + mark)) {
                throw new IllegalStateException("/" + mark + " is on " + each.kind());
            }
        }
    }

    private static void awaitInLog(ServerProcess server, String mark) {
        byte[] wanted = mark.getBytes(UTF_8);
        Waiting.until(
                () -> mark + " in the log of " + server.kind(),
                REPLY_LIMIT,
                () -> {
                    try (Stream<Path> files = Files.list(server.version2())) {
                        for (Path file :
                                files.filter(f -> f.getFileName().toString().startsWith("log."))
                                        .toList()) {
                            if (contains(Files.readAllBytes(file), wanted)) {
                                return true;
                            }
                        }
                    }
                    return false;
                });
    }

    private static boolean contains(byte[] bytes, byte[] wanted) {
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            int j = 0;
            while (j < wanted.length && bytes[i + j] == wanted[j]) {
                j++;
            }
            if (j == wanted.length) {
                return true;
            }
        }
        return false;
    }

    private void rollingRestart() throws IOException {
        for (int id = 1; id <= ensemble.size(); id++) {
            ensemble.member(id).stop();
            awaitServing();
            start(id);
            awaitServing();
        }
        writeThroughAll("after a rolling restart");
    }

    // ---- what must hold

    /// Trees equal with stats, digests equal, everything acknowledged there.
    void check() throws IOException {
        Map<String, String> first = Trees.read(ensemble.member(1).address());
        Map<String, String> digests = new HashMap<>();
        Set<String> compared = new HashSet<>();
        for (int id = 1; id <= ensemble.size(); id++) {
            ServerProcess member = ensemble.member(id);
            Map<String, String> tree = Trees.read(member.address());
            String difference = Trees.difference(first, tree);
            if (!difference.isEmpty()) {
                throw new IllegalStateException(
                        "1 and " + id + " (" + roles() + "): " + difference);
            }
            Trees.digests(member.address())
                    .forEach((zxid, digest) -> {
                        String other = digests.putIfAbsent(zxid, digest);
                        if (other != null) {
                            compared.add(zxid);
                            if (!other.equals(digest)) {
                                throw new IllegalStateException(
                                        "digest at " + zxid + ": " + other + " and " + digest);
                            }
                        }
                    });
            if (member.output().contains("Digests are not matching")) {
                throw new IllegalStateException("server " + id + " saw a digest that differs");
            }
        }
        for (Map.Entry<String, String> each : acknowledged.entrySet()) {
            if (!first.containsKey(each.getKey())) {
                throw new IllegalStateException(each.getKey() + " was acknowledged and is lost");
            }
        }
        say(first.size() + " znodes equal, " + compared.size() + " digests equal; " + roles());
    }

    private void say(String line) {
        out.println("  " + line);
    }

    @Override
    public void close() {
        ensemble.close();
    }
}
