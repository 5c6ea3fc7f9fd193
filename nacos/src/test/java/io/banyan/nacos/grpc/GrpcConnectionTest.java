package io.banyan.nacos.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpRequestWriter;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import io.banyan.nacos.NacosServer;
import io.banyan.nacos.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// One HTTP/2 connection, spoken to by hand.
class GrpcConnectionTest {
    private static NacosServer server;
    private ClientFactory factory;
    private WebClient client;

    @BeforeAll
    static void start() throws Exception {
        server =
                new NacosServer(
                        "zookeeper.4lw.commands.whitelist", "dump",
                        "maxSessionTimeout", "8000");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() {
        // One loop has one connection to one address.
        factory = ClientFactory.builder().workerGroup(1).build();
        client =
                WebClient.builder("h2c://127.0.0.1:" + (server.port() + 1000))
                        .factory(factory)
                        .responseTimeoutMillis(0)
                        .maxResponseLength(0)
                        .build();
    }

    @AfterEach
    void disconnect() {
        factory.close();
    }

    @Test
    void theServerCheckNamesTheConnectionAndOffersNegotiation() {
        Payload answer = call("ServerCheckRequest", Json.object());

        assertThat(answer.type()).isEqualTo("ServerCheckResponse");
        assertThat(answer.json().get("connectionId").asText()).contains("127.0.0.1");
        assertThat(answer.json().get("supportAbilityNegotiation").asBoolean()).isTrue();
    }

    @Test
    void aCallBeforeTheSetupIsUnregistered() {
        Payload answer = call("ConfigQueryRequest", query("a"));

        assertThat(answer.type()).isEqualTo("ErrorResponse");
        assertThat(answer.json().get("errorCode").asInt()).isEqualTo(301);
    }

    @Test
    void anUnknownRequestHasNoHandlerAndTheConnectionLives() throws Exception {
        try (var stream = new Stream(true)) {
            assertThat(stream.take().type()).isEqualTo("SetupAckRequest");

            Payload answer = call("LockOperationRequest", Json.object());

            assertThat(answer.type()).isEqualTo("ErrorResponse");
            assertThat(answer.json().get("errorCode").asInt()).isEqualTo(302);
            assertThat(call("HealthCheckRequest", Json.object()).json().get("resultCode").asInt())
                    .isEqualTo(200);
        }
    }

    @Test
    void brokenJsonIsSaidToBeBrokenAndTheConnectionLives() throws Exception {
        try (var stream = new Stream(true)) {
            stream.take();

            Payload answer =
                    call(new Payload("ConfigQueryRequest", "", Map.of(), "{broken".getBytes()));

            assertThat(answer.json().get("errorCode").asInt()).isEqualTo(502);
            assertThat(call("HealthCheckRequest", Json.object()).json().get("resultCode").asInt())
                    .isEqualTo(200);
        }
    }

    @Test
    void aSetupWithoutAbilitiesIsNotAnswered() throws Exception {
        try (var stream = new Stream(false)) {
            await301Over();
            call("ConfigBatchListenRequest", listen("plain-setup"));
            server.publish("plain-setup", "1");

            assertThat(stream.take().type()).isEqualTo("ConfigChangeNotifyRequest");
        }
    }

    /// The setup has no answer that could be waited for.
    private void await301Over() {
        while (call("HealthCheckRequest", Json.object()).json().get("resultCode").asInt() != 200) {
            Thread.onSpinWait();
        }
    }

    @Test
    void thePushNamesTheNamespaceAsTheListenerDidAndComesOnceUntilAcknowledged() throws Exception {
        try (var stream = new Stream(true)) {
            stream.take();
            ObjectNode listen = listen("pushed");
            ((ObjectNode) listen.get("configListenContexts").get(0)).put("tenant", "public");
            Payload answer = call("ConfigBatchListenRequest", listen);
            assertThat(answer.type()).isEqualTo("ConfigChangeBatchListenResponse");
            assertThat(answer.json().get("changedConfigs")).isEmpty();

            server.publish("pushed", "1");
            Payload push = stream.take();
            assertThat(push.json().get("tenant").asText()).isEqualTo("public");
            server.publish("pushed", "2");
            server.publish("pushed", "3");
            assertThat(stream.received).isEmpty();

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
        var stream = new Stream(true);
        stream.take();
        ObjectNode register =
                Json.object().put("serviceName", "raw").put("type", "registerInstance");
        register.set("instance", Json.object().put("ip", "10.0.0.1").put("port", 80));
        assertThat(call("InstanceRequest", register).json().get("resultCode").asInt())
                .isEqualTo(200);
        assertThat(list("raw")).contains("10.0.0.1");

        factory.close();

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
        var first = new Stream(true);
        first.take();
        call("InstanceRequest", register);

        first.close();
        first.over.get(10, SECONDS);

        // Had the end of the first deregistered it, that would have been before this transaction.
        server.publish("moving", "on");
        assertThat(list("moving")).contains("10.0.0.2");
        try (var second = new Stream(true)) {
            second.take();
            assertThat(call("InstanceRequest", register).json().get("resultCode").asInt())
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
        try (var stream = new Stream(true)) {
            stream.take();
            call("InstanceRequest", register);
            String session = Long.toHexString(owner("back", "10.0.0.3:80"));
            assertThat(told("dump")).contains("0x" + session);
            call("InstanceRequest", deregister);
            // Who offers nothing is not kept alive.
            while (told("dump").contains("0x" + session)) {
                call("HealthCheckRequest", Json.object());
                Thread.sleep(50);
            }

            assertThat(call("InstanceRequest", register).json().get("resultCode").asInt())
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

    private static String told(String word) throws IOException {
        String address = server.zooKeeper();
        int colon = address.indexOf(':');
        int port = Integer.parseInt(address.substring(colon + 1));
        try (var socket = new Socket(address.substring(0, colon), port)) {
            socket.getOutputStream().write(word.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    @Test
    void whatCannotBeMeantIsRefusedWithTheExpectedType() throws Exception {
        try (var stream = new Stream(true)) {
            stream.take();
            Payload answer = call("ConfigQueryRequest", query("a/b"));

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

    // ---- by hand

    private Payload call(String type, ObjectNode body) {
        return call(Payload.of(type, body));
    }

    private Payload call(Payload payload) {
        var response =
                client.execute(
                                HttpRequest.of(
                                        headers("/Request/request"), HttpData.wrap(frame(payload))))
                        .aggregate()
                        .join();
        assertThat(response.status().code()).isEqualTo(200);
        return parse(response.content().array());
    }

    private static RequestHeaders headers(String path) {
        return RequestHeaders.of(
                HttpMethod.POST, path, "content-type", "application/grpc", "te", "trailers");
    }

    private static byte[] frame(Payload payload) {
        try (var in = Payload.MARSHALLER.stream(payload)) {
            byte[] bytes = in.readAllBytes();
            return ByteBuffer.allocate(5 + bytes.length)
                    .put((byte) 0)
                    .putInt(bytes.length)
                    .put(bytes)
                    .array();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Payload parse(byte[] frame) {
        int length = ByteBuffer.wrap(frame).getInt(1);
        return Payload.MARSHALLER.parse(new ByteArrayInputStream(frame, 5, length));
    }

    /// The stream of the connection.
    private final class Stream implements AutoCloseable {
        private final BlockingQueue<Payload> received = new LinkedBlockingQueue<>();
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final HttpRequestWriter out =
                HttpRequest.streaming(headers("/BiRequestStream/requestBiStream"));

        Stream(boolean negotiates) {
            HttpResponse response = client.execute(out);
            response.subscribe(
                    new Subscriber<HttpObject>() {
                        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

                        @Override
                        public void onSubscribe(Subscription subscription) {
                            subscription.request(Long.MAX_VALUE);
                        }

                        @Override
                        public void onNext(HttpObject object) {
                            if (object instanceof HttpData data) {
                                bytes.writeBytes(data.array());
                                cut();
                            }
                        }

                        private void cut() {
                            byte[] all = bytes.toByteArray();
                            int at = 0;
                            while (all.length - at >= 5) {
                                int length = ByteBuffer.wrap(all).getInt(at + 1);
                                if (all.length - at - 5 < length) {
                                    break;
                                }
                                byte[] frame =
                                        java.util.Arrays.copyOfRange(all, at, at + 5 + length);
                                received.add(parse(frame));
                                at += 5 + length;
                            }
                            bytes.reset();
                            bytes.write(all, at, all.length - at);
                        }

                        @Override
                        public void onError(Throwable failure) {
                            over.completeExceptionally(failure);
                        }

                        @Override
                        public void onComplete() {
                            over.complete(null);
                        }
                    });
            ObjectNode setup = Json.object().put("clientVersion", "by hand");
            if (negotiates) {
                setup.set("abilityTable", Json.object());
            }
            send("ConnectionSetupRequest", setup);
        }

        void send(String type, ObjectNode body) {
            out.write(HttpData.wrap(frame(Payload.of(type, body))));
        }

        Payload take() throws InterruptedException {
            Payload next = received.poll(10, SECONDS);
            assertThat(next).as("a push").isNotNull();
            return next;
        }

        @Override
        public void close() {
            out.close();
        }
    }
}
