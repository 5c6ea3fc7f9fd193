package io.banyan.nacos.grpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.NacosServer;
import io.banyan.nacos.json.Json;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Map;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls and pushes over one connection.
class GrpcConnectionTest {
    private static NacosServer server;
    private HandClient client;

    @BeforeAll
    static void start() throws Exception {
        server = new NacosServer("maxSessionTimeout", "8000");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() {
        client = new HandClient(server.port() + 1000);
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Test
    void theServerCheckNamesTheConnectionAndOffersNegotiation() {
        Payload answer = client.call("ServerCheckRequest", Json.object());

        assertThat(answer.type()).isEqualTo("ServerCheckResponse");
        assertThat(answer.json().get("connectionId").asText()).contains("127.0.0.1");
        assertThat(answer.json().get("supportAbilityNegotiation").asBoolean()).isTrue();
    }

    @Test
    void aCallBeforeTheSetupIsUnregistered() {
        Payload answer = client.call("ConfigQueryRequest", query("a"));

        assertThat(answer.type()).isEqualTo("ErrorResponse");
        assertThat(answer.json().get("errorCode").asInt()).isEqualTo(301);
    }

    @Test
    void anUnknownRequestHasNoHandlerAndTheConnectionLives() throws Exception {
        try (var stream = client.stream(true)) {
            assertThat(stream.take().type()).isEqualTo("SetupAckRequest");

            Payload answer = client.call("LockOperationRequest", Json.object());

            assertThat(answer.type()).isEqualTo("ErrorResponse");
            assertThat(answer.json().get("errorCode").asInt()).isEqualTo(302);
            assertThat(
                            client.call("HealthCheckRequest", Json.object())
                                    .json()
                                    .get("resultCode")
                                    .asInt())
                    .isEqualTo(200);
        }
    }

    @Test
    void brokenJsonIsSaidToBeBrokenAndTheConnectionLives() throws Exception {
        try (var stream = client.stream(true)) {
            stream.take();

            Payload answer =
                    client.call(
                            new Payload("ConfigQueryRequest", "", Map.of(), "{broken".getBytes()));

            assertThat(answer.json().get("errorCode").asInt()).isEqualTo(502);
            assertThat(
                            client.call("HealthCheckRequest", Json.object())
                                    .json()
                                    .get("resultCode")
                                    .asInt())
                    .isEqualTo(200);
        }
    }

    /// Garbage for a payload, a compressed one of no known compression, one that says that it is
    /// longer than what comes, one that ends within its head, one that is longer than may be.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000004ffffffff",
                "010000000412020a00",
                "00000000ff1202",
                "000000",
                "007fffffff1202",
            })
    void aCallWhoseFramesAreBrokenFailsAndTheConnectionLives(String hex) throws Exception {
        try (var stream = client.stream(true)) {
            stream.take();

            var answer = client.send(HexFormat.of().parseHex(hex)).get(10, SECONDS);

            String status = answer.headers().get("grpc-status");
            assertThat(status == null ? answer.trailers().get("grpc-status") : status)
                    .isNotNull()
                    .isNotEqualTo("0");
            assertThat(
                            client.call("HealthCheckRequest", Json.object())
                                    .json()
                                    .get("resultCode")
                                    .asInt())
                    .isEqualTo(200);
        }
    }

    @Test
    void aConnectionThatSpeaksNoHttp2IsClosedAndTheOthersLive() throws Exception {
        try (var stream = client.stream(true);
                var socket = new Socket(InetAddress.getLoopbackAddress(), server.port() + 1000)) {
            stream.take();
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nno frame at all, is it?".getBytes());

            assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();

            assertThat(
                            client.call("HealthCheckRequest", Json.object())
                                    .json()
                                    .get("resultCode")
                                    .asInt())
                    .isEqualTo(200);
        }
    }

    @Test
    void aSetupWithoutAbilitiesIsNotAnswered() throws Exception {
        try (var stream = client.stream(false)) {
            await301Over();
            client.call("ConfigBatchListenRequest", listen("plain-setup"));
            server.publish("plain-setup", "1");

            assertThat(stream.take().type()).isEqualTo("ConfigChangeNotifyRequest");
        }
    }

    /// The setup has no answer that could be waited for.
    private void await301Over() {
        while (client.call("HealthCheckRequest", Json.object()).json().get("resultCode").asInt()
                != 200) {
            Thread.onSpinWait();
        }
    }

    @Test
    void thePushNamesTheNamespaceAsTheListenerDidAndComesOnceUntilAcknowledged() throws Exception {
        try (var stream = client.stream(true)) {
            stream.take();
            ObjectNode listen = listen("pushed");
            ((ObjectNode) listen.get("configListenContexts").get(0)).put("tenant", "public");
            Payload answer = client.call("ConfigBatchListenRequest", listen);
            assertThat(answer.type()).isEqualTo("ConfigChangeBatchListenResponse");
            assertThat(answer.json().get("changedConfigs")).isEmpty();

            server.publish("pushed", "1");
            Payload push = stream.take();
            assertThat(push.json().get("tenant").asText()).isEqualTo("public");
            server.publish("pushed", "2");
            server.publish("pushed", "3");
            assertThat(stream.received()).isEmpty();

            stream.send(
                    "ConfigChangeNotifyResponse",
                    Json.object()
                            .put("requestId", push.json().get("requestId").asText())
                            .put("resultCode", 200));
            assertThat(stream.take().type()).isEqualTo("ConfigChangeNotifyRequest");
        }
    }

    @Test
    void whatAConnectionRegisteredGoesWithIt() throws Exception {
        var stream = client.stream(true);
        stream.take();
        ObjectNode register =
                Json.object().put("serviceName", "raw").put("type", "registerInstance");
        register.set("instance", Json.object().put("ip", "10.0.0.1").put("port", 80));
        assertThat(client.call("InstanceRequest", register).json().get("resultCode").asInt())
                .isEqualTo(200);
        assertThat(list("raw")).contains("10.0.0.1");

        client.close();

        long deadline = System.nanoTime() + 10_000_000_000L;
        while (list("raw").contains("10.0.0.1")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    @Test
    void whatAClientRegisteredThatMovesOnAtOnceStaysToBeTakenOver() throws Exception {
        ObjectNode register =
                Json.object().put("serviceName", "moving").put("type", "registerInstance");
        register.set("instance", Json.object().put("ip", "10.0.0.2").put("port", 80));
        var first = client.stream(true);
        first.take();
        client.call("InstanceRequest", register);

        first.close();
        first.awaitOver();

        // Had the end of the first deregistered it, that would have been before this transaction.
        server.publish("moving", "on");
        assertThat(list("moving")).contains("10.0.0.2");
        try (var second = client.stream(true)) {
            second.take();
            assertThat(client.call("InstanceRequest", register).json().get("resultCode").asInt())
                    .isEqualTo(200);
            assertThat(list("moving")).contains("10.0.0.2");
        }
    }

    @Test
    void whoComesBackAfterItsSessionIsRegisteredByAnother() throws Exception {
        ObjectNode register =
                Json.object().put("serviceName", "back").put("type", "registerInstance");
        register.set("instance", Json.object().put("ip", "10.0.0.3").put("port", 80));
        ObjectNode deregister = register.deepCopy().put("type", "deregisterInstance");
        try (var stream = client.stream(true)) {
            stream.take();
            client.call("InstanceRequest", register);
            String session = Long.toHexString(owner("back", "10.0.0.3:80"));
            assertThat(server.told("dump")).contains("0x" + session);
            client.call("InstanceRequest", deregister);
            // Who offers nothing is not kept alive.
            while (server.told("dump").contains("0x" + session)) {
                client.call("HealthCheckRequest", Json.object());
                Thread.sleep(50);
            }

            assertThat(client.call("InstanceRequest", register).json().get("resultCode").asInt())
                    .isEqualTo(200);
            assertThat(list("back")).contains("10.0.0.3");
        }
    }

    private static long owner(String service, String instance) throws Exception {
        String path = "/nacos/naming/public/DEFAULT_GROUP/" + service + "/DEFAULT/" + instance;
        try (var zk = new ZooKeeper(server.zooKeeper(), 10_000, event -> {})) {
            return zk.exists(path, false).getEphemeralOwner();
        }
    }

    @Test
    void whatCannotBeMeantIsRefusedWithTheExpectedType() throws Exception {
        try (var stream = client.stream(true)) {
            stream.take();
            Payload answer = client.call("ConfigQueryRequest", query("a/b"));

            assertThat(answer.type()).isEqualTo("ConfigQueryResponse");
            assertThat(answer.json().get("errorCode").asInt()).isEqualTo(400);
        }
    }

    private static String list(String service) throws Exception {
        return server.get("/v1/ns/instance/list?serviceName=" + service).body();
    }

    private static ObjectNode query(String dataId) {
        return Json.object().put("dataId", dataId).put("group", "G").put("tenant", "");
    }

    private static ObjectNode listen(String dataId) {
        ObjectNode request = Json.object().put("listen", true);
        request.set("configListenContexts", Json.array().add(query(dataId).put("md5", "")));
        return request;
    }
}
