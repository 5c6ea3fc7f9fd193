package io.banyan.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `nacos.connectionsMax`, of both ports together.
@Timeout(120)
class ConnectionsMaxTest {
    private static final int MAX = 4;

    @Test
    void whatIsOverTheLimitIsClosedAndCountedUntilOthersEnd() throws Exception {
        try (var server =
                new NacosServer("zookeeper.nacos.connectionsMax", Integer.toString(MAX))) {
            int grpcPort = server.port() + NacosSettings.GRPC_OFFSET;
            // The one that asked whether the server is there.
            long open = server.gauge("nacos_connections");
            assertThat(open).isPositive().isLessThan(MAX);
            List<Socket> sockets = new ArrayList<>();
            for (long i = open; i < MAX; i++) {
                sockets.add(connect(i % 2 == 0 ? server.port() : grpcPort));
            }
            server.awaitGauge("nacos_connections", connections -> connections == MAX);

            for (int port : new int[] {server.port(), grpcPort}) {
                try (var refused = connect(port)) {
                    assertThat(isClosed(refused)).isTrue();
                }
            }
            assertThat(server.gauge("nacos_connections_refused")).isEqualTo(2);
            assertThat(server.gauge("nacos_connections")).isEqualTo(MAX);
            assertThat(server.get("/v1/console/health/readiness").statusCode()).isEqualTo(200);

            sockets.removeLast().close();
            server.awaitGauge("nacos_connections", connections -> connections == MAX - 1);
            try (var next = connect(server.port())) {
                next.getOutputStream().write("GET /nacos/v1/cs/health HTTP/1.0\r\n\r\n".getBytes());
                assertThat(next.getInputStream().read()).isEqualTo('H');
            }
            for (Socket each : sockets) {
                each.close();
            }
        }
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }
}
