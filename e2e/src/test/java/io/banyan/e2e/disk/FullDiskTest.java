package io.banyan.e2e.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A standalone server whose disk is full, and what is left when there is room again. Needs root.
@Tag("fast")
class FullDiskTest {
    private static final int WRITES_MAX = 20_000;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatWasAcknowledgedIsThereWhenThereIsRoomAgain(ServerKind kind) throws Exception {
        String whyNot = SmallDisk.whyNot();
        assumeTrue(whyNot.isEmpty(), whyNot);
        try (ServerProcess server = ServerProcess.prepare(kind, ServerConfig.standard())) {
            Files.createDirectories(server.dataDir());
            Files.writeString(server.dataDir().resolve("myid"), "1");
            SmallDisk disk = SmallDisk.under(server.dataDir());
            try {
                server.start();
                List<String> acknowledged = writeUntilRefused(server, disk);
                int exitCode = server.awaitExit(LIMIT);

                assertThat(exitCode).isNotZero();
                assertThat(server.output()).contains("No space left on device");
                assertThat(acknowledged).hasSizeLessThan(WRITES_MAX);

                disk.relieve();
                server.start();
                try (RawSession after = RawSession.connect(server.port(), 20_000)) {
                    assertThat(after.children("/")).containsAll(acknowledged);
                    assertThat(after.create("/again", null)).isZero();
                }
            } finally {
                if (server.running()) {
                    server.kill();
                }
                disk.close();
            }
        }
    }

    private static List<String> writeUntilRefused(ServerProcess server, SmallDisk disk)
            throws IOException {
        var acknowledged = new ArrayList<String>();
        try (RawSession session = RawSession.connect(server.port(), 20_000)) {
            assertThat(session.create("/before", null)).isZero();
            acknowledged.add("before");
            disk.fill();
            for (int i = 0; i < WRITES_MAX; i++) {
                if (session.create("/n" + i, "x".repeat(1_000).getBytes(UTF_8)) != 0) {
                    break;
                }
                acknowledged.add("n" + i);
            }
        } catch (RawSession.Lost expected) {
            // The server has ended, or is about to.
            return acknowledged;
        }
        return acknowledged;
    }
}
