package io.banyan.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.BanyanServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A member that was started and has met no other one yet.
@Timeout(120)
class LonelyMemberTest {
    private static final String CONFIG = "/v1/cs/configs?dataId=a&group=G";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private int port;

    @Test
    void whoHasReadNothingYetSaysOfNothingThatItIsAbsent(@TempDir Path directory) throws Exception {
        port = NacosServer.freePort();
        Files.writeString(directory.resolve("myid"), "1");
        Path file = directory.resolve("zoo.cfg");
        var text = new StringBuilder();
        text.append("tickTime=500\ninitLimit=10\nsyncLimit=5\nadmin.enableServer=false\n");
        text.append("dataDir=").append(directory).append('\n');
        text.append("clientPort=").append(NacosServer.freePort()).append('\n');
        text.append("nacos.address=127.0.0.1\nnacos.port=").append(port).append('\n');
        for (int id = 1; id <= 3; id++) {
            text.append("server.").append(id).append("=127.0.0.1:");
            text.append(NacosServer.freePort()).append(':').append(NacosServer.freePort());
            text.append('\n');
        }
        Files.writeString(file, text);

        try (BanyanServer server = BanyanServer.builder().zooCfg(file).start()) {
            awaitPort(server);

            assertThat(get(CONFIG)).isEqualTo(503);
            assertThat(get("/v2/cs/config?dataId=a&group=G")).isEqualTo(503);
            assertThat(get("/v1/ns/instance/list?serviceName=s")).isEqualTo(503);
            assertThat(listen()).isEqualTo(503);
            assertThat(get("/v1/console/health/readiness")).isEqualTo(500);
            assertThat(get("/v1/console/health/liveness")).isEqualTo(200);
        } finally {
            http.shutdownNow();
        }
    }

    private void awaitPort(BanyanServer server) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(100).toNanos();
        while (true) {
            try {
                get("/v1/console/health/liveness");
                return;
            } catch (java.net.ConnectException notYet) {
                if (System.nanoTime() > deadline || server.stopped().isDone()) {
                    throw notYet;
                }
                Thread.sleep(5);
            }
        }
    }

    private int get(String pathAndQuery) throws Exception {
        return send(to(pathAndQuery).GET());
    }

    private int listen() throws Exception {
        return send(
                to("/v1/cs/configs/listener")
                        .header("Long-Pulling-Timeout", "60000")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "Listening-Configs=a%02G%02md5%01")));
    }

    private HttpRequest.Builder to(String pathAndQuery) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/nacos" + pathAndQuery));
    }

    private int send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    }
}
