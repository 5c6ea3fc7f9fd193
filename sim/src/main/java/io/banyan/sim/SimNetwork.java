package io.banyan.sim;

import io.banyan.replica.Input;
import io.banyan.zab.Notification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// The network between servers: who reaches whom, the connections of the quorum ports, and the
/// notices of the election ports, which may be lost, late, and come again.
final class SimNetwork {
    private static final int CONNECT_TIMEOUT_MICROS = 1_000_000;
    private static final int NOTICES_KEPT = 20;

    /// An election notice as it was sent.
    @SuppressWarnings("ArrayRecordComponent") // never changed, never compared
    private record Notice(SimServer from, SimServer to, byte[] bytes) {}

    private final World world;
    private final RandomGenerator random;
    private final List<SimLink> links = new ArrayList<>();

    /// By sender, then receiver.
    private final boolean[][] blocked;

    private final TreeSet<String> held = new TreeSet<>();

    /// Which life of its peer a server was last told to be connected to; 0 for none.
    private final Map<String, Integer> electionLinks = new HashMap<>();

    private final List<Notice> old = new ArrayList<>();
    private final Map<String, Notice> lastNotices = new HashMap<>();
    private final TreeSet<String> sent = new TreeSet<>();
    private boolean recording;
    private long acceptedLinks;

    SimNetwork(World world, RandomGenerator random) {
        this.world = world;
        this.random = random;
        int ids = world.setup().servers() + 1;
        this.blocked = new boolean[ids][ids];
    }

    private static String pair(int from, int to) {
        return from + ">" + to;
    }

    // ---- who reaches whom

    boolean reaches(SimServer from, SimServer to) {
        return !blocked[from.id()][to.id()];
    }

    /// One direction; whatever waits in it goes on when it is open again.
    void block(int from, int to, boolean on) {
        if (blocked[from][to] != on) {
            blocked[from][to] = on;
            reconsider(world.server(from), world.server(to));
            if (!on) {
                links.forEach(SimLink::resume);
            }
        }
    }

    /// Everybody reaches everybody.
    void heal() {
        for (int from = 1; from < blocked.length; from++) {
            for (int to = 1; to < blocked.length; to++) {
                block(from, to, false);
            }
        }
        held.clear();
        links.forEach(SimLink::resume);
    }

    // ---- messages that a scenario keeps back

    boolean holds(int from, int to, String name) {
        return !held.isEmpty()
                && (held.contains(pair(from, to) + name) || held.contains(pair(from, to) + "*"));
    }

    void hold(int from, int to, String name, boolean on) {
        if (on) {
            held.add(pair(from, to) + name);
        } else {
            held.remove(pair(from, to) + name);
            links.forEach(SimLink::resume);
        }
    }

    /// @return false if no connection has such a message next
    boolean release(int from, int to, String name) {
        for (SimLink each : List.copyOf(links)) {
            if (each.isBetween(world.server(from), world.server(to))
                    && each.release(world.server(to), name)) {
                return true;
            }
        }
        return false;
    }

    /// @return false if no connection has such a message next
    boolean loseNext(int from, int to, String name) {
        for (SimLink each : List.copyOf(links)) {
            if (each.isBetween(world.server(from), world.server(to))
                    && each.loseNext(world.server(to), name)) {
                return true;
            }
        }
        return false;
    }

    /// From now on the names of all messages are kept.
    void record() {
        recording = true;
    }

    void noteSent(int from, int to, String name) {
        if (recording) {
            sent.add(from + "->" + to + ":" + name);
        }
    }

    boolean wasSent(String message) {
        return sent.contains(message);
    }

    SortedSet<String> sent() {
        return sent;
    }

    // ---- the election ports

    /// A server came, went, or a direction changed: its peers hear of it after a while.
    void reconsider(SimServer server) {
        for (SimServer each : world.servers()) {
            if (each != server) {
                reconsider(server, each);
            }
        }
    }

    private void reconsider(SimServer one, SimServer other) {
        long delay = 1L + random.nextInt(20_000);
        world.timeline().after(delay, () -> tellElectionLink(one, other));
        world.timeline().after(delay, () -> tellElectionLink(other, one));
    }

    private void tellElectionLink(SimServer to, SimServer peer) {
        if (!to.isUp()) {
            return;
        }
        boolean up = peer.isUp() && reaches(to, peer) && reaches(peer, to);
        int now = up ? peer.life() : 0;
        // A connection belongs to two lives.
        Integer told = electionLinks.put(to.id() + "." + to.life() + ">" + peer.id(), now);
        if (told != null && told != 0 && told != now) {
            to.fromNetwork(new Input.ElectionLink(peer.id(), false));
        }
        if (up && (told == null || told != now)) {
            to.fromNetwork(new Input.ElectionLink(peer.id(), true));
            Notice last = lastNotices.get(pair(peer.id(), to.id()) + "." + peer.life());
            if (last != null) {
                deliver(last, 1L + random.nextInt(world.setup().delayMicros()));
            }
        }
    }

    void notify(SimServer from, long to, Notification notification) {
        SimServer peer = world.server((int) to);
        var notice = new Notice(from, peer, PeerWire.encode(notification));
        if (world.isTraced()) {
            world.trace(from, "notifies " + to + " " + PeerTrace.describe(notification));
        }
        lastNotices.put(pair(from.id(), (int) to) + "." + from.life(), notice);
        if (random.nextInt(100) < world.setup().noticesLostPercent() && !world.isHealed()) {
            return;
        }
        deliver(notice, 1L + random.nextInt(world.setup().delayMicros()));
        if (world.setup().noticesRepeated() && random.nextInt(20) == 0 && !world.isHealed()) {
            repeat(notice);
        }
    }

    /// Something old comes again, as from a connection that everybody had given up.
    private void repeat(Notice notice) {
        if (old.size() == NOTICES_KEPT) {
            old.removeFirst();
        }
        old.add(notice);
        Notice which = old.get(random.nextInt(old.size()));
        deliver(which, 1L + random.nextInt(500_000));
    }

    private void deliver(Notice notice, long delayMicros) {
        world.timeline()
                .after(
                        delayMicros,
                        () -> {
                            if (notice.to.isUp()
                                    && reaches(notice.from, notice.to)
                                    && !holds(notice.from.id(), notice.to.id(), "NOTICE")) {
                                notice.to.fromNetwork(
                                        new Input.Notified(
                                                notice.from.id(),
                                                PeerWire.decodeNotification(notice.bytes)));
                            }
                        });
    }

    // ---- the quorum ports

    /// @param observerMaster to the port that is open while a server follows
    void dial(SimServer from, long link, long to, boolean observerMaster) {
        SimServer peer = world.server((int) to);
        int life = from.life();
        long delay = 1L + random.nextInt(world.setup().delayMicros());
        boolean silent = !peer.isMachineOn() || !reaches(from, peer) || !reaches(peer, from);
        world.timeline()
                .after(
                        silent ? CONNECT_TIMEOUT_MICROS : delay,
                        () -> {
                            if (!from.lives(life)) {
                                return;
                            }
                            boolean listens =
                                    peer.isUp() && (!observerMaster || peer.isFollowing());
                            if (!listens || !reaches(from, peer) || !reaches(peer, from)) {
                                from.fromNetwork(new Input.LinkLost(link, "cannot connect"));
                                return;
                            }
                            var made =
                                    new SimLink(world, random, from, link, peer, ++acceptedLinks);
                            links.removeIf(SimLink::isOver);
                            links.add(made);
                            from.opened(link, made);
                            peer.opened(acceptedLinks, made);
                            world.trace("net", "connected " + made);
                            from.fromNetwork(new Input.LinkOpened(link));
                            peer.fromNetwork(
                                    observerMaster
                                            ? new Input.ObserverLinkOpened(acceptedLinks)
                                            : new Input.LinkOpened(acceptedLinks));
                        });
    }

    List<SimLink> links() {
        links.removeIf(SimLink::isOver);
        return links;
    }

    void processEnded(SimServer server) {
        linksOf(server).forEach(link -> link.processEnded(server));
        reconsider(server);
    }

    void powerFailed(SimServer server) {
        linksOf(server).forEach(link -> link.powerFailed(server));
        reconsider(server);
    }

    private List<SimLink> linksOf(SimServer server) {
        var result = new ArrayList<SimLink>();
        for (SimLink each : links()) {
            for (SimServer other : world.servers()) {
                if (other != server && each.isBetween(server, other)) {
                    result.add(each);
                }
            }
        }
        return result;
    }
}
