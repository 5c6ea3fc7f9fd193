package io.banyan.nacos;

import static io.banyan.nacos.NacosServer.form;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.banyan.nacos.json.Json;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamingOverHttpTest {
    private static final String INSTANCE = "/v1/ns/instance";

    private static final Duration GONE_AFTER = Duration.ofSeconds(5);

    /// Beats: every 200 ms; unhealthy after a second, and so long before it is gone that nobody who
    /// looks, on however busy a machine, misses it.
    private static final String SHORT_TIMEOUTS =
            "{\"preserved.heart.beat.interval\":\"200\",\"preserved.heart.beat.timeout\":\"1000\","
                    + "\"preserved.ip.delete.timeout\":\""
                    + GONE_AFTER.toMillis()
                    + "\"}";

    private static NacosServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new NacosServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void whatIsRegisteredIsListedWithGroupedNameAndEchoedClusters() throws Exception {
        register("listed", "10.0.0.1", "weight", "2.5", "metadata", "{\"k\":\"v\"}");

        JsonNode list = json(INSTANCE + "/list?serviceName=listed&clusters=DEFAULT");

        assertThat(list.get("name").asText()).isEqualTo("DEFAULT_GROUP@@listed");
        assertThat(list.get("clusters").asText()).isEqualTo("DEFAULT");
        assertThat(list.get("cacheMillis").asInt()).isEqualTo(10_000);
        JsonNode host = list.get("hosts").get(0);
        assertThat(host.get("instanceId").asText())
                .isEqualTo("10.0.0.1#80#DEFAULT#DEFAULT_GROUP@@listed");
        assertThat(host.get("weight").asDouble()).isEqualTo(2.5);
        assertThat(host.get("healthy").asBoolean()).isTrue();
        assertThat(host.get("ephemeral").asBoolean()).isTrue();
        assertThat(host.get("metadata").get("k").asText()).isEqualTo("v");
    }

    @Test
    void aServiceMayBeCalledAsAPathIs() throws Exception {
        for (String name : List.of("..", "../up", "a/../b", "a/b:c%d")) {
            register(name, "10.0.0.1");

            JsonNode list = json(INSTANCE + "/list?" + form("serviceName", name));
            assertThat(list.get("hosts")).as(name).hasSize(1);
        }
    }

    @Test
    void whatCannotBeANamespaceIsRefused() throws Exception {
        String place = form("serviceName", "s", "ip", "10.0.0.1", "port", "80");

        assertThat(server.post(INSTANCE, place + "namespaceId=a%2Fb").statusCode()).isEqualTo(400);
        assertThat(server.post(INSTANCE, place + "namespaceId=new").statusCode()).isEqualTo(200);
    }

    @Test
    void aServiceOfNobodyIsAnEmptyList() throws Exception {
        JsonNode list = json(INSTANCE + "/list?serviceName=nobody");

        assertThat(list.get("hosts")).isEmpty();
        assertThat(list.get("name").asText()).isEqualTo("DEFAULT_GROUP@@nobody");
    }

    @Test
    void aDeregisteredInstanceIsGoneAndDeregisteringAgainIsOk() throws Exception {
        register("leaves", "10.0.0.1");
        for (int i = 0; i < 2; i++) {
            var answer =
                    server.send(
                            "DELETE", INSTANCE + "?serviceName=leaves&ip=10.0.0.1&port=80&", null);
            assertThat(answer.body()).isEqualTo("ok");
        }
        assertThat(hosts("leaves")).isEmpty();
    }

    @Test
    void theRevisionGrowsWithEveryChangeAlsoWhenInstancesLeave() throws Exception {
        register("grows", "10.0.0.1");
        long one = revision("grows");
        register("grows", "10.0.0.2");
        long two = revision("grows");
        server.send("DELETE", INSTANCE + "?serviceName=grows&ip=10.0.0.1&port=80", null);
        long three = revision("grows");

        assertThat(two).isGreaterThan(one);
        assertThat(three).isGreaterThan(two);
        assertThat(revision("grows")).isEqualTo(three);
        assertThat(three).isLessThan(1L << 53);
    }

    @Test
    void withoutBeatsAnInstanceIsUnhealthyThenGone() throws Exception {
        register("silent", "10.0.0.1", "metadata", SHORT_TIMEOUTS);

        await(() -> hosts("silent").stream().anyMatch(h -> !h.get("healthy").asBoolean()));
        await(() -> hosts("silent").isEmpty());
    }

    @Test
    void beatsKeepAnInstanceAndBringItsHealthBack() throws Exception {
        register("beating", "10.0.0.1", "metadata", SHORT_TIMEOUTS);
        await(() -> hosts("beating").stream().anyMatch(h -> !h.get("healthy").asBoolean()));

        assertThat(beat("beating", "10.0.0.1").get("code").asInt()).isEqualTo(10_200);
        assertThat(hosts("beating").getFirst().get("healthy").asBoolean()).isTrue();
        long end = System.nanoTime() + GONE_AFTER.plusSeconds(1).toNanos();
        while (System.nanoTime() < end) {
            assertThat(beat("beating", "10.0.0.1").get("code").asInt()).isEqualTo(10_200);
        }
        assertThat(hosts("beating")).hasSize(1);
    }

    @Test
    void aLightBeatOfAnUnknownInstanceAsksForRegistrationAndAFullOneRegisters() throws Exception {
        assertThat(beat("unknown", "10.0.0.9").get("code").asInt()).isEqualTo(20_404);

        var full =
                server.send(
                        "PUT",
                        INSTANCE + "/beat?serviceName=unknown",
                        form(
                                "beat",
                                "{\"ip\":\"10.0.0.9\",\"port\":80,\"weight\":1.0,\"metadata\":{}}"));

        assertThat(Json.parse(full.body()).get("code").asInt()).isEqualTo(10_200);
        assertThat(hosts("unknown")).hasSize(1);
    }

    @Test
    void persistentInstancesNeedNoBeats() throws Exception {
        register("lasting", "10.0.0.1", "ephemeral", "false");

        try (var zk = new ZooKeeper(server.zooKeeper(), 10_000, event -> {})) {
            String path = "/nacos/naming/public/DEFAULT_GROUP/lasting/DEFAULT/10.0.0.1:80";
            assertThat(zk.exists(path, false).getEphemeralOwner()).isZero();
        }
        assertThat(hosts("lasting").getFirst().get("ephemeral").asBoolean()).isFalse();
    }

    @Test
    void anOverrideSurvivesTheNextRegistration() throws Exception {
        register("over", "10.0.0.1", "metadata", "{\"a\":\"1\"}");
        put(
                INSTANCE
                        + "?serviceName=over&ip=10.0.0.1&port=80&weight=7&metadata=%7B%22b%22%3A%222%22%7D");
        register("over", "10.0.0.1", "metadata", "{\"a\":\"1\"}");

        JsonNode host = hosts("over").getFirst();
        assertThat(host.get("weight").asDouble()).isEqualTo(7);
        assertThat(host.get("metadata").get("a").asText()).isEqualTo("1");
        assertThat(host.get("metadata").get("b").asText()).isEqualTo("2");

        put(INSTANCE + "?serviceName=over&ip=10.0.0.1&port=80&enabled=false");
        assertThat(hosts("over")).isEmpty();
    }

    @Test
    void anOverrideIsForgottenAfterItsInstanceAndTheRevisionGrowsOn() throws Exception {
        try (var quick = new NacosServer("zookeeper.nacos.overrideKeepMillis", "50")) {
            String instance = INSTANCE + "?serviceName=over&ip=10.0.0.1&port=80&ephemeral=false";
            String list = INSTANCE + "/list?serviceName=over";
            quick.post(instance + "&weight=2", null);
            quick.send("PUT", instance + "&weight=7", null);
            JsonNode overridden = Json.parse(quick.get(list).body());
            assertThat(overridden.at("/hosts/0/weight").asDouble()).isEqualTo(7);

            quick.send("DELETE", instance, null);

            String override = "/nacos/naming-meta/public/DEFAULT_GROUP/over/DEFAULT/10.0.0.1:80";
            try (var zk = new ZooKeeper(quick.zooKeeper(), 10_000, event -> {})) {
                await(() -> {
                    try {
                        return zk.exists(override, false) == null;
                    } catch (KeeperException.ConnectionLossException notYet) {
                        return false;
                    } catch (KeeperException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
            }
            quick.post(instance + "&weight=2", null);
            assertThat(Json.parse(quick.get(list).body()).at("/hosts/0/weight").asDouble())
                    .isEqualTo(2);
            assertThat(Json.parse(quick.get(list).body()).get("lastRefTime").asLong())
                    .isGreaterThan(overridden.get("lastRefTime").asLong());
        }
    }

    @Test
    void theThresholdShowsAllAsHealthyOnlyWhereItWasSet() throws Exception {
        for (int i = 1; i <= 5; i++) {
            register("protect", "10.0.0." + i, "healthy", i == 1 ? "true" : "false");
        }
        assertThat(hosts("protect").stream().filter(h -> h.get("healthy").asBoolean())).hasSize(1);

        put("/v1/ns/service?serviceName=protect&protectThreshold=0.8");

        assertThat(hosts("protect").stream().filter(h -> h.get("healthy").asBoolean())).hasSize(5);
    }

    @Test
    void aChangeIsPushedToTheUdpPortOfWhoListed() throws Exception {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout(10_000);
            json(
                    INSTANCE
                            + "/list?serviceName=pushed&clusters=DEFAULT&clientIP=127.0.0.1&udpPort="
                            + socket.getLocalPort());
            register("pushed", "10.0.0.1");

            var packet = new DatagramPacket(new byte[65_536], 65_536);
            socket.receive(packet);
            JsonNode push =
                    Json.parse(
                            new String(
                                    packet.getData(),
                                    0,
                                    packet.getLength(),
                                    StandardCharsets.UTF_8));
            assertThat(push.get("type").asText()).isEqualTo("dom");
            JsonNode list = Json.parse(push.get("data").asText());
            assertThat(list.get("clusters").asText()).isEqualTo("DEFAULT");
            assertThat(list.get("hosts")).hasSize(1);
            assertThat(push.get("lastRefTime")).isEqualTo(list.get("lastRefTime"));
        }
    }

    @Test
    void anEphemeralZnodeOfAZooKeeperClientIsAnInstance() throws Exception {
        register("mixed", "10.0.0.1");
        try (var zk = new ZooKeeper(server.zooKeeper(), 10_000, event -> {})) {
            zk.create(
                    "/nacos/naming/public/DEFAULT_GROUP/mixed/DEFAULT/10.0.0.2:81",
                    "{\"ip\":\"10.0.0.2\",\"port\":81}".getBytes(StandardCharsets.UTF_8),
                    org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE,
                    org.apache.zookeeper.CreateMode.EPHEMERAL);
            await(() -> hosts("mixed").size() == 2);
        }
        await(() -> hosts("mixed").size() == 1);
    }

    @Test
    void namesThatZnodesCannotHaveComeBackAsTheyWere() throws Exception {
        for (String name : List.of("providers:com.x.Y:1.0:", "a/b%c", ".", "..")) {
            server.post(INSTANCE, form("serviceName", name, "ip", "10.0.0.1", "port", "80"));
        }
        JsonNode list = json("/v1/ns/service/list?pageNo=1&pageSize=2147483647");

        assertThat(list.get("doms").findValuesAsText("")).isEmpty();
        assertThat(list.get("doms").toString())
                .contains("\"providers:com.x.Y:1.0:\"", "\"a/b%c\"", "\".\"", "\"..\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serviceName=s&port=80",
                "ip=1.1.1.1&port=80",
                "serviceName=s&ip=1.1.1.1&port=x",
                "serviceName=s&ip=1.1.1.1&port=70000",
                "serviceName=s&ip=1.1.1.1&port=80&weight=10001",
                "serviceName=s&ip=1.1.1.1&port=80&clusterName=a/b",
                "serviceName=a%20b&ip=1.1.1.1&port=80",
                "serviceName=s&ip=1.1.1.1&port=80&metadata=%7Bbroken"
            })
    void whatCannotBeMeantIsRefusedWith400(String form) throws Exception {
        assertThat(server.post(INSTANCE, form).statusCode()).isEqualTo(400);
    }

    private static void register(String service, String ip, String... more) throws Exception {
        var answer =
                server.post(
                        INSTANCE
                                + "?"
                                + form("serviceName", service, "ip", ip, "port", "80")
                                + form(more),
                        null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok");
    }

    private static void put(String path) throws Exception {
        var answer = server.send("PUT", path, null);
        assertThat(answer.body()).isEqualTo("ok");
    }

    private static JsonNode beat(String service, String ip) throws Exception {
        var answer =
                server.send(
                        "PUT",
                        INSTANCE + "/beat?serviceName=" + service + "&ip=" + ip + "&port=80",
                        null);
        return Json.parse(answer.body());
    }

    private static long revision(String service) throws Exception {
        return json(INSTANCE + "/list?serviceName=" + service).get("lastRefTime").asLong();
    }

    private static List<JsonNode> hosts(String service) {
        try {
            return json(INSTANCE + "/list?serviceName=" + service)
                    .get("hosts")
                    .valueStream()
                    .toList();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode json(String pathAndQuery) throws Exception {
        return Json.parse(server.get(pathAndQuery).body());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the time is over").isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
