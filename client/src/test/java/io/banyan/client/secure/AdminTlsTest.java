package io.banyan.client.secure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The admin server with TLS, by the keys of the ports between servers.
final class AdminTlsTest {
    private static final String PASSWORD = "storepass";
    private static final int WAIT_MILLIS_MAX = 60_000;

    @TempDir Path directory;
    private Path keys;
    private SSLContext context;
    private int port;

    @BeforeEach
    void prepare() throws Exception {
        var pki = new Pki(directory);
        keys = pki.keyStore("admin.p12", pki.identity("CN=admin"), PASSWORD);
        var trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(pki.trusted());
        context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        port = freePort();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private BanyanServer start(String key) throws IOException {
        String text =
                "dataDir="
                        + directory.resolve("data")
                        + "\npreAllocSize=1024\nclientPort="
                        + freePort()
                        + "\nclientPortAddress=127.0.0.1\nadmin.serverAddress=127.0.0.1"
                        + "\nadmin.serverPort="
                        + port
                        + "\nssl.quorum.keyStore.location="
                        + keys
                        + "\nssl.quorum.keyStore.password="
                        + PASSWORD
                        + "\n"
                        + key;
        Path file = Files.writeString(directory.resolve("zoo.cfg"), text);
        return BanyanServer.builder().zooCfg(file).start();
    }

    @Test
    void bothAreAnsweredOnOnePortWhereThatIsAskedFor() throws Exception {
        try (BanyanServer server = start("admin.portUnification=true\n")) {
            assertThat(ruok(context.getSocketFactory())).contains("200", "\"ruok\"");
            assertThat(ruok(SocketFactory.getDefault())).contains("200", "\"ruok\"");
            assertThat(server.isServing()).isTrue();
        }
    }

    @Test
    void plaintextIsNotAnsweredWhereTlsIsForced() throws Exception {
        try (BanyanServer server = start("admin.forceHttps=true\n")) {
            assertThat(ruok(context.getSocketFactory())).contains("200", "\"ruok\"");
            assertThat(ruok(SocketFactory.getDefault())).doesNotContain("ruok");
            assertThat(server.isServing()).isTrue();
        }
    }

    /// The admin server starts beside the server: it is asked until its port is there.
    private String ruok(SocketFactory sockets) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS_MAX);
        while (true) {
            try (Socket socket = sockets.createSocket("127.0.0.1", port)) {
                socket.setSoTimeout(WAIT_MILLIS_MAX);
                String request =
                        "GET /commands/ruok HTTP/1.1\r\nHost: localhost\r\n"
                                + "Connection: close\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), US_ASCII);
            } catch (ConnectException e) {
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }
}
