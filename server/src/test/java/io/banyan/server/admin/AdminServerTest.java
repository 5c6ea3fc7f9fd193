package io.banyan.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.server.config.ServerConfig;
import io.banyan.server.config.ZooCfg;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.operate.FixedFacts;
import io.banyan.server.operate.MemberFacts;
import io.banyan.server.operate.Operator;
import io.banyan.server.operate.ServerFacts.Serving;
import io.banyan.server.operate.Version;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The JSON texts are those of a running ZooKeeper 3.9.5, captured word for word.
class AdminServerTest {
    @TempDir private Path directory;
    private final FixedFacts facts = new FixedFacts();
    private final FakeSnapshots snapshots = new FakeSnapshots();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private @Nullable AdminServer server;

    /// A server that has one snapshot; the password of everybody is `b`, of somebody `c`.
    private static final class FakeSnapshots implements SnapshotControl {
        private String restored = "";

        @Override
        public Access check(String scheme, byte[] credentials, InetAddress from) {
            return switch (scheme + " " + new String(credentials, StandardCharsets.UTF_8)) {
                case "digest a:b" -> Access.ADMITTED;
                case "digest a:c" -> Access.NOT_AUTHORIZED;
                default -> Access.NOT_AUTHENTICATED;
            };
        }

        @Override
        public Snapshot take() {
            byte[] bytes = "ZKSN and so on".getBytes(StandardCharsets.UTF_8);
            return new Snapshot(6, bytes.length, new ByteArrayInputStream(bytes));
        }

        @Override
        public long restore(InputStream body) throws IOException {
            restored = new String(body.readAllBytes(), StandardCharsets.UTF_8);
            if (restored.isEmpty()) {
                throw new IOException("empty");
            }
            return 9;
        }
    }

    private void start(String lines) throws Exception {
        ServerConfig config =
                ZooCfg.parse(
                        new StringReader(
                                "clientPort=22181\ntickTime=2000\ndataDir="
                                        + directory
                                        + "\nadmin.serverAddress=127.0.0.1\nadmin.serverPort=0\n"
                                        + lines),
                        "zoo.cfg",
                        Map.of("os.name", "Linux", "zookeeper.ssl.keyStore.password", "hunter2"));
        var metrics = new Metrics();
        server =
                AdminServer.start(
                                config,
                                facts,
                                new Operator(config, facts, metrics),
                                metrics,
                                snapshots)
                        .get(60, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        client.close();
    }

    private HttpResponse<String> send(String method, String path, String... headers)
            throws Exception {
        return sendBody(method, path, "", headers);
    }

    private HttpResponse<String> sendBody(
            String method, String path, String body, String... headers) throws Exception {
        var request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + server.commandPort() + path))
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private String get(String command) throws Exception {
        HttpResponse<String> response = send("GET", "/commands/" + command);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        return response.body();
    }

    @Test
    void commandsAnswerWithZooKeepersKeysAndSpacing() throws Exception {
        start("");

        assertThat(get("ruok")).isEqualTo("{\n  \"command\" : \"ruok\",\n  \"error\" : null\n}");
        assertThat(get("is_read_only"))
                .isEqualTo(
                        """
                        {
                          "read_only" : false,
                          "command" : "is_read_only",
                          "error" : null
                        }\
                        """);
        assertThat(get("last_snapshot"))
                .isEqualTo(
                        """
                        {
                          "zxid" : "0",
                          "timestamp" : 1795300545,
                          "command" : "last_snapshot",
                          "error" : null
                        }\
                        """);
        assertThat(get("dump"))
                .isEqualTo(
                        """
                        {
                          "expiry_time_to_session_ids" : {
                            "2174000" : [ 72057735891517441 ],
                            "2178000" : [ 72057735891517440 ]
                          },
                          "session_id_to_ephemeral_paths" : {
                            "72057735891517440" : [ "/a/e2", "/a/e" ]
                          },
                          "command" : "dump",
                          "error" : null
                        }\
                        """);
        assertThat(get("watch_summary"))
                .isEqualTo(
                        """
                        {
                          "num_connections" : 2,
                          "num_paths" : 4,
                          "num_total_watches" : 5,
                          "command" : "watch_summary",
                          "error" : null
                        }\
                        """);
        assertThat(get("watches"))
                .isEqualTo(
                        """
                        {
                          "session_id_to_watched_paths" : {
                            "72057735891517440" : [ "/a", "/rec", "/per", "/zz" ],
                            "72057735891517441" : [ "/a" ]
                          },
                          "command" : "watches",
                          "error" : null
                        }\
                        """);
        assertThat(get("hash"))
                .contains(
                        "\"zxid\" : 128,\n    \"digest_version\" : 2,\n    \"digest\" : 1371985504");
    }

    @Test
    void aliasesAnswerUnderThePrimaryName() throws Exception {
        start("");

        for (String[] each :
                new String[][] {
                    {"crst", "connection_stat_reset"},
                    {"conf", "configuration"},
                    {"config", "configuration"},
                    {"cons", "connections"},
                    {"env", "environment"},
                    {"envi", "environment"},
                    {"gtmk", "get_trace_mask"},
                    {"icfg", "initial_configuration"},
                    {"isro", "is_read_only"},
                    {"lsnp", "last_snapshot"},
                    {"lead", "leader"},
                    {"mntr", "monitor"},
                    {"orst", "observer_connection_stat_reset"},
                    {"obsr", "observers"},
                    {"srvr", "server_stats"},
                    {"stat", "stats"},
                    {"srst", "stat_reset"},
                    {"sysp", "system_properties"},
                    {"wchc", "watches"},
                    {"wchp", "watches_by_path"},
                    {"wchs", "watch_summary"}
                }) {
            assertThat(get(each[0])).contains("\"command\" : \"" + each[1] + "\"");
        }
    }

    @Test
    void connectionsAreShownInFull() throws Exception {
        start("");

        assertThat(get("connections"))
                .contains(
                        """
                        {
                            "remote_socket_address" : "127.0.0.1:40646",
                            "interest_ops" : 1,
                            "outstanding_requests" : 0,
                            "packets_received" : 9,
                            "packets_sent" : 9,
                            "session_id" : 72057735891517440,
                            "last_operation" : "ADDW",
                            "established" : 1795300547817,
                            "session_timeout" : 10000,
                            "last_cxid" : 8,
                            "last_zxid" : 4,
                            "last_response_time" : 2167254,
                            "last_latency" : 1,
                            "min_latency" : 0,
                            "avg_latency" : 8,
                            "max_latency" : 26
                          }\
                        """,
                        "  \"secure_connections\" : [ ],\n");
    }

    @Test
    void statisticsHaveTheirNumbersTwiceAsInZooKeeper() throws Exception {
        start("");

        assertThat(get("server_stats"))
                .isEqualTo(
                        "{\n  \"version\" : \""
                                + Version.text()
                                + "\",\n"
                                + """
                                  "read_only" : false,
                                  "server_stats" : {
                                    "packets_sent" : 14,
                                    "packets_received" : 15,
                                    "fsync_threshold_exceed_count" : 0,
                                    "client_response_stats" : {
                                      "last_buffer_size" : 34,
                                      "min_buffer_size" : 16,
                                      "max_buffer_size" : 89
                                    },
                                    "provider_null" : false,
                                    "data_dir_size" : 0,
                                    "log_dir_size" : 0,
                                    "last_processed_zxid" : 6,
                                    "outstanding_requests" : 0,
                                    "server_state" : "standalone",
                                    "avg_latency" : 7.0,
                                    "max_latency" : 26,
                                    "min_latency" : 0,
                                    "num_alive_client_connections" : 3,
                                    "uptime" : 4683,
                                    "auth_failed_count" : 0,
                                    "non_mtlsremote_conn_count" : 0,
                                    "non_mtlslocal_conn_count" : 0
                                  },
                                  "client_response" : {
                                    "last_buffer_size" : 34,
                                    "min_buffer_size" : 16,
                                    "max_buffer_size" : 89
                                  },
                                  "node_count" : 8,
                                  "command" : "server_stats",
                                  "error" : null
                                }\
                                """
                                        .indent(0)
                                        .stripTrailing());
        assertThat(get("monitor"))
                .contains("\"server_state\" : \"standalone\",", "\"znode_count\" : 8,");
    }

    @Test
    void passwordsAreNotShown() throws Exception {
        start("ssl.trustStore.password=hunter2\n");

        assertThat(get("system_properties"))
                .contains("\"zookeeper.ssl.keyStore.password\" : \"***\"")
                .doesNotContain("hunter2");
        assertThat(get("initial_configuration"))
                .contains("ssl.trustStore.password=***\\n")
                .doesNotContain("hunter2");
    }

    @Test
    void aServerThatStandsAloneHasNoLeaderAndNoView() throws Exception {
        start("");

        assertThat(get("leader"))
                .isEqualTo(
                        "{\n  \"error\" : \"server is not initialized\",\n"
                                + "  \"command\" : \"leader\"\n}");
        assertThat(get("voting_view")).contains("\"current_config\" : { },");
        assertThat(get("zabstate")).contains("\"voting\" : false,\n  \"zabstate\" : \"\",");
        assertThat(get("observers")).contains("\"synced_observers\" : 0,\n  \"observers\" : [ ],");
    }

    private void startAsMember(MemberFacts.Role role, MemberFacts.Learner... learners)
            throws Exception {
        Files.writeString(directory.resolve("myid"), "1");
        facts.member =
                new MemberFacts(
                        role,
                        true,
                        2,
                        1,
                        6,
                        List.of(learners),
                        role == MemberFacts.Role.OBSERVING ? 3 : -1,
                        0,
                        new MemberFacts.ProposalSizes(40, 36, 48));
        start(
                """
                initLimit=5
                syncLimit=2
                server.1=127.0.0.1:21881:21882
                server.2=127.0.0.2:21881:21882
                """);
    }

    @Test
    void followerTellsOfItsObserversAndCountsThemAnewIfAsked() throws Exception {
        var traffic =
                new MemberFacts.Traffic(
                        new InetSocketAddress("127.0.0.1", 43486),
                        1795323627899L,
                        2,
                        90,
                        80,
                        81,
                        7,
                        6);
        startAsMember(
                MemberFacts.Role.FOLLOWING,
                new MemberFacts.Learner(4, true, true, 0, traffic),
                new MemberFacts.Learner(5, true, false, 0, null));

        assertThat(get("observers"))
                .contains(
                        "\"synced_observers\" : 1,",
                        "\"remote_socket_address\" : \"/127.0.0.1:43486\",",
                        "\"sid\" : 4,",
                        "\"established\" : 1795323627899,",
                        "\"queued_packets\" : 2,",
                        "\"queued_packets_size\" : 90,",
                        "\"packets_received\" : 80,",
                        "\"packets_sent\" : 81,",
                        "\"requests\" : 7,",
                        "\"last_zxid\" : 6")
                .doesNotContain("\"sid\" : 5");
        get("observer_connection_stat_reset");
        assertThat(facts.trafficResets).isEqualTo(1);
    }

    @Test
    void memberTellsItsAddressesAsZooKeeperDoes() throws Exception {
        startAsMember(MemberFacts.Role.LEADING);

        assertThat(get("zabstate"))
                .contains(
                        "\"all_addresses\" : [ \"127.0.0.1:21881\" ]",
                        "\"all_host_strings\" : [ \"127.0.0.1\" ]",
                        "\"all_ports\" : [ 21882 ]",
                        "\"reachable_or_one\" : \"127.0.0.1:21882\"",
                        "\"wildcard_addresses\" : [ \"0.0.0.0:21881\" ]",
                        "\"client_address\" : \"0.0.0.0:22181\"");
        assertThat(get("voting_view"))
                .contains("\"client_address\" : \"0.0.0.0:22181\"", "\"client_address\" : \"\"");
        assertThat(get("server_stats"))
                .contains(
                        "\"proposal_stats\" : {",
                        "\"last_buffer_size\" : 40,",
                        "\"min_buffer_size\" : 36,",
                        "\"max_buffer_size\" : 48");
    }

    @Test
    void observerTellsWhomItLearnsFrom() throws Exception {
        startAsMember(MemberFacts.Role.OBSERVING);

        assertThat(get("monitor")).contains("\"observer_master_id\" : 3,");
        assertThat(get("server_stats")).doesNotContain("proposal_stats");
    }

    @Test
    void theTraceMaskNeedsANumber() throws Exception {
        start("");

        assertThat(get("set_trace_mask"))
                .isEqualTo(
                        "{\n  \"error\" : \"setTraceMask requires long traceMask argument\",\n"
                                + "  \"command\" : \"set_trace_mask\"\n}");
        assertThat(get("stmk?traceMask=x"))
                .contains("setTraceMask requires long traceMask argument, got x");
        assertThat(get("stmk?traceMask=306")).contains("\"tracemask\" : 306");
    }

    @Test
    void anUnknownCommandIsAnErrorInTheText() throws Exception {
        start("");

        assertThat(get("nosuch"))
                .isEqualTo(
                        "{\n  \"command\" : \"nosuch\",\n"
                                + "  \"error\" : \"Unknown command: nosuch\"\n}");
        assertThat(get("ruok/x")).contains("Unknown command: ruok/x");
    }

    @Test
    void aServerThatDoesNotServeSaysSoWhereServingIsNeeded() throws Exception {
        start("");
        facts.serving = Serving.NOTHING;

        assertThat(get("ruok"))
                .contains("This ZooKeeper instance is not currently serving requests");
        assertThat(get("environment")).contains("\"error\" : null");
    }

    @Test
    void theListOfCommandsIsAPageOfLinks() throws Exception {
        start("");

        String page = send("GET", "/commands").body();

        assertThat(page)
                .startsWith("<a href=\"/commands/configuration\">configuration</a>\n<br/>\n")
                .endsWith("<a href=\"/commands/zabstate\">zabstate</a>\n<br/>\n");
        assertThat(page.lines()).hasSize(2 * 28);
        assertThat(send("GET", "/commands/").body()).isEqualTo(page);
    }

    @Test
    void otherMethodsAreRefused() throws Exception {
        start("");

        assertThat(send("TRACE", "/commands/ruok").statusCode()).isIn(403, 405);
        assertThat(send("PUT", "/commands/ruok").statusCode()).isEqualTo(405);
        assertThat(send("DELETE", "/commands/ruok").statusCode()).isEqualTo(405);
        assertThat(sendBody("POST", "/commands/ruok", "x").statusCode()).isEqualTo(405);
        assertThat(send("HEAD", "/commands/ruok").body()).isEmpty();
        assertThat(send("GET", "/elsewhere").statusCode()).isEqualTo(404);
    }

    @Test
    void readinessTellsTheTruthAndLivenessOnlyThatTheProcessLives() throws Exception {
        start("");

        assertThat(send("GET", "/ready").statusCode()).isEqualTo(200);
        facts.reason = "the disk is full";
        HttpResponse<String> full = send("GET", "/ready");
        assertThat(full.statusCode()).isEqualTo(503);
        assertThat(full.body()).contains("\"ready\" : false", "\"reason\" : \"the disk is full\"");
        facts.reason = "";
        facts.serving = Serving.READ_ONLY;
        assertThat(send("GET", "/ready").statusCode()).isEqualTo(503);
        assertThat(send("GET", "/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aSnapshotIsStreamedToThoseWhoMayDoEverything() throws Exception {
        start("admin.rateLimiterIntervalInMS=0\n");

        assertThat(send("GET", "/commands/snapshot").statusCode()).isEqualTo(401);
        assertThat(send("GET", "/commands/snapshot").body())
                .contains("Auth info is missing for the command");
        assertThat(send("GET", "/commands/snapshot", "Authorization", "nope").body())
                .contains("Not authenticated");
        assertThat(send("GET", "/commands/snapshot", "Authorization", "digest a:c").statusCode())
                .isEqualTo(403);

        HttpResponse<String> taken =
                send("GET", "/commands/snapshot?streaming=true", "Authorization", "digest a:b");
        assertThat(taken.statusCode()).isEqualTo(200);
        assertThat(taken.body()).isEqualTo("ZKSN and so on");
        assertThat(taken.headers().firstValue("last_zxid")).hasValue("0x6");
        assertThat(taken.headers().firstValue("snapshot_size")).hasValue("14");
        assertThat(taken.headers().firstValue("content-type")).hasValue("application/octet-stream");

        HttpResponse<String> headersOnly =
                send("GET", "/commands/snap?streaming=false", "Authorization", "digest a:b");
        assertThat(headersOnly.body())
                .isEqualTo("{\n  \"command\" : \"snapshot\",\n  \"error\" : null\n}");
        assertThat(headersOnly.headers().firstValue("last_zxid")).hasValue("0x6");
    }

    @Test
    void aSecondSnapshotOrRestoreTooSoonIsRefused() throws Exception {
        start("");
        String[] me = {"Authorization", "digest a:b"};

        assertThat(sendBody("POST", "/commands/restore", "ZKSN", me).body())
                .contains("\"last_zxid\" : \"0x9\"");
        assertThat(snapshots.restored).isEqualTo("ZKSN");
        assertThat(sendBody("POST", "/commands/restore", "ZKSN", me).statusCode()).isEqualTo(429);
        assertThat(send("GET", "/commands/restore", me).statusCode()).isEqualTo(405);
        assertThat(send("GET", "/commands/restore").statusCode()).isEqualTo(401);
    }

    @Test
    void aRestoreThatFailsSaysWhy() throws Exception {
        start("");

        HttpResponse<String> empty =
                send("POST", "/commands/restore", "Authorization", "digest a:b");

        assertThat(empty.statusCode()).isEqualTo(500);
        assertThat(empty.body()).contains("The snapshot was not restored: empty");
    }

    @Test
    void disabledSnapshotsAreUnavailable() throws Exception {
        start("admin.snapshot.enabled=false\n");

        assertThat(send("GET", "/commands/snapshot", "Authorization", "digest a:b").statusCode())
                .isEqualTo(503);
    }

    @Test
    void thePathOfTheCommandsCanBeChosen() throws Exception {
        start("admin.commandURL=/zk/admin\n");

        assertThat(send("GET", "/zk/admin/ruok").body()).contains("\"error\" : null");
        assertThat(send("GET", "/zk/admin").body()).contains("href=\"/zk/admin/ruok\"");
        assertThat(send("GET", "/commands/ruok").statusCode()).isEqualTo(404);
    }

    @Test
    void prometheusHasAPortOfItsOwn() throws Exception {
        start(
                "admin.enableServer=false\nmetricsProvider.className="
                        + "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider\n"
                        + "metricsProvider.httpHost=127.0.0.1\nmetricsProvider.httpPort=0\n");

        assertThat(server.commandPort()).isEqualTo(-1);
        var request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics"))
                        .build();
        HttpResponse<String> page = client.send(request, BodyHandlers.ofString());
        assertThat(page.headers().firstValue("content-type"))
                .hasValueSatisfying(
                        type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(page.body()).contains("\nznode_count 8.0\n", "\njvm_info{version=\"");
    }

    @Test
    void aPortInUseIsAnErrorThatNamesTheKey() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = "admin.serverPort=" + taken.getLocalPort() + "\n";

            assertThatThrownBy(() -> start(port))
                    .hasRootCauseInstanceOf(IOException.class)
                    .cause()
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("choose another admin.serverPort");
        }
    }

    @Test
    void sizesOfDirectoriesAreThoseOfTheirFiles() throws Exception {
        Path data = Files.createDirectories(directory.resolve("version-2"));
        Files.writeString(data.resolve("snapshot.0"), "four");
        start("");

        assertThat(get("dirs")).contains("\"datadir_size\" : 4,\n  \"logdir_size\" : 4,");
        assertThat(get("configuration"))
                .contains("\"client_port\" : 22181,\n  \"data_dir\" : \"" + data + "\",");
    }
}
