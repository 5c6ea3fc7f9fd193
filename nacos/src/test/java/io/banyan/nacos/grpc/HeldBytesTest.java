package io.banyan.nacos.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import io.banyan.nacos.NacosServer;
import io.banyan.nacos.json.Json;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What requests hold of `nacos.heldBytesMax`, over both ports, and that all of it comes back.
@Timeout(120)
class HeldBytesTest {
    private static final String HELD = "nacos_held_bytes";
    private static final int HELD_BYTES_MAX = 1 << 20;

    /// One of them passes, two do not.
    private static final int LARGE = 640_000;

    private static final String EXHAUSTED = "8";
    private static final String POST =
            "POST /nacos/v1/cs/configs HTTP/1.1\r\nHost: nacos\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\n";
    private static final String LISTEN =
            "POST /nacos/v1/cs/configs/listener HTTP/1.1\r\nHost: nacos\r\n"
                    + "Long-Pulling-Timeout: 30000\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\n";

    private static NacosServer server;
    private HandClient client;

    @BeforeAll
    static void start() throws Exception {
        server = new NacosServer("zookeeper.nacos.heldBytesMax", Integer.toString(HELD_BYTES_MAX));
        server.publish("large", "x".repeat(LARGE));
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
    void nothingIsHeldInTheEnd() throws Exception {
        client.close();
        server.awaitGauge(HELD, held -> held == 0);
    }

    private static ObjectNode publication(String dataId) {
        return query(dataId).put("content", "y".repeat(LARGE));
    }

    private static ObjectNode query(String dataId) {
        return Json.object().put("dataId", dataId).put("group", "G").put("tenant", "");
    }

    /// A call that has sent so much and waits with the rest.
    private HandClient.Begun begin(byte[] frame) throws Exception {
        long before = server.gauge(HELD);
        HandClient.Begun begun = client.begin();
        begun.out().write(HttpData.wrap(Arrays.copyOf(frame, LARGE)));
        server.awaitGauge(HELD, held -> held >= before + LARGE);
        return begun;
    }

    @Test
    void aCallThatIsOneTooManyIsRefusedInItsMiddleAndTheOthersGoOn() throws Exception {
        try (var stream = client.stream(true)) {
            stream.take();
            byte[] frame =
                    HandClient.frame(Payload.of("ConfigPublishRequest", publication("first")));
            HandClient.Begun first = begin(frame);

            HandClient.Begun second = client.begin();
            second.out().write(HttpData.wrap(Arrays.copyOf(frame, LARGE)));
            AggregatedHttpResponse refused = second.response().aggregate().join();
            String status = refused.headers().get("grpc-status");
            assertThat(status == null ? refused.trailers().get("grpc-status") : status)
                    .isEqualTo(EXHAUSTED);
            assertThat(call("ConfigPublishRequest", query("small").put("content", "1")))
                    .isEqualTo(200);

            first.out().write(HttpData.copyOf(frame, LARGE, frame.length - LARGE));
            first.out().close();
            byte[] answer = first.response().aggregate().join().content().array();
            assertThat(HandClient.parse(answer).json().get("resultCode").asInt()).isEqualTo(200);
        }
    }

    private int call(String type, ObjectNode body) {
        return client.call(type, body).json().get("resultCode").asInt();
    }

    @Test
    void anAnswerForWhichThereIsNoRoomIsRefusedOnBothPortsUntilThereIs() throws Exception {
        try (var stream = client.stream(true)) {
            stream.take();
            byte[] frame =
                    HandClient.frame(Payload.of("ConfigPublishRequest", publication("never")));
            HandClient.Begun holds = begin(frame);

            Payload refused = client.call("ConfigQueryRequest", query("large"));
            assertThat(refused.type()).isEqualTo("ConfigQueryResponse");
            assertThat(refused.json().get("errorCode").asInt()).isEqualTo(503);
            assertThat(refused.json().get("message").asText()).contains("nacos.heldBytesMax");
            String path = "/v1/cs/configs?dataId=large&group=G";
            assertThat(server.get(path).statusCode()).isEqualTo(503);
            assertThat(server.post("/v1/cs/configs", large()).statusCode()).isEqualTo(503);
            assertThat(call("HealthCheckRequest", Json.object())).isEqualTo(200);

            holds.out().abort();
            server.awaitGauge(HELD, held -> held == 0);
            assertThat(call("ConfigQueryRequest", query("large"))).isEqualTo(200);
            assertThat(server.get(path).body()).hasSize(LARGE);
            assertThat(server.post("/v1/cs/configs", large()).statusCode()).isEqualTo(200);
            assertThat(server.get("/v1/cs/configs?dataId=never&group=G").statusCode())
                    .isEqualTo(404);
        }
    }

    private static String large() {
        return NacosServer.form("dataId", "posted", "group", "G", "content", "z".repeat(LARGE));
    }

    @Test
    void aConnectionThatEndsInTheMiddleOfACallHoldsNothingMore() throws Exception {
        begin(new byte[LARGE]);

        client.close();

        server.awaitGauge(HELD, held -> held == 0);
    }

    @Test
    void whoSaysMuchOnItsStreamIsCutOffBeforeItIsHeld() throws Exception {
        try (var stream = client.stream(true)) {
            stream.take();

            stream.send("NoAnswer", Json.object().put("much", "x".repeat(LARGE)));

            stream.awaitOver();
        }
    }

    /// Requests of HTTP/1 that never come to their end.
    @ParameterizedTest
    @ValueSource(
            strings = {
                POST + "Content-Length: 100000\r\n\r\ncontent=",
                POST + "Transfer-Encoding: chunked\r\n\r\n8\r\ncontent=\r\n",
                "GET /nacos/v1/cs/configs?group=G&dataId=",
                LISTEN + "Content-Length: 1000\r\n\r\nListening-Configs=",
                "GET /nacos/v1/cs/configs?group=G&dataId=",
                LISTEN + "Content-Length: 100000\r\n\r\nListening-Configs=",
                // Hangs, and another one waits behind it.
                LISTEN
                        + "Content-Length: 30\r\n\r\nListening-Configs=d%02G%02%01&"
                        + POST
                        + "Content-Length: 100000\r\n\r\ncontent=",
            })
    void whoHangsUpHoldsNothingMore(String request) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            server.awaitGauge(HELD, held -> held > 0);
        }

        server.awaitGauge(HELD, held -> held == 0);
    }

    @Test
    void aHeadForWhichThereIsNoRoomEndsItsConnection() throws Exception {
        HandClient.Begun holds = begin(new byte[LARGE]);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(60_000);
            var out = socket.getOutputStream();
            byte[] endless = "x".repeat(1_000).getBytes(US_ASCII);
            out.write("GET /nacos/v1/cs/configs?dataId=".getBytes(US_ASCII));

            for (int written = 0; written < LARGE; written += endless.length) {
                out.write(endless);
            }

            assertThat(socket.getInputStream().read()).isNegative();
        } catch (SocketException reset) {
            assertThat(reset).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
        assertThat(server.get("/v1/console/health/readiness").statusCode()).isEqualTo(200);
        holds.out().abort();
    }

    @Test
    void aBodyThatBreaksHoldsNothingMore() throws Exception {
        String request = POST + "Transfer-Encoding: chunked\r\n\r\n8\r\ncontent=\r\n";
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            server.awaitGauge(HELD, held -> held > 0);

            socket.getOutputStream().write("no number\r\n".getBytes(US_ASCII));

            server.awaitGauge(HELD, held -> held == 0);
        }
    }
}
