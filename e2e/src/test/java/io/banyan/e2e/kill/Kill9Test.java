package io.banyan.e2e.kill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.server.ServerKind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("fast")
class Kill9Test {

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void noAcknowledgedWriteIsLostAndNoneInvented(ServerKind kind) throws Exception {
        ByteArrayOutputStream report = new ByteArrayOutputStream();

        try (PrintStream out = new PrintStream(report, true, UTF_8);
                Kill9 kill9 = new Kill9(kind, 42, out)) {
            boolean right = kill9.run(4);

            assertThat(right).as(report.toString(UTF_8)).isTrue();
            assertThat(kill9.acked()).isPositive();
        }
    }
}
