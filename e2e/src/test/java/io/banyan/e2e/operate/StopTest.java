package io.banyan.e2e.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server that is told to stop.
@Tag("fast")
final class StopTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(strings = {"new database", "serving clients"})
    void aSignalInTheMiddleOfAStartEndsItWithoutComplaint(String moment) {
        try (ServerProcess server =
                ServerProcess.prepare(ServerKind.BANYAN, ServerConfig.standard())) {
            server.launch();
            Waiting.until(
                    () -> "the server to say: " + moment,
                    LIMIT,
                    () -> server.output().contains(moment));

            assertThat(server.stop()).isEqualTo(143);

            assertThat(server.output()).doesNotContain("Exception", "ERROR");
        }
    }
}
