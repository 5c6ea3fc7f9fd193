package io.banyan.e2e.diff;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.server.ServerKind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("fast")
class DifferentialTest {

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void answersEveryScriptAsApacheDoes(ServerKind kind) throws Exception {
        ByteArrayOutputStream report = new ByteArrayOutputStream();

        try (PrintStream out = new PrintStream(report, true, UTF_8);
                Differential differential =
                        new Differential(ServerKind.APACHE_39, kind, Set.of(), out)) {
            for (long seed = 1; seed <= 3; seed++) {
                boolean same = differential.agree(seed, 1500, 4);
                assertThat(same).as("seed %s:%n%s", seed, report.toString(UTF_8)).isTrue();
            }
        }
    }

    @Test
    void aScriptIsTheSameForTheSameSeed() {
        String once = Generator.script(7, 500, 3).toString();

        assertThat(Generator.script(7, 500, 3).toString()).isEqualTo(once);
        assertThat(Generator.script(8, 500, 3).toString()).isNotEqualTo(once);
    }
}
