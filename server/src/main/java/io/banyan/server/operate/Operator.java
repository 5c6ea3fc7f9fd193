package io.banyan.server.operate;

import com.sun.management.UnixOperatingSystemMXBean;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.metrics.Gauge;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.MetricsText;
import io.banyan.server.metrics.ServerStats;
import io.banyan.server.operate.FourLetterWords.Word;
import io.banyan.server.operate.ServerFacts.Serving;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// Answers four-letter words, and holds what they share with the admin server.
///
/// Safe for any thread, but {@link #answer} may block (it gathers from all network threads, reads
/// the sizes of directories, asks DNS): call it on a thread of its own, a virtual one will do.
public final class Operator {
    /// ZooKeeper's answer while no request is processed.
    public static final String NOT_SERVING =
            "This ZooKeeper instance is not currently serving requests";

    /// ZooKeeper's default trace mask; Banyan keeps the number for `gtmk` and traces nothing.
    private static final long TRACE_MASK = 306;

    private static final List<Gauge> ROLE_GAUGES =
            List.of(
                    Gauge.LEARNERS,
                    Gauge.SYNCED_FOLLOWERS,
                    Gauge.SYNCED_NON_VOTING_FOLLOWERS,
                    Gauge.SYNCED_OBSERVERS,
                    Gauge.PENDING_SYNCS,
                    Gauge.LEADER_UPTIME,
                    Gauge.LAST_PROPOSAL_SIZE,
                    Gauge.MAX_PROPOSAL_SIZE,
                    Gauge.MIN_PROPOSAL_SIZE);

    private final ServerConfig config;
    private final ServerFacts facts;
    private final Metrics metrics;
    private final AtomicLong traceMask = new AtomicLong(TRACE_MASK);

    /// Gives the gauges that every server has their suppliers.
    public Operator(ServerConfig config, ServerFacts facts, Metrics metrics) {
        this.config = config;
        this.facts = facts;
        this.metrics = metrics;
        supplyGauges();
    }

    // --- four-letter words ----------------------------------------------------------------

    /// The whole answer, after which the connection is closed.
    ///
    /// @param argument the bytes after the word as a big-endian number; 0 for words without
    public String answer(Word word, long argument) {
        if (word == Word.TELNET_CLOSE) {
            return "";
        }
        String name = word.name().toLowerCase(Locale.ROOT);
        if (!config.operate().admits(name)) {
            return name + " is not executed because it is not in the whitelist.\n";
        }
        if (needsServing(word) && facts.serving() == Serving.NOTHING) {
            return word == Word.HASH ? NOT_SERVING : NOT_SERVING + "\n";
        }
        return switch (word) {
            case RUOK -> "imok";
            case SRVR -> srvr();
            case STAT -> stat();
            case CONF -> conf();
            case CONS -> cons();
            case CRST -> crst();
            case SRST -> srst();
            case DUMP -> dump();
            case ENVI -> envi();
            case WCHS -> wchs();
            case WCHC -> wchc();
            case WCHP -> wchp();
            case MNTR -> mntr();
            case ISRO -> isro();
            case DIRS -> dirs();
            case GTMK -> Long.toString(traceMask.get());
            case STMK -> stmk(argument);
            case HASH -> hash();
            case TELNET_CLOSE -> "";
        };
    }

    private static boolean needsServing(Word word) {
        return switch (word) {
            case RUOK, ENVI, ISRO, GTMK, STMK, TELNET_CLOSE -> false;
            case CONF, CONS, CRST, DIRS, DUMP, HASH, MNTR, SRST, SRVR, STAT, WCHC, WCHP, WCHS ->
                    true;
        };
    }

    private String srvr() {
        return "Zookeeper version: " + Version.text() + "\n" + readOnlyLine() + statistics();
    }

    private String stat() {
        var text = new StringBuilder("Zookeeper version: ").append(Version.text()).append('\n');
        text.append(readOnlyLine()).append("Clients:\n");
        for (ConnectionFacts connection : facts.connections()) {
            text.append(brief(connection)).append(")\n");
        }
        return text.append('\n').append(statistics()).toString();
    }

    private String readOnlyLine() {
        return facts.serving() == Serving.READ_ONLY
                ? "READ-ONLY mode; serving only read-only clients\n"
                : "";
    }

    private String statistics() {
        ServerStats.Values values = facts.stats().values();
        return "Latency min/avg/max: "
                + values.latencyMillisMin()
                + "/"
                + values.latencyAverageMillis()
                + "/"
                + values.latencyMillisMax()
                + "\nReceived: "
                + values.received()
                + "\nSent: "
                + values.sent()
                + "\nConnections: "
                + facts.connectionCount()
                + "\nOutstanding: "
                + facts.outstandingRequests()
                + "\nZxid: 0x"
                + Long.toHexString(facts.lastZxid())
                + "\nMode: "
                + facts.serverState()
                + "\nNode count: "
                + facts.znodeCount()
                + "\n"
                + proposalSizes();
    }

    private String proposalSizes() {
        MemberFacts member = facts.member();
        if (member == null || member.role() != MemberFacts.Role.LEADING) {
            return "";
        }
        MemberFacts.ProposalSizes sizes = member.proposals();
        return "Proposal sizes last/min/max: "
                + sizes.last()
                + "/"
                + sizes.min()
                + "/"
                + sizes.max()
                + "\n";
    }

    /// The members of this moment.
    private ServerConfig.Ensemble ensemble() {
        return facts.members(config.ensemble());
    }

    private String conf() {
        var text = new StringBuilder();
        configuration()
                .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        if (config.ensemble().isEnsemble()) {
            text.append("membership: \n").append(ensemble().text());
        }
        return text.toString();
    }

    private Map<String, Object> configuration() {
        var lines = new LinkedHashMap<String, Object>();
        lines.put("clientPort", facts.clientPort());
        lines.put("secureClientPort", facts.secureClientPort());
        lines.put("dataDir", snapshotDirectory());
        lines.put("dataDirSize", dataDirBytes());
        lines.put("dataLogDir", logDirectory());
        lines.put("dataLogSize", logDirBytes());
        lines.put("tickTime", config.timing().tickMillis());
        lines.put("maxClientCnxns", config.connectionLimits().perIpMax());
        lines.put("minSessionTimeout", config.timing().sessionTimeoutMillisMin());
        lines.put("maxSessionTimeout", config.timing().sessionTimeoutMillisMax());
        lines.put("clientPortListenBacklog", config.clientPorts().acceptBacklog());
        lines.put("serverId", serverId());
        ServerConfig.Server me = ensemble().servers().get(serverId());
        if (config.ensemble().isEnsemble() && me != null) {
            lines.put("initLimit", config.peers().initLimitTicks());
            lines.put("syncLimit", config.peers().syncLimitTicks());
            lines.put("electionAlg", config.peers().electionAlgorithm());
            lines.put("electionPort", joined(me, ServerConfig.PeerAddress::electionPort));
            lines.put("quorumPort", joined(me, ServerConfig.PeerAddress::quorumPort));
            lines.put("peerType", me.role() == ServerConfig.Role.OBSERVER ? 1 : 0);
        }
        return lines;
    }

    private static String joined(
            ServerConfig.Server server, Function<ServerConfig.PeerAddress, Integer> port) {
        return server.addresses().stream()
                .map(each -> port.apply(each).toString())
                .collect(Collectors.joining("|"));
    }

    private String cons() {
        var text = new StringBuilder();
        for (ConnectionFacts connection : facts.connections()) {
            text.append(brief(connection)).append(details(connection)).append(")\n");
        }
        return text.append('\n').toString();
    }

    private static String brief(ConnectionFacts connection) {
        return " /"
                + address(connection.remote())
                + "["
                + Integer.toHexString(connection.interestOps())
                + "](queued="
                + connection.outstanding()
                + ",recved="
                + connection.received()
                + ",sent="
                + connection.sent();
    }

    private static String details(ConnectionFacts connection) {
        if (connection.sessionId() == 0) {
            return "";
        }
        return ",sid=0x"
                + Long.toHexString(connection.sessionId())
                + ",lop="
                + Operations.name(connection.lastOperation())
                + ",est="
                + connection.establishedWallMillis()
                + ",to="
                + connection.sessionTimeoutMillis()
                + (connection.lastCxid() >= 0
                        ? ",lcxid=0x" + Long.toHexString(connection.lastCxid())
                        : "")
                + ",lzxid=0x"
                + Long.toHexString(connection.lastZxid())
                + ",lresp="
                + connection.lastResponseMillis()
                + ",llat="
                + connection.lastLatencyMillis()
                + ",minlat="
                + connection.latencyMillisMin()
                + ",avglat="
                + connection.latencyMillisAverage()
                + ",maxlat="
                + connection.latencyMillisMax();
    }

    private String crst() {
        facts.resetConnectionStats();
        return "Connection stats reset.\n";
    }

    private String srst() {
        resetStatistics();
        return "Server stats reset.\n";
    }

    private String envi() {
        var text = new StringBuilder("Environment:\n");
        environment()
                .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }

    private String isro() {
        return switch (facts.serving()) {
            case NOTHING -> "null";
            case READ_ONLY -> "ro";
            case EVERYTHING -> "rw";
        };
    }

    private String dirs() {
        return "datadir_size: " + dataDirBytes() + "\nlogdir_size: " + logDirBytes() + "\n";
    }

    private String stmk(long mask) {
        traceMask.set(mask);
        return Long.toString(mask);
    }

    private String hash() {
        var text = new StringBuilder();
        for (ServerFacts.DigestEntry entry : facts.digests()) {
            text.append(Long.toHexString(entry.zxid()))
                    .append(": ")
                    .append(entry.digest())
                    .append('\n');
        }
        return text.toString();
    }

    private String mntr() {
        var text = new StringBuilder();
        text.append("zk_version\t").append(Version.text()).append('\n');
        text.append("zk_server_state\t").append(facts.serverState()).append('\n');
        MemberFacts member = facts.member();
        if (member != null) {
            text.append("zk_peer_state\t").append(member.peerState()).append('\n');
            if (member.role() == MemberFacts.Role.OBSERVING) {
                text.append("zk_observer_master_id\t");
                text.append(member.observerMasterId()).append('\n');
            }
        }
        MetricsText.values(metrics, isPrometheus(), config.metrics().jvm())
                .forEach((name, value) ->
                        text.append("zk_").append(name).append('\t').append(value).append('\n'));
        return text.toString();
    }

    // --- dump and watches -----------------------------------------------------------------

    private String dump() {
        List<SessionFacts> sessions = facts.sessions();
        List<ConnectionFacts> connections = facts.connections();
        var text = new StringBuilder("SessionTracker dump:\n");
        MemberFacts member = facts.member();
        boolean local = member != null && config.peers().localSessions();
        if (local) {
            text.append("Local ");
            dumpByExpiry(facts.localSessions(), text);
        }
        if (member == null || member.role() == MemberFacts.Role.LEADING) {
            text.append(local ? "Global " : "");
            var byExpiry = new TreeMap<Long, List<Long>>();
            groups(sessions, SessionFacts::expiresAtMillis)
                    .forEach((expiry, group) ->
                            byExpiry.put(
                                    expiry, group.stream().map(SessionFacts::sessionId).toList()));
            dumpByExpiry(byExpiry, text);
        } else {
            // Only the leader knows when they expire.
            text.append("Global Sessions(").append(sessions.size()).append("):\n");
            sessions.stream()
                    .sorted(Comparator.comparingLong(SessionFacts::sessionId))
                    .forEach(session ->
                            text.append("0x")
                                    .append(Long.toHexString(session.sessionId()))
                                    .append('\t')
                                    .append(session.timeoutMillis())
                                    .append("ms\n"));
        }
        var withEphemerals = sessions.stream().filter(s -> !s.ephemerals().isEmpty()).toList();
        text.append("ephemeral nodes dump:\nSessions with Ephemerals (");
        text.append(withEphemerals.size()).append("):\n");
        for (SessionFacts session : withEphemerals) {
            text.append("0x").append(Long.toHexString(session.sessionId())).append(":\n");
            for (String path : session.ephemerals()) {
                text.append('\t').append(path).append('\n');
            }
        }
        var idle = groups(connections, ConnectionFacts::expiresAtMillis);
        text.append("Connections dump:\nConnections Sets (").append(idle.size()).append(")/(");
        text.append(connections.size()).append("):\n");
        idle.forEach((expiry, group) -> {
            expiryLine(text, group.size(), expiry);
            for (ConnectionFacts connection : group) {
                text.append("\tip: /").append(address(connection.remote()));
                text.append(" sessionId: 0x");
                text.append(Long.toHexString(connection.sessionId())).append('\n');
            }
        });
        return text.toString();
    }

    private void dumpByExpiry(SortedMap<Long, List<Long>> byExpiry, StringBuilder text) {
        int count = byExpiry.values().stream().mapToInt(List::size).sum();
        text.append("Session Sets (").append(byExpiry.size()).append(")/(");
        text.append(count).append("):\n");
        byExpiry.forEach((expiry, ids) -> {
            expiryLine(text, ids.size(), expiry);
            for (long id : ids) {
                text.append("\t0x").append(Long.toHexString(id)).append('\n');
            }
        });
    }

    private void expiryLine(StringBuilder text, int count, long expiresAtMillis) {
        long inMillis = expiresAtMillis - facts.elapsedMillis();
        Instant when = Instant.now().plusMillis(inMillis);
        text.append(count).append(" expire at ").append(javaDate(when)).append(":\n");
    }

    /// As `java.util.Date` writes itself.
    private static String javaDate(Instant when) {
        return DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss zzz yyyy", Locale.US)
                .withZone(ZoneId.systemDefault())
                .format(when);
    }

    private static <T> SortedMap<Long, List<T>> groups(List<T> all, ToLongFunction<T> key) {
        var groups = new TreeMap<Long, List<T>>();
        for (T one : all) {
            groups.computeIfAbsent(key.applyAsLong(one), k -> new ArrayList<>()).add(one);
        }
        return groups;
    }

    private String wchs() {
        WatchSummary summary = watchSummary();
        return summary.sessions()
                + " connections watching "
                + summary.paths()
                + " paths\nTotal watches:"
                + summary.watches()
                + "\n";
    }

    private String wchc() {
        var text = new StringBuilder();
        for (var entry : new TreeMap<>(facts.watches().pathsBySession()).entrySet()) {
            text.append("0x").append(Long.toHexString(entry.getKey())).append('\n');
            for (String path : entry.getValue()) {
                text.append('\t').append(path).append('\n');
            }
        }
        return text.append('\n').toString();
    }

    private String wchp() {
        var text = new StringBuilder();
        sessionsByWatchedPath()
                .forEach((path, sessions) -> {
                    text.append(path).append('\n');
                    for (long session : sessions) {
                        text.append("\t0x").append(Long.toHexString(session)).append('\n');
                    }
                });
        return text.append('\n').toString();
    }

    // --- shared with the admin server -----------------------------------------------------

    /// @param sessions how many sessions watch anything
    public record WatchSummary(int sessions, int paths, long watches) {}

    /// The numbers of `wchs`.
    public WatchSummary watchSummary() {
        Map<Long, List<String>> bySession = facts.watches().pathsBySession();
        long watches = 0;
        for (List<String> paths : bySession.values()) {
            watches += paths.size();
        }
        return new WatchSummary(bySession.size(), sessionsByWatchedPath(bySession).size(), watches);
    }

    /// Watched paths with the sessions that watch them, both in order.
    public Map<String, List<Long>> sessionsByWatchedPath() {
        return sessionsByWatchedPath(facts.watches().pathsBySession());
    }

    private static Map<String, List<Long>> sessionsByWatchedPath(Map<Long, List<String>> watched) {
        var byPath = new TreeMap<String, List<Long>>();
        watched.forEach((session, paths) -> {
            for (String path : paths) {
                byPath.computeIfAbsent(path, p -> new ArrayList<>()).add(session);
            }
        });
        byPath.values().forEach(Collections::sort);
        return byPath;
    }

    /// `srst`: the numbers of `srvr` start again, and unless Prometheus scrapes them, the metrics.
    public void resetStatistics() {
        facts.stats().reset();
        // Prometheus takes a counter that falls for a restart, so ZooKeeper leaves them then.
        if (!isPrometheus()) {
            metrics.reset();
        }
    }

    public long traceMask() {
        return traceMask.get();
    }

    public void setTraceMask(long mask) {
        traceMask.set(mask);
    }

    /// The lines of `envi`.
    public Map<String, String> environment() {
        return Environment.of(config.properties());
    }

    public boolean isPrometheus() {
        return config.metrics().prometheus() != null;
    }

    /// The directory of the snapshots themselves, as `conf` shows it.
    public String snapshotDirectory() {
        return versionTwo(config.storage().dataDir()).toString();
    }

    /// The directory of the logs themselves.
    public String logDirectory() {
        return versionTwo(config.storage().dataLogDir()).toString();
    }

    public long dataDirBytes() {
        return bytesOf(config.storage().dataDir());
    }

    public long logDirBytes() {
        return bytesOf(config.storage().dataLogDir());
    }

    /// This server's number, 0 standing alone.
    public long serverId() {
        return config.ensemble().isEnsemble() ? config.ensemble().myId() : 0;
    }

    private static long bytesOf(Path directory) {
        try {
            return DirectorySize.of(versionTwo(directory));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Path versionTwo(Path directory) {
        return directory.toAbsolutePath().normalize().resolve("version-2");
    }

    /// `127.0.0.1:40646`, an IPv6 address in brackets. Never asks DNS.
    static String address(InetSocketAddress remote) {
        String host =
                remote.getAddress() == null
                        ? remote.getHostString()
                        : remote.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + remote.getPort();
    }

    // --- gauges ---------------------------------------------------------------------------

    private void supplyGauges() {
        ServerStats stats = facts.stats();
        metrics.decimalGauge(Gauge.AVG_LATENCY, () -> stats.values().latencyAverageMillis());
        metrics.gauge(Gauge.MAX_LATENCY, () -> stats.values().latencyMillisMax());
        metrics.gauge(Gauge.MIN_LATENCY, () -> stats.values().latencyMillisMin());
        metrics.gauge(Gauge.PACKETS_RECEIVED, () -> stats.values().received());
        metrics.gauge(Gauge.PACKETS_SENT, () -> stats.values().sent());
        metrics.gauge(Gauge.LAST_CLIENT_RESPONSE_SIZE, () -> stats.values().responseBytesLast());
        metrics.gauge(Gauge.MAX_CLIENT_RESPONSE_SIZE, () -> stats.values().responseBytesMax());
        metrics.gauge(Gauge.MIN_CLIENT_RESPONSE_SIZE, () -> stats.values().responseBytesMin());
        metrics.gauge(Gauge.AUTH_FAILED_COUNT, () -> stats.values().authFailures());
        metrics.gauge(Gauge.NUM_ALIVE_CONNECTIONS, facts::connectionCount);
        metrics.gauge(Gauge.OUTSTANDING_REQUESTS, facts::outstandingRequests);
        metrics.gauge(Gauge.UPTIME, facts::uptimeMillis);
        metrics.gauge(Gauge.ZNODE_COUNT, facts::znodeCount);
        metrics.gauge(Gauge.WATCH_COUNT, facts::watchCount);
        metrics.gauge(Gauge.EPHEMERALS_COUNT, facts::ephemeralCount);
        metrics.gauge(Gauge.APPROXIMATE_DATA_SIZE, facts::approximateDataBytes);
        metrics.gauge(Gauge.GLOBAL_SESSIONS, facts::sessionCount);
        metrics.gauge(Gauge.LOCAL_SESSIONS, facts::localSessionCount);
        // A probability: with Banyan's connection throttle off it is 0 like ZooKeeper's.
        metrics.decimalGauge(Gauge.CONNECTION_DROP_PROBABILITY, facts::dropChance);
        // Asked for anew each time: loading the management beans would slow the start.
        metrics.gauge(Gauge.OPEN_FILE_DESCRIPTOR_COUNT, FileDescriptors::open);
        metrics.gauge(Gauge.MAX_FILE_DESCRIPTOR_COUNT, FileDescriptors::most);
    }

    /// The gauges of the role that this server has now: to be called when it changed.
    public void roleChanged() {
        MemberFacts member = facts.member();
        if (member == null) {
            return;
        }
        metrics.gauge(
                Gauge.QUORUM_SIZE,
                () ->
                        ensemble().servers().values().stream()
                                .filter(each -> each.role() == ServerConfig.Role.PARTICIPANT)
                                .count());
        ROLE_GAUGES.forEach(metrics::removeGauge);
        if (member.role() == MemberFacts.Role.LEADING) {
            long since = facts.elapsedMillis();
            metrics.gauge(Gauge.LEARNERS, () -> now(m -> m.learners().size()));
            metrics.gauge(Gauge.SYNCED_FOLLOWERS, () -> now(m -> m.synced(false)));
            metrics.gauge(Gauge.SYNCED_NON_VOTING_FOLLOWERS, () -> 0);
            metrics.gauge(Gauge.SYNCED_OBSERVERS, () -> now(m -> m.synced(true)));
            metrics.gauge(Gauge.PENDING_SYNCS, () -> now(MemberFacts::pendingSyncs));
            metrics.gauge(Gauge.LEADER_UPTIME, () -> facts.elapsedMillis() - since);
            metrics.gauge(Gauge.LAST_PROPOSAL_SIZE, () -> now(m -> m.proposals().last()));
            metrics.gauge(Gauge.MAX_PROPOSAL_SIZE, () -> now(m -> m.proposals().max()));
            metrics.gauge(Gauge.MIN_PROPOSAL_SIZE, () -> now(m -> m.proposals().min()));
        } else if (member.role() == MemberFacts.Role.FOLLOWING) {
            metrics.gauge(Gauge.SYNCED_OBSERVERS, () -> now(m -> m.synced(true)));
        }
    }

    private long now(ToLongFunction<MemberFacts> number) {
        MemberFacts member = facts.member();
        return member == null ? 0 : number.applyAsLong(member);
    }

    private static final class FileDescriptors {
        static long open() {
            return ManagementFactory.getOperatingSystemMXBean()
                            instanceof UnixOperatingSystemMXBean unix
                    ? unix.getOpenFileDescriptorCount()
                    : 0;
        }

        static long most() {
            return ManagementFactory.getOperatingSystemMXBean()
                            instanceof UnixOperatingSystemMXBean unix
                    ? unix.getMaxFileDescriptorCount()
                    : 0;
        }
    }
}
