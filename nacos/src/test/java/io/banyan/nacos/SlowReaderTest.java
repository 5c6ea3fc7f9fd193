package io.banyan.nacos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.nacos.http.NacosHttp;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A peer of HTTP/2 that asks for much, takes nothing and acknowledges no setting.
@Timeout(60)
class SlowReaderTest {
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int REFUSED_STREAM = 7;
    private static final int TOO_MUCH = 8;

    @Test
    void whoTakesNothingIsPreparedSoManyAnswersAndNoMore() throws Exception {
        try (var server = new NacosServer()) {
            server.publish("large", "0123456789abcdef".repeat(1_000));
            for (int port : new int[] {server.port(), server.port() + NacosSettings.GRPC_OFFSET}) {
                try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    var out = new DataOutputStream(socket.getOutputStream());
                    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
                    // INITIAL_WINDOW_SIZE is 0.
                    frame(out, SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
                    for (int i = 0; i < NacosHttp.STREAMS_MAX + TOO_MUCH; i++) {
                        frame(out, HEADERS, 5, 2 * i + 1, get("large"));
                    }
                    out.flush();

                    var in = new DataInputStream(socket.getInputStream());
                    for (int refused = 0; refused < TOO_MUCH; ) {
                        refused += readRefusal(in) ? 1 : 0;
                    }
                }
            }
            assertThat(server.get("/v1/cs/configs?dataId=large&group=G").body()).hasSize(16_000);
        }
    }

    /// What it asked for and does not take fills what all may hold; then who asks for much is told
    /// so, and who asks for little is served as ever.
    @Test
    void whatAllTogetherMayMakeTheServerHoldIsBounded() throws Exception {
        try (var server =
                new NacosServer("zookeeper.nacos.heldBytesMax", Integer.toString(1 << 20))) {
            String large = "0123456789abcdef".repeat(40_000);
            server.publish("large", large);
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                var out = new DataOutputStream(socket.getOutputStream());
                out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
                frame(out, SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
                frame(out, HEADERS, 5, 1, get("large"));
                out.flush();
                var in = new DataInputStream(socket.getInputStream());
                while (!readHead(in)) {}

                var answer = server.get("/v1/cs/configs?dataId=large&group=G");
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.body()).contains("nacos.heldBytesMax");
                var refused =
                        server.post(
                                "/v1/cs/configs",
                                NacosServer.form(
                                        "dataId", "other", "group", "G", "content", large));
                assertThat(refused.statusCode()).isEqualTo(503);
                server.publish("small", "1");
                assertThat(server.get("/v1/cs/configs?dataId=small&group=G").body()).isEqualTo("1");
            }
            // It hung up, and what it held goes when the server has seen that.
            server.awaitGauge("nacos_held_bytes", held -> held == 0);
            assertThat(server.get("/v1/cs/configs?dataId=large&group=G").body()).isEqualTo(large);
        }
    }

    private static byte[] get(String dataId) throws IOException {
        var block = new ByteArrayOutputStream();
        // GET and http, of the static table; path and authority as they are.
        block.write(0x82);
        block.write(0x86);
        literal(block, 4, "/nacos/v1/cs/configs?group=G&dataId=" + dataId);
        literal(block, 1, "nacos");
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(US_ASCII));
    }

    private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
            throws IOException {
        out.writeByte(0);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    /// Reads a frame.
    ///
    /// @return whether it is the head of an answer
    private static boolean readHead(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.readUnsignedByte();
        in.readInt();
        in.readFully(new byte[length]);
        return type == HEADERS;
    }

    /// Reads a frame.
    ///
    /// @return whether it refuses a request
    private static boolean readRefusal(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.readUnsignedByte();
        in.readInt();
        byte[] payload = new byte[length];
        in.readFully(payload);
        return type == RST_STREAM && payload[3] == REFUSED_STREAM;
    }
}
