package io.banyan.nacos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Listening requests byte by byte: they are held in front of the server that answers the others on
/// the same connection.
@Timeout(60)
class HangingTest {
    private static NacosServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new NacosServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// Should they be called otherwise one day, listeners still hang, and take three times as much.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HttpServerPipelineConfigurator$Http2PrefaceOrHttpHandler",
                "Http1RequestDecoder"
            })
    void theHandlersThatTheyAreHeldInFrontOfAreThere(String name) {
        assertThatCode(() -> Class.forName("com.linecorp.armeria.server." + name))
                .doesNotThrowAnyException();
    }

    @Test
    void aConnectionHangsReadsAndHangsAgain() throws Exception {
        server.publish("again", "1");
        try (var connection = new Connection()) {
            for (int i = 1; i <= 3; i++) {
                connection.send(listener("again", md5("" + i), ""));
                awaitListening("again", true);
                server.publish("again", "" + (i + 1));
                assertThat(connection.answer()).startsWith("200 again%02G%01");

                connection.send(get("again"));
                assertThat(connection.answer()).isEqualTo("200 " + (i + 1));
            }
        }
    }

    @Test
    void aRequestInPiecesIsOne() throws Exception {
        server.publish("pieces", "1");
        String whole = listener("pieces", "another", "");
        for (int cut : new int[] {1, 3, 4, 5, 40, whole.length() - 1}) {
            try (var connection = new Connection()) {
                connection.send(whole.substring(0, cut));
                connection.send(whole.substring(cut));

                assertThat(connection.answer()).startsWith("200 pieces%02G%01");
            }
        }
    }

    @Test
    void whatComesBehindAHangingRequestIsAnsweredAfterIt() throws Exception {
        server.publish("behind", "1");
        try (var connection = new Connection()) {
            connection.send(listener("behind", md5("1"), "") + get("behind") + get("behind"));
            awaitListening("behind", true);
            server.publish("behind", "2");

            assertThat(connection.answer()).startsWith("200 behind%02G%01");
            assertThat(connection.answer()).isEqualTo("200 2");
            assertThat(connection.answer()).isEqualTo("200 2");
        }
    }

    @Test
    void whatComesBehindAnotherRequestIsAnsweredAfterThat() throws Exception {
        server.publish("order", "1");
        try (var connection = new Connection()) {
            connection.send(get("order") + listener("order", "another", "") + get("order"));

            assertThat(connection.answer()).isEqualTo("200 1");
            assertThat(connection.answer()).startsWith("200 order%02G%01");
            assertThat(connection.answer()).isEqualTo("200 1");
        }
    }

    @Test
    void whoAsksForMuchAndReadsLateIsAnsweredInOrder() throws Exception {
        String large = "0123456789abcdef".repeat(20_000);
        server.publish("large", large);
        try (var connection = new Connection()) {
            for (int i = 0; i < 50; i++) {
                connection.send(i % 10 == 9 ? listener("large", "another", "") : get("large"));
            }

            for (int i = 0; i < 50; i++) {
                String answer = connection.answer();
                if (i % 10 == 9) {
                    assertThat(answer).startsWith("200 large%02G%01");
                } else {
                    assertThat(answer).hasSize(large.length() + 4);
                }
            }
        }
    }

    @Test
    void aConnectionThatIsNotToBeKeptIsClosedAfterTheAnswer() throws Exception {
        server.publish("close", "1");
        try (var connection = new Connection()) {
            connection.send(listener("close", "another", "Connection: close\r\n"));

            assertThat(connection.answer()).startsWith("200 close%02G%01");
            assertThat(connection.in.read()).isEqualTo(-1);
        }
    }

    @Test
    void whoHangsUpListensNoMore() throws Exception {
        server.publish("gone", "1");
        try (var connection = new Connection()) {
            connection.send(listener("gone", md5("1"), ""));
            awaitListening("gone", true);
        }

        awaitListening("gone", false);
    }

    @Test
    void whatIsMalformedIsRefusedAndTheConnectionLives() throws Exception {
        try (var connection = new Connection()) {
            connection.send(request("Listening-Configs=%", ""));
            assertThat(connection.answer()).startsWith("400 ");
            connection.send(request("Listening-Configs=a%02b%01", ""));
            assertThat(connection.answer()).startsWith("400 ");
            connection.send(listener("a", "", "Long-Pulling-Timeout: soon\r\n"));
            assertThat(connection.answer()).startsWith("400 ");
            connection.send(get("absent"));
            assertThat(connection.answer()).startsWith("404 ");
        }
    }

    @Test
    void whoDidNotLogInIsRefusedWhereALoginIsAskedFor() throws Exception {
        try (var closed =
                        new NacosServer(
                                "zookeeper.nacos.auth.enabled", "true",
                                "zookeeper.nacos.auth.user.nacos", "secret");
                var connection = new Connection(closed.port())) {
            connection.send(listener("a", "x", ""));
            assertThat(connection.answer()).startsWith("403 ");
            connection.send(listener("a", "x", "accessToken: forged\r\n"));
            assertThat(connection.answer()).startsWith("403 ");
            connection.send(
                    request("username=nacos&password=secret&Listening-Configs=a%02G%02x%01", ""));
            assertThat(connection.answer()).startsWith("200 a%02G%01");
        }
    }

    // ---- by hand

    private static String listener(String dataId, String md5, String headers) {
        String more = headers.contains("Timeout") ? headers : "Long-Pulling-Timeout: 60000\r\n";
        return request(
                "Listening-Configs=" + dataId + "%02G%02" + md5 + "%01&",
                more + (headers.equals(more) ? "" : headers));
    }

    private static String request(String form, String headers) {
        return "POST /nacos/v1/cs/configs/listener HTTP/1.1\r\nHost: nacos\r\n"
                + headers
                + "Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n"
                + "Content-Length: "
                + form.length()
                + "\r\n\r\n"
                + form;
    }

    private static String get(String dataId) {
        return "GET /nacos/v1/cs/configs?dataId=" + dataId + "&group=G HTTP/1.1\r\nHost: n\r\n\r\n";
    }

    private static String md5(String text) throws Exception {
        byte[] digest = java.security.MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    private static void awaitListening(String dataId, boolean wanted) throws Exception {
        String query = "/v1/cs/configs/listener?group=G&dataId=" + dataId;
        while (server.get(query).body().contains("127.0.0.1") != wanted) {
            Thread.onSpinWait();
        }
    }

    private static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;

        Connection() throws IOException {
            this(server.port());
        }

        Connection(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(UTF_8));
        }

        /// Status and body.
        String answer() throws IOException {
            String status = line();
            int length = 0;
            for (String header = line(); !header.isEmpty(); header = line()) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(15).trim());
                }
            }
            return status.split(" ", 3)[1] + " " + new String(in.readNBytes(length), UTF_8);
        }

        private String line() throws IOException {
            var text = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("the server closed the connection after: " + text);
                }
                if (c != '\r') {
                    text.append((char) c);
                }
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
