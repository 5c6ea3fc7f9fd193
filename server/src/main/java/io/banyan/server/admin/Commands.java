package io.banyan.server.admin;

import io.banyan.server.config.Endpoint;
import io.banyan.server.config.Secrets;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.MetricsText;
import io.banyan.server.metrics.ServerStats;
import io.banyan.server.operate.ConnectionFacts;
import io.banyan.server.operate.MemberFacts;
import io.banyan.server.operate.Operations;
import io.banyan.server.operate.Operator;
import io.banyan.server.operate.ServerFacts;
import io.banyan.server.operate.ServerFacts.Serving;
import io.banyan.server.operate.SessionFacts;
import io.banyan.server.operate.Version;
import io.banyan.wire.Zxid;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The commands themselves, without HTTP. May block; any thread.
final class Commands {
    /// One request.
    ///
    /// @param arguments of the query, the first value of each
    /// @param authorization the header, null if there is none
    /// @param body null unless it was a POST
    record Call(
            Map<String, String> arguments,
            @Nullable String authorization,
            InetAddress from,
            @Nullable InputStream body) {}

    private record Command(
            String name, boolean needsServing, boolean post, Function<Call, Reply> run) {}

    private final ServerConfig config;
    private final ServerFacts facts;
    private final Operator operator;
    private final Metrics metrics;
    private final @Nullable SnapshotControl snapshots;
    private final Spacing snapshotSpacing;
    private final Spacing restoreSpacing;
    private final Map<String, Command> byName = new TreeMap<>();
    private final SortedSet<String> names = new TreeSet<>();

    Commands(
            ServerConfig config,
            ServerFacts facts,
            Operator operator,
            Metrics metrics,
            @Nullable SnapshotControl snapshots,
            LongSupplier nowNanos) {
        this.config = config;
        this.facts = facts;
        this.operator = operator;
        this.metrics = metrics;
        this.snapshots = snapshots;
        long intervalMillis = config.admin().snapshotIntervalMillis();
        // ZooKeeper hands its limiter of snapshots milliseconds that this takes for microseconds;
        // whoever takes snapshots every minute today must be able to tomorrow.
        this.snapshotSpacing = new Spacing(intervalMillis * 1_000, nowNanos);
        this.restoreSpacing = new Spacing(intervalMillis * 1_000_000, nowNanos);
        register();
    }

    private void register() {
        add(true, this::connectionStatReset, "connection_stat_reset", "crst");
        add(true, this::configuration, "configuration", "conf", "config");
        add(true, this::connections, "connections", "cons");
        add(true, this::dirs, "dirs");
        add(true, this::dump, "dump");
        add(false, this::environment, "environment", "env", "envi");
        add(false, this::getTraceMask, "get_trace_mask", "gtmk");
        add(false, this::setTraceMask, "set_trace_mask", "stmk");
        add(true, this::hash, "hash");
        add(true, this::initialConfiguration, "initial_configuration", "icfg");
        add(true, this::isReadOnly, "is_read_only", "isro");
        add(true, this::lastSnapshot, "last_snapshot", "lsnp");
        add(true, this::leader, "leader", "lead");
        add(true, this::monitor, "monitor", "mntr");
        add(true, this::observerStatReset, "observer_connection_stat_reset", "orst");
        add(true, this::observers, "observers", "obsr");
        add(true, call -> Reply.empty(), "ruok");
        add(true, this::serverStats, "server_stats", "srvr");
        add(true, this::stats, "stats", "stat");
        add(true, this::statReset, "stat_reset", "srst");
        add(false, this::systemProperties, "system_properties", "sysp");
        add(true, this::votingView, "voting_view");
        add(true, this::watches, "watches", "wchc");
        add(true, this::watchesByPath, "watches_by_path", "wchp");
        add(true, this::watchSummary, "watch_summary", "wchs");
        add(false, this::zabState, "zabstate");
        add(true, this::snapshot, "snapshot", "snap");
        register(new Command("restore", true, true, this::restore), "rest");
    }

    private void add(boolean needsServing, Function<Call, Reply> run, String... allNames) {
        register(
                new Command(allNames[0], needsServing, false, run),
                Arrays.copyOfRange(allNames, 1, allNames.length));
    }

    private void register(Command command, String... aliases) {
        names.add(command.name());
        byName.put(command.name(), command);
        for (String alias : aliases) {
            byName.put(alias, command);
        }
    }

    /// Primary names in order.
    SortedSet<String> names() {
        return names;
    }

    /// The primary name of a command, or what was asked for if there is none.
    String primaryName(String asked) {
        Command command = byName.get(asked);
        return command == null ? asked : command.name();
    }

    /// Whether a command is asked with POST; false for unknown ones.
    boolean isPost(String asked) {
        Command command = byName.get(asked);
        return command != null && command.post();
    }

    Reply run(String asked, Call call) {
        Command command = byName.get(asked);
        if (command == null) {
            return Reply.error(200, "Unknown command: " + asked);
        }
        if (command.needsServing() && facts.serving() == Serving.NOTHING) {
            return Reply.error(200, Operator.NOT_SERVING);
        }
        return command.run().apply(call);
    }

    // --- statistics -----------------------------------------------------------------------

    private Reply connectionStatReset(Call call) {
        facts.resetConnectionStats();
        return Reply.empty();
    }

    private Reply observerStatReset(Call call) {
        facts.resetLearnerTraffic();
        return Reply.empty();
    }

    private Reply statReset(Call call) {
        operator.resetStatistics();
        return Reply.empty();
    }

    private Reply configuration(Call call) {
        var values = new LinkedHashMap<String, Object>();
        values.put("client_port", facts.clientPort());
        if (facts.secureClientPort() > 0) {
            values.put("secure_client_port", facts.secureClientPort());
        }
        values.put("data_dir", operator.snapshotDirectory());
        values.put("data_log_dir", operator.logDirectory());
        values.put("tick_time", config.timing().tickMillis());
        values.put("max_client_cnxns", config.connectionLimits().perIpMax());
        values.put("min_session_timeout", config.timing().sessionTimeoutMillisMin());
        values.put("max_session_timeout", config.timing().sessionTimeoutMillisMax());
        values.put("server_id", operator.serverId());
        values.put("client_port_listen_backlog", config.clientPorts().acceptBacklog());
        return Reply.of(values);
    }

    private Reply connections(Call call) {
        var values = new LinkedHashMap<String, Object>();
        putConnections(values, true);
        return Reply.of(values);
    }

    private void putConnections(Map<String, Object> values, boolean full) {
        var plain = new ArrayList<Map<String, Object>>();
        var secure = new ArrayList<Map<String, Object>>();
        for (ConnectionFacts connection : facts.connections()) {
            (connection.secure() ? secure : plain).add(connection(connection, full));
        }
        values.put("connections", plain);
        values.put("secure_connections", secure);
    }

    private static Map<String, Object> connection(ConnectionFacts connection, boolean full) {
        var values = new LinkedHashMap<String, Object>();
        values.put("remote_socket_address", address(connection.remote()));
        values.put("interest_ops", connection.interestOps());
        values.put("outstanding_requests", connection.outstanding());
        values.put("packets_received", connection.received());
        values.put("packets_sent", connection.sent());
        if (full) {
            values.put("session_id", connection.sessionId());
            values.put("last_operation", Operations.name(connection.lastOperation()));
            values.put("established", connection.establishedWallMillis());
            values.put("session_timeout", connection.sessionTimeoutMillis());
            values.put("last_cxid", connection.lastCxid());
            values.put("last_zxid", connection.lastZxid());
            values.put("last_response_time", connection.lastResponseMillis());
            values.put("last_latency", connection.lastLatencyMillis());
            values.put("min_latency", connection.latencyMillisMin());
            values.put("avg_latency", connection.latencyMillisAverage());
            values.put("max_latency", connection.latencyMillisMax());
        }
        return values;
    }

    private static String address(InetSocketAddress remote) {
        String host =
                remote.getAddress() == null
                        ? remote.getHostString()
                        : remote.getAddress().getHostAddress();
        return host + ":" + remote.getPort();
    }

    private Reply serverStats(Call call) {
        return Reply.of(statistics());
    }

    private Reply stats(Call call) {
        var values = statistics();
        putConnections(values, false);
        return Reply.of(values);
    }

    private Map<String, Object> statistics() {
        ServerStats.Values now = facts.stats().values();
        var responses = new LinkedHashMap<String, Object>();
        responses.put("last_buffer_size", now.responseBytesLast());
        responses.put("min_buffer_size", now.responseBytesMin());
        responses.put("max_buffer_size", now.responseBytesMax());
        var numbers = new LinkedHashMap<String, Object>();
        numbers.put("packets_sent", now.sent());
        numbers.put("packets_received", now.received());
        numbers.put("fsync_threshold_exceed_count", now.slowSyncs());
        numbers.put("client_response_stats", responses);
        numbers.put("provider_null", false);
        numbers.put("data_dir_size", operator.dataDirBytes());
        numbers.put("log_dir_size", operator.logDirBytes());
        numbers.put("last_processed_zxid", facts.lastZxid());
        numbers.put("outstanding_requests", facts.outstandingRequests());
        numbers.put("server_state", facts.serverState());
        numbers.put("avg_latency", now.latencyAverageMillis());
        numbers.put("max_latency", now.latencyMillisMax());
        numbers.put("min_latency", now.latencyMillisMin());
        numbers.put("num_alive_client_connections", facts.connectionCount());
        numbers.put("uptime", facts.uptimeMillis());
        numbers.put("auth_failed_count", now.authFailures());
        numbers.put("non_mtlsremote_conn_count", 0);
        numbers.put("non_mtlslocal_conn_count", 0);
        var values = new LinkedHashMap<String, Object>();
        values.put("version", Version.text());
        values.put("read_only", isReadOnly());
        values.put("server_stats", numbers);
        values.put("client_response", responses);
        MemberFacts member = facts.member();
        if (member != null && member.role() == MemberFacts.Role.LEADING) {
            var proposals = new LinkedHashMap<String, Object>();
            proposals.put("last_buffer_size", member.proposals().last());
            proposals.put("min_buffer_size", member.proposals().min());
            proposals.put("max_buffer_size", member.proposals().max());
            values.put("proposal_stats", proposals);
        }
        values.put("node_count", facts.znodeCount());
        return values;
    }

    private Reply monitor(Call call) {
        var values = new LinkedHashMap<String, Object>();
        values.put("version", Version.text());
        values.put("server_state", facts.serverState());
        MemberFacts member = facts.member();
        if (member != null) {
            values.put("peer_state", member.peerState());
            if (member.role() == MemberFacts.Role.OBSERVING) {
                values.put("observer_master_id", member.observerMasterId());
            }
        }
        values.putAll(MetricsText.values(metrics, operator.isPrometheus(), config.metrics().jvm()));
        return Reply.of(values);
    }

    private Reply dirs(Call call) {
        var values = new LinkedHashMap<String, Object>();
        values.put("datadir_size", operator.dataDirBytes());
        values.put("logdir_size", operator.logDirBytes());
        return Reply.of(values);
    }

    // --- what is in the tree --------------------------------------------------------------

    private Reply dump(Call call) {
        var byExpiry = new TreeMap<Long, List<Long>>();
        var ephemerals = new LinkedHashMap<String, Object>();
        facts.localSessions().forEach((expiry, ids) -> byExpiry.put(expiry, new ArrayList<>(ids)));
        for (SessionFacts session : facts.sessions()) {
            byExpiry.computeIfAbsent(session.expiresAtMillis(), e -> new ArrayList<>())
                    .add(session.sessionId());
            if (!session.ephemerals().isEmpty()) {
                ephemerals.put(Long.toString(session.sessionId()), session.ephemerals());
            }
        }
        var values = new LinkedHashMap<String, Object>();
        values.put("expiry_time_to_session_ids", byExpiry);
        values.put("session_id_to_ephemeral_paths", ephemerals);
        return Reply.of(values);
    }

    private Reply hash(Call call) {
        var digests = new ArrayList<Map<String, Object>>();
        for (ServerFacts.DigestEntry entry : facts.digests()) {
            var digest = new LinkedHashMap<String, Object>();
            digest.put("zxid", entry.zxid());
            digest.put("digest_version", entry.version());
            digest.put("digest", entry.digest());
            digests.add(digest);
        }
        return Reply.of("digests", digests);
    }

    private Reply watches(Call call) {
        return Reply.of(
                "session_id_to_watched_paths", new TreeMap<>(facts.watches().pathsBySession()));
    }

    private Reply watchesByPath(Call call) {
        return Reply.of("path_to_session_ids", operator.sessionsByWatchedPath());
    }

    private Reply watchSummary(Call call) {
        Operator.WatchSummary summary = operator.watchSummary();
        var values = new LinkedHashMap<String, Object>();
        values.put("num_connections", summary.sessions());
        values.put("num_paths", summary.paths());
        values.put("num_total_watches", summary.watches());
        return Reply.of(values);
    }

    // --- the server and its surroundings --------------------------------------------------

    private Reply environment(Call call) {
        return Reply.of(new LinkedHashMap<>(operator.environment()));
    }

    private Reply systemProperties(Call call) {
        var shown = new TreeMap<String, Object>();
        config.properties().forEach((key, value) -> shown.put(key, Secrets.shown(key, value)));
        return Reply.of(shown);
    }

    /// The file as it was at start, but for the passwords in it: whoever reaches this port may not
    /// reach the file.
    private Reply initialConfiguration(Call call) {
        var shown = new StringBuilder();
        config.text()
                .lines()
                .forEach(line -> {
                    int equals = line.indexOf('=');
                    String key = equals < 0 ? line : line.substring(0, equals).trim();
                    shown.append(
                            equals >= 0 && Secrets.isSecret(key)
                                    ? line.substring(0, equals + 1) + "***"
                                    : line);
                    shown.append('\n');
                });
        return Reply.of("initial_configuration", shown.toString());
    }

    private Reply getTraceMask(Call call) {
        return Reply.of("tracemask", operator.traceMask());
    }

    private Reply setTraceMask(Call call) {
        String wanted = call.arguments().get("traceMask");
        String complaint = "setTraceMask requires long traceMask argument";
        if (wanted == null) {
            return Reply.of("error", complaint);
        }
        try {
            long mask = Long.parseLong(wanted);
            operator.setTraceMask(mask);
            return Reply.of("tracemask", mask);
        } catch (NumberFormatException notANumber) {
            return Reply.of("error", complaint + ", got " + wanted);
        }
    }

    private boolean isReadOnly() {
        return facts.serving() == Serving.READ_ONLY;
    }

    private Reply isReadOnly(Call call) {
        return Reply.of("read_only", isReadOnly());
    }

    private Reply lastSnapshot(Call call) {
        ServerFacts.LastSnapshot last = facts.lastSnapshot();
        var values = new LinkedHashMap<String, Object>();
        values.put("zxid", Long.toHexString(last.zxid()));
        values.put("timestamp", last.writtenAtSeconds());
        return Reply.of(values);
    }

    // --- of an ensemble -------------------------------------------------------------------

    private Reply leader(Call call) {
        MemberFacts member = facts.member();
        if (member == null) {
            return Reply.of("error", "server is not initialized");
        }
        var values = new LinkedHashMap<String, Object>();
        values.put("is_leader", member.role() == MemberFacts.Role.LEADING);
        values.put("leader_id", member.leaderId());
        ServerConfig.Server leader = ensemble().servers().get(member.leaderId());
        values.put("leader_ip", leader == null ? "" : leader.addresses().getFirst().host());
        return Reply.of(values);
    }

    private Reply observers(Call call) {
        MemberFacts member = facts.member();
        var observers = new ArrayList<Map<String, Object>>();
        if (member != null) {
            for (MemberFacts.Learner each : member.learners()) {
                if (each.observer() && each.traffic() != null) {
                    observers.add(learner(each.serverId(), each.traffic()));
                }
            }
        }
        var values = new LinkedHashMap<String, Object>();
        values.put("synced_observers", member == null ? 0 : member.synced(true));
        values.put("observers", observers);
        return Reply.of(values);
    }

    private static Map<String, Object> learner(long serverId, MemberFacts.Traffic traffic) {
        var values = new LinkedHashMap<String, Object>();
        values.put("remote_socket_address", traffic.remote().toString());
        values.put("sid", serverId);
        values.put("established", traffic.establishedMillis());
        values.put("queued_packets", traffic.queuedPackets());
        values.put("queued_packets_size", traffic.queuedBytes());
        values.put("packets_received", traffic.packetsReceived());
        values.put("packets_sent", traffic.packetsSent());
        values.put("requests", traffic.requests());
        values.put("last_zxid", traffic.lastZxid());
        return values;
    }

    /// The members of this moment.
    private ServerConfig.Ensemble ensemble() {
        return facts.members(config.ensemble());
    }

    private Reply votingView(Call call) {
        var view = new LinkedHashMap<String, Object>();
        if (config.ensemble().isEnsemble()) {
            new TreeMap<>(ensemble().servers())
                    .forEach((id, server) -> {
                        if (server.role() == ServerConfig.Role.PARTICIPANT) {
                            view.put(Long.toString(id), view(server));
                        }
                    });
        }
        return Reply.of("current_config", view);
    }

    /// Where clients find a server: what its line says, or, of this one, its own client port.
    private String clientAddress(ServerConfig.Server server) {
        Endpoint client = server.client();
        if (client == null && server.id() == config.ensemble().myId()) {
            client = config.clientPorts().plain();
        }
        return client == null ? "" : client.toString();
    }

    private Map<String, Object> view(ServerConfig.Server server) {
        var quorum = new ArrayList<String>();
        var election = new ArrayList<String>();
        for (ServerConfig.PeerAddress each : server.addresses()) {
            quorum.add(new Endpoint(each.host(), each.quorumPort()).toString());
            election.add(new Endpoint(each.host(), each.electionPort()).toString());
        }
        var values = new LinkedHashMap<String, Object>();
        values.put("server_addresses", quorum);
        values.put("election_addresses", election);
        values.put("client_address", clientAddress(server));
        values.put(
                "learner_type",
                server.role() == ServerConfig.Role.OBSERVER ? "observer" : "participant");
        return values;
    }

    private Reply zabState(Call call) {
        var values = new LinkedHashMap<String, Object>();
        MemberFacts member = facts.member();
        ServerConfig.Server me = ensemble().servers().get(config.ensemble().myId());
        if (member == null || me == null) {
            values.put("voting", false);
            values.put("zabstate", "");
            return Reply.of(values);
        }
        values.put("myid", me.id());
        values.put("is_leader", member.role() == MemberFacts.Role.LEADING);
        values.put("quorum_address", addresses(me, ServerConfig.PeerAddress::quorumPort));
        values.put("election_address", addresses(me, ServerConfig.PeerAddress::electionPort));
        values.put("client_address", clientAddress(me));
        values.put("voting", me.role() == ServerConfig.Role.PARTICIPANT);
        long zxid = facts.lastZxid();
        values.put("last_zxid", Zxid.hex(zxid));
        values.put("zab_epoch", Zxid.epoch(zxid));
        values.put("zab_counter", zxid & 0xffffffffL);
        values.put("zabstate", member.zabState());
        return Reply.of(values);
    }

    /// ZooKeeper tells its own view of a server that may have several addresses. Of itself a server
    /// thinks that it can be reached at all of them.
    private static Map<String, Object> addresses(
            ServerConfig.Server server, ToIntFunction<ServerConfig.PeerAddress> portOf) {
        var all = new ArrayList<String>();
        var hosts = new ArrayList<String>();
        var ports = new ArrayList<Integer>();
        var wildcards = new ArrayList<String>();
        for (ServerConfig.PeerAddress each : server.addresses()) {
            int port = portOf.applyAsInt(each);
            all.add(new Endpoint(each.host(), port).toString());
            hosts.add(each.host());
            ports.add(port);
            wildcards.add(new Endpoint("", port).toString());
        }
        var values = new LinkedHashMap<String, Object>();
        values.put("all_addresses", all);
        values.put("all_host_strings", hosts);
        values.put("all_ports", ports);
        values.put("all_reachable_addresses", all);
        values.put("all_reachable_addresses_or_all", all);
        values.put("empty", all.isEmpty());
        values.put("one", all.getFirst());
        values.put("reachable_address", all.getFirst());
        values.put("reachable_or_one", all.getFirst());
        values.put("wildcard_addresses", wildcards);
        return values;
    }

    // --- snapshot and restore -------------------------------------------------------------

    private Reply snapshot(Call call) {
        Reply refusal = refusal(call, config.admin().snapshotEnabled(), snapshotSpacing);
        SnapshotControl control = snapshots;
        if (refusal != null || control == null) {
            return refusal != null ? refusal : Reply.error(503, "Snapshots are not available");
        }
        try {
            SnapshotControl.Snapshot taken = control.take();
            var headers = new LinkedHashMap<String, String>();
            headers.put("last_zxid", Zxid.hex(taken.lastZxid()));
            headers.put("snapshot_size", Long.toString(taken.bytes()));
            // Streaming is the default; only another word than true asks for the headers alone.
            boolean streaming =
                    call.arguments().getOrDefault("streaming", "true").equalsIgnoreCase("true");
            if (!streaming) {
                taken.body().close();
                return new Reply(200, Map.of(), null, headers, null);
            }
            return new Reply(200, Map.of(), null, headers, taken.body());
        } catch (IOException failed) {
            return Reply.error(500, "Taking the snapshot failed: " + failed.getMessage());
        }
    }

    private Reply restore(Call call) {
        Reply refusal = refusal(call, config.admin().restoreEnabled(), restoreSpacing);
        SnapshotControl control = snapshots;
        if (refusal != null || control == null) {
            return refusal != null ? refusal : Reply.error(503, "Restore is not available");
        }
        InputStream body = call.body();
        if (body == null) {
            return Reply.error(400, "A snapshot must be in the body of the request");
        }
        try {
            return Reply.of("last_zxid", Zxid.hex(control.restore(body)));
        } catch (IOException failed) {
            return Reply.error(500, "The snapshot was not restored: " + failed.getMessage());
        }
    }

    /// Who may not, and when not; null if the command may go on.
    private @Nullable Reply refusal(Call call, boolean enabled, Spacing spacing) {
        String authorization = call.authorization();
        if (authorization == null) {
            return Reply.error(401, "Auth info is missing for the command");
        }
        SnapshotControl control = snapshots;
        if (control == null || !enabled) {
            return Reply.error(503, "This command is disabled");
        }
        int space = authorization.indexOf(' ');
        if (space < 0) {
            return Reply.error(401, "Not authenticated");
        }
        byte[] credentials = authorization.substring(space + 1).getBytes(StandardCharsets.UTF_8);
        return switch (control.check(authorization.substring(0, space), credentials, call.from())) {
            case NOT_AUTHENTICATED -> Reply.error(401, "Not authenticated");
            case NOT_AUTHORIZED -> Reply.error(403, "Not authorized");
            case ADMITTED -> notNow(spacing);
        };
    }

    private @Nullable Reply notNow(Spacing spacing) {
        if (!config.storage().snapshotHasLastZxid()) {
            return Reply.error(
                    500, "serializeLastProcessedZxid.enabled must not be false for this");
        }
        return spacing.tryAcquire() ? null : Reply.error(429, "Too soon after the last one");
    }

    /// Lets one through per interval.
    private static final class Spacing {
        private final long intervalNanos;
        private final LongSupplier nowNanos;
        private boolean used;
        private long lastNanos;

        Spacing(long intervalNanos, LongSupplier nowNanos) {
            this.intervalNanos = intervalNanos;
            this.nowNanos = nowNanos;
        }

        synchronized boolean tryAcquire() {
            long now = nowNanos.getAsLong();
            if (used && now - lastNanos < intervalNanos) {
                return false;
            }
            used = true;
            lastNanos = now;
            return true;
        }
    }
}
