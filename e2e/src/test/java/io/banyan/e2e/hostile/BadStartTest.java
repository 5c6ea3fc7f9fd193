package io.banyan.e2e.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Starts that cannot succeed: they end with ZooKeeper's exit codes and a line that names the
/// reason.
@Tag("fast")
class BadStartTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    /// @param exitCode of ZooKeeper; 1 there says only that something unexpected happened, so where
    ///   the data is to blame ours says 3, as ZooKeeper does for a directory that it cannot use
    private static void assertFails(ServerProcess server, int exitCode, String... words) {
        assertFails(server, exitCode, exitCode, words);
    }

    private static void assertFails(
            ServerProcess server, int zooKeepers, int ours, String... words) {
        int exitCode = server.kind() == ServerKind.BANYAN ? ours : zooKeepers;
        server.launch();
        int code = server.awaitExit(LIMIT);
        String output = server.output();
        assertThat(code).as(output).isEqualTo(exitCode);
        if (server.kind() == ServerKind.BANYAN) {
            assertThat(output).contains(words);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void nonsenseInTheConfigurationIsNamed(ServerKind kind) {
        ServerConfig config = ServerConfig.standard().with("tickTime", "soon");
        try (ServerProcess server = ServerProcess.prepare(kind, config)) {
            assertFails(server, 2, "tickTime", "soon");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aPortInUseIsNamed(ServerKind kind) throws Exception {
        try (ServerProcess server = ServerProcess.prepare(kind, ServerConfig.standard());
                ServerSocket taken =
                        new ServerSocket(server.port(), 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(taken.isBound()).isTrue();
            assertFails(server, 1, Integer.toString(server.port()));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aDataDirThatIsAFileIsNamed(ServerKind kind) throws Exception {
        try (ServerProcess server = ServerProcess.prepare(kind, ServerConfig.standard())) {
            Files.writeString(server.dataDir(), "no directory");
            assertFails(server, 3, server.dataDir().toString());
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aLogWithoutAnySnapshotIsRefused(ServerKind kind) throws Exception {
        try (ServerProcess server = started(kind)) {
            try (Stream<Path> files = Files.list(server.version2())) {
                for (Path file : files.toList()) {
                    if (file.getFileName().toString().startsWith("snapshot.")) {
                        Files.delete(file);
                    }
                }
            }
            assertFails(server, 1, 3, "snapshot");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aLogThatIsCorruptInTheMiddleIsRefused(ServerKind kind) throws Exception {
        try (ServerProcess server = started(kind)) {
            Path log = only(server.version2(), "log.");
            byte[] bytes = Files.readAllBytes(log);
            bytes[200] ^= 0x55;
            Files.write(log, bytes);

            assertFails(server, 1, 3, log.getFileName().toString());
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aSingleCorruptSnapshotIsRefused(ServerKind kind) throws Exception {
        try (ServerProcess server = started(kind)) {
            Path snapshot = only(server.version2(), "snapshot.");
            byte[] bytes = Files.readAllBytes(snapshot);
            bytes[bytes.length / 2] ^= 0x55;
            Files.write(snapshot, bytes);

            assertFails(server, 1, 3, snapshot.getFileName().toString());
        }
    }

    /// A server that wrote twenty nodes and was killed.
    private static ServerProcess started(ServerKind kind) throws IOException {
        ServerProcess server = ServerProcess.start(kind, ServerConfig.standard());
        try (RawSession session = RawSession.connect(server.port(), 10_000)) {
            for (int i = 0; i < 20; i++) {
                session.create("/n" + i, "data".getBytes(UTF_8));
            }
        }
        server.kill();
        return server;
    }

    private static Path only(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found =
                    files.filter(f -> f.getFileName().toString().startsWith(prefix)).toList();
            assertThat(found).hasSize(1);
            return found.getFirst();
        }
    }
}
