package io.banyan.nacos;

import static io.banyan.nacos.NacosServer.form;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.banyan.nacos.json.Json;
import java.net.DatagramSocket;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What operators and their scripts ask of Nacos's interfaces of administration.
class WhoIsThereTest {
    private static final String SERVICE = "serviceName=%s&groupName=DEFAULT_GROUP";

    /// Nobody beats here, and nobody knows how long a busy machine takes.
    private static final String LONG_TIMEOUTS =
            "{\"preserved.heart.beat.timeout\":\"600000\","
                    + "\"preserved.ip.delete.timeout\":\"600000\"}";

    private static NacosServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new NacosServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode get(String path) throws Exception {
        var response = server.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Json.parse(response.body());
    }

    private static JsonNode data(String path) throws Exception {
        JsonNode answer = get(path);
        assertThat(answer.get("code").asInt()).isZero();
        return answer.get("data");
    }

    private static void register(String service, String ip, boolean ephemeral) throws Exception {
        var done =
                server.post(
                        "/v1/ns/instance",
                        form(
                                "serviceName",
                                service,
                                "ip",
                                ip,
                                "port",
                                "80",
                                "ephemeral",
                                Boolean.toString(ephemeral)));
        assertThat(done.body()).isEqualTo("ok");
    }

    @Test
    void whoRegistersByHttpGoesByItsAddress() throws Exception {
        register("by-http", "10.1.0.1", true);
        register("by-http", "10.1.0.2", false);

        assertThat(data("/v2/ns/client/list").toString())
                .contains("\"10.1.0.1:80#true\"", "\"10.1.0.2:80#false\"");
        JsonNode client = data("/v2/ns/client?clientId=10.1.0.2:80%23false");
        assertThat(client.get("clientType").asText()).isEqualTo("ipPort");
        assertThat(client.get("ephemeral").asBoolean()).isFalse();
        assertThat(client.get("clientIp").asText()).isEqualTo("10.1.0.2");
        assertThat(client.get("clientPort").asInt()).isEqualTo(80);
        assertThat(client.get("lastUpdatedTime").asLong()).isPositive();
        assertThat(data("/v2/ns/client/publish/list?clientId=10.1.0.1:80%23true").toString())
                .isEqualTo(
                        "[{\"namespace\":\"public\",\"group\":\"DEFAULT_GROUP\","
                                + "\"serviceName\":\"by-http\",\"registeredInstance\":"
                                + "{\"ip\":\"10.1.0.1\",\"port\":80,\"cluster\":\"DEFAULT\"}}]");
        assertThat(data("/v3/admin/ns/client/publish/list?clientId=10.1.0.1:80%23true").toString())
                .isEqualTo(
                        "[{\"namespaceId\":\"public\",\"groupName\":\"DEFAULT_GROUP\","
                                + "\"serviceName\":\"by-http\",\"publisherInfo\":{\"ip\":"
                                + "\"10.1.0.1\",\"port\":80,\"clusterName\":\"DEFAULT\"}}]");
    }

    @Test
    void aServicesPublishersMayBeAskedForByAddress() throws Exception {
        register("published", "10.2.0.1", true);
        register("published", "10.2.0.2", true);
        String of = "/client/service/publisher/list?" + SERVICE.formatted("published");

        assertThat(data("/v2/ns" + of)).hasSize(2);
        assertThat(data("/v2/ns" + of + "&ip=10.2.0.2&port=80").toString())
                .isEqualTo(
                        "[{\"ip\":\"10.2.0.2\",\"port\":80,\"cluster\":\"DEFAULT\","
                                + "\"clientId\":\"10.2.0.2:80#true\"}]");
        assertThat(data("/v3/admin/ns" + of + "&port=81")).isEmpty();
    }

    @Test
    void whoSubscribesByUdpIsTold() throws Exception {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            get("/v1/ns/instance/list?serviceName=by-udp&clientIP=127.0.0.1&app=a&udpPort=" + port);

            JsonNode subscribers =
                    data("/v2/ns/client/service/subscriber/list?" + SERVICE.formatted("by-udp"));

            assertThat(subscribers.toString())
                    .isEqualTo(
                            "[{\"clientId\":\"127.0.0.1:%d#true\",\"ip\":\"127.0.0.1\",\"port\":%d}]"
                                    .formatted(port, port));
        }
    }

    @Test
    void aClientThatIsNotThereIsNotFound() throws Exception {
        for (String path :
                new String[] {
                    "/v2/ns/client?clientId=nobody",
                    "/v2/ns/client/publish/list?clientId=nobody",
                    "/v3/admin/ns/client/subscribe/list?clientId=nobody"
                }) {
            var answer = server.get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(Json.parse(answer.body()).get("code").asInt()).isEqualTo(20_004);
        }
        assertThat(server.get("/v2/ns/client").statusCode()).isEqualTo(400);
    }

    @Test
    void statusesAreAskedForInThePathWithoutAnEnvelope() throws Exception {
        register("state+us", "10.4.0.1", true);

        String expected = "{\"ips\":[\"10.4.0.1:80_true\"]}";
        assertThat(server.get("/v2/ns/instance/statuses/state+us").body()).isEqualTo(expected);
        assertThat(server.get("/v2/ns/instance/statuses/public%23%23state%2Bus").body())
                .isEqualTo(expected);
        assertThat(server.get("/v2/ns/instance/statuses/none").body()).isEqualTo("{\"ips\":[]}");
        assertThat(server.send("DELETE", "/v2/ns/instance/statuses/x", null).statusCode())
                .isEqualTo(405);
        assertThat(server.get("/v2/ns/instance/statuses/").statusCode()).isEqualTo(400);
    }

    @Test
    void v3ListsServicesByPagesAndEveryInstance() throws Exception {
        register("v3-listed", "10.5.0.1", true);
        register("v3-listed", "10.5.0.2", true);
        String place = "serviceName=v3-listed&ip=10.5.0.2&port=80";
        var disabled =
                server.send(
                        "PUT", "/v3/admin/ns/instance/partial?" + place + "&enabled=false", null);
        assertThat(disabled.body()).contains("\"ok\"");

        JsonNode page =
                data("/v3/admin/ns/service/list?pageNo=1&pageSize=9&serviceNameParam=v3-list");
        assertThat(page.get("totalCount").asInt()).isEqualTo(1);
        assertThat(page.get("pageItems").get(0).get("name").asText()).isEqualTo("v3-listed");
        assertThat(page.get("pageItems").get(0).get("ipCount").asInt()).isEqualTo(2);
        assertThat(data("/v3/admin/ns/instance/list?serviceName=v3-listed")).hasSize(2);
        assertThat(data("/v3/console/ns/instance/list?serviceName=v3-listed").get("totalCount"))
                .hasToString("2");
    }

    @Test
    void prometheusFindsItsTargets() throws Exception {
        server.post(
                "/v1/ns/instance",
                form(
                        "serviceName", "scraped",
                        "ip", "10.6.0.1",
                        "port", "9100",
                        "ephemeral", "false",
                        "metadata", "{\"a.b-c\":\"d\"}"));
        String target =
                "{\"targets\":[\"10.6.0.1:9100\"],\"labels\":{\"__meta_clusterName\":\"DEFAULT\","
                        + "\"a_b_c\":\"d\"}}";

        assertThat(server.get("/prometheus").body()).contains(target);
        assertThat(server.get("/prometheus/namespaceId/public/service/scraped").body())
                .isEqualTo("[" + target + "]");
        assertThat(server.get("/prometheus/namespaceId/other").body()).isEqualTo("[]");
    }

    @Test
    void v3TellsWhoListensAndDeletesByNumber() throws Exception {
        server.publish("v3-batch", "content");
        String where = "dataId=v3-batch&groupName=G&namespaceId=";
        JsonNode detail = data("/v3/console/cs/config?" + where);

        assertThat(data("/v3/admin/cs/config/listener?" + where).get("listenersStatus")).isEmpty();
        assertThat(data("/v3/admin/cs/listener?ip=10.9.9.9").get("queryType").asText())
                .isEqualTo("ip");
        String ids = "/v3/admin/cs/config/batch?ids=" + detail.get("id").asText();
        assertThat(server.send("DELETE", ids, null).statusCode()).isEqualTo(200);

        assertThat(server.get("/v3/console/cs/config?" + where).statusCode()).isEqualTo(404);
    }

    @Test
    void whetherANamespaceIsThereIsANumberForAdministratorsAndABooleanForTheConsole()
            throws Exception {
        assertThat(data("/v3/admin/core/namespace/check?namespaceId=none").asInt()).isZero();
        assertThat(data("/v3/admin/core/namespace/check?namespaceId=public").asInt()).isOne();
        assertThat(data("/v3/console/core/namespace/exist?customNamespaceId=").asBoolean())
                .isFalse();
    }
}
