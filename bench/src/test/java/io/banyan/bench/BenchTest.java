package io.banyan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchTest {
    @TempDir Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void listNamesEveryRowOnce() {
        assertThat(run("--list")).isZero();

        assertThat(out.toString().lines())
                .doesNotHaveDuplicates()
                .contains("read-32x16", "p99-read-32x16", "heap", "restart", "watch-fan-out");
    }

    @Test
    void helpTellsEveryOption() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString())
                .contains("--only", "--quick", "--rounds", "--heap", "--json", "--limit", "load");
    }

    @Test
    void rowsThatDoNotExistAreRefused() {
        assertThat(run("--only", "no-such-row")).isEqualTo(2);

        assertThat(err.toString()).contains("--only matches no row");
    }

    @Test
    void brokenExpressionIsRefused() {
        assertThat(run("--only", "(")).isEqualTo(2);

        assertThat(err.toString()).contains("--only: Unclosed group");
    }

    @Test
    void zeroRoundsAreRefused() {
        assertThat(run("--rounds", "0")).isEqualTo(2);

        assertThat(err.toString()).contains("--rounds must be more than 0");
    }

    @Test
    void unknownWorkOfTheGeneratorIsRefused() {
        assertThat(run("load", "--canned", "-o", "dance")).isEqualTo(2);

        assertThat(err.toString()).contains("no work 'dance'");
    }

    @Test
    void addressWithoutPortIsRefused() {
        assertThat(run("load", "-H", "localhost")).isEqualTo(2);

        assertThat(err.toString()).contains("'localhost' is not HOST:PORT");
    }

    @Test
    void generatorPressesTheBuiltInServer() {
        int code = run("load", "--canned", "-c", "2", "-q", "4", "-t", "0.2", "-w", "0.1");

        assertThat(code).isZero();
        assertThat(out.toString()).startsWith("get c=2 q=4 size=100:  R ").contains("errors 0");
    }

    private int run(String... arguments) {
        CommandLine commandLine = Bench.commandLine(new Layout(home));
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return commandLine.execute(arguments);
    }
}
