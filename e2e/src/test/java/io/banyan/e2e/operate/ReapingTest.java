package io.banyan.e2e.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Znodes that the server deletes by itself.
@Tag("fast")
class ReapingTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int CONTAINER = 4;
    private static final int PERSISTENT_WITH_TTL = 5;

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void emptiedContainersAndOutlivedZnodesGoAndNothingElse(ServerKind kind) throws Exception {
        ServerConfig config =
                ServerConfig.standard()
                        .with("extendedTypesEnabled", "true")
                        .withJvmFlag("-Dznode.container.checkIntervalMs=200");
        try (ServerProcess server = ServerProcess.start(kind, config);
                RawSession session = RawSession.connect(server.port(), 20_000)) {
            container(session, "/emptied");
            container(session, "/full");
            container(session, "/fresh");
            ttl(session, "/short", 300);
            ttl(session, "/long", 3_600_000);
            ttl(session, "/parent", 300);
            assertThat(session.create("/parent/child", null)).isZero();
            assertThat(session.create("/full/child", null)).isZero();
            assertThat(session.create("/emptied/child", null)).isZero();
            assertThat(session.delete("/emptied/child")).isZero();

            Waiting.until(
                    () -> "the reaper of " + kind,
                    LIMIT,
                    () -> {
                        List<String> left = session.children("/");
                        return !left.contains("emptied") && !left.contains("short");
                    });

            assertThat(session.children("/")).contains("full", "fresh", "long", "parent");
        }
    }

    private static void container(RawSession session, String path) throws RawSession.Lost {
        JuteOut body = new JuteOut().str(path).buf(null).openAcl().i32(CONTAINER);
        assertThat(session.call(Op.CREATE_CONTAINER, body).err()).isZero();
    }

    private static void ttl(RawSession session, String path, long millis) throws RawSession.Lost {
        JuteOut body =
                new JuteOut().str(path).buf(null).openAcl().i32(PERSISTENT_WITH_TTL).i64(millis);
        assertThat(session.call(Op.CREATE_TTL, body).err()).isZero();
    }
}
