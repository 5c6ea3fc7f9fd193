package io.banyan.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.banyan.nacos.json.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Persistent instances are looked after by the server.
@Timeout(60)
class ProbesTest {
    private static final String INSTANCE = "/v1/ns/instance";

    @Test
    void whoeverAcceptsConnectionsIsHealthyUnlessNobodyIsToLook() throws Exception {
        try (var server = new NacosServer("zookeeper.nacos.probeMillis", "20");
                var accepts = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var refuses = new Socket()) {
            // Bound and not listening: nobody else gets the port, and who connects is refused.
            refuses.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            ok(server.post("/v1/ns/service?serviceName=probed", null).body());
            ok(
                    server.send(
                                    "PUT",
                                    "/v1/ns/cluster?serviceName=probed&clusterName=alone"
                                            + "&checkPort=80&useInstancePort4Check=true"
                                            + "&healthChecker=%7B%22type%22%3A%22NONE%22%7D",
                                    null)
                            .body());
            ok(register(server, refuses.getLocalPort(), "alone", true));
            ok(register(server, refuses.getLocalPort(), "DEFAULT", true));
            ok(register(server, accepts.getLocalPort(), "DEFAULT", false));

            while (!healthy(server, accepts.getLocalPort(), "DEFAULT")
                    || healthy(server, refuses.getLocalPort(), "DEFAULT")) {
                Thread.sleep(5);
            }

            assertThat(healthy(server, refuses.getLocalPort(), "alone")).isTrue();
        }
    }

    /// The end of who probed is no change of anything that clients see.
    @Test
    void whoProbesIsReplacedThoughNothingElseHappens() throws Exception {
        try (var server = new NacosServer("zookeeper.nacos.probeMillis", "50");
                var zk = new ZooKeeper(server.zooKeeper(), 30_000, event -> {})) {
            // Found as it is said to be: nothing is written.
            ok(register(server, NacosServer.freePort(), "DEFAULT", false));
            awaitProber(zk);

            zk.delete("/nacos/prober", -1);

            awaitProber(zk);
        }
    }

    private static void awaitProber(ZooKeeper zk) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (zk.exists("/nacos/prober", false) == null) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private static void ok(String answer) {
        assertThat(answer).isEqualTo("ok");
    }

    private static String register(NacosServer server, int port, String cluster, boolean healthy)
            throws Exception {
        String query =
                "?serviceName=probed&ephemeral=false&ip=127.0.0.1&port="
                        + port
                        + "&clusterName="
                        + cluster
                        + "&healthy="
                        + healthy;
        return server.post(INSTANCE + query, null).body();
    }

    private static boolean healthy(NacosServer server, int port, String cluster) throws Exception {
        String query = "?serviceName=probed&ip=127.0.0.1&port=" + port + "&clusterName=" + cluster;
        JsonNode instance = Json.parse(server.get(INSTANCE + query).body());
        return instance.get("healthy").asBoolean();
    }
}
