package io.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.BanyanServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same lines to Apache's zkCli 3.9.5 and to ours, each at a new server of ours.
///
/// Left out where we mean to differ: see docs/cli.md.
class ZkCliComparisonTest {
    private static final String EVENT = "WatchedEvent ";

    /// What the two must not agree on: addresses, times, transactions of quotas, class names, and
    /// how many commands there are.
    private static final List<Pattern> NOISE =
            List.of(
                    Pattern.compile("(?<=[cm]time = ).*"),
                    Pattern.compile("(?<=0x)[0-9a-f]+"),
                    Pattern.compile("(?<=zxid: )\\d+"),
                    Pattern.compile("(?<=127\\.0\\.0\\.1:)\\d+"),
                    Pattern.compile("org\\.apache\\.commons\\.cli\\.\\w+: "));

    @TempDir Path folder;

    @Test
    void anyLineIsAnsweredAsZkCliAnswersIt() throws Exception {
        String script = script();

        Said theirs = theirs(script);
        Said ours = ours(script);

        assertThat(answers(ours.out())).isEqualTo(answers(theirs.out()));
        assertThat(answers(ours.err())).isEqualTo(answers(theirs.err()));
        assertThat(events(ours.out())).isEqualTo(events(theirs.out()));
        assertThat(ours.exit()).isEqualTo(theirs.exit());
    }

    private static String script() throws IOException {
        try (InputStream in = ZkCliComparisonTest.class.getResourceAsStream("zkcli-script.txt")) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static BanyanServer server() throws IOException {
        return BanyanServer.builder().property("zookeeper.extendedTypesEnabled", "true").start();
    }

    private static Said ours(String script) throws IOException {
        try (BanyanServer server = server()) {
            return Said.by(server.connectString(), List.of("cli"), script);
        }
    }

    private Said theirs(String script) throws IOException, InterruptedException {
        Path in = Files.writeString(folder.resolve("in"), script);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        try (BanyanServer server = server()) {
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-Dslf4j.internal.verbosity=ERROR",
                                    "-Dslf4j.provider="
                                            + "org.slf4j.helpers.NOP_FallbackServiceProvider",
                                    "-cp",
                                    apacheJars(),
                                    "org.apache.zookeeper.ZooKeeperMain",
                                    "-server",
                                    server.connectString())
                            .redirectInput(in.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            int exit = process.waitFor();
            return new Said(exit, Files.readString(out), Files.readString(err));
        }
    }

    private static String apacheJars() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("apache.cli")))) {
            return jars.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        }
    }

    /// Lines that stand in answers. Events come on a thread of their own, so they are compared by
    /// themselves; and our list of commands is longer.
    private static List<String> answers(String text) {
        return text.lines()
                .filter(line -> !line.isEmpty() && !line.equals("WATCHER::"))
                .filter(line -> !line.startsWith(EVENT) && !line.startsWith("\t"))
                .filter(line -> !line.startsWith("WARNING:"))
                .map(ZkCliComparisonTest::withoutNoise)
                .toList();
    }

    private static List<String> events(String text) {
        return text.lines()
                .filter(line -> line.startsWith(EVENT))
                .map(ZkCliComparisonTest::withoutNoise)
                .toList();
    }

    private static String withoutNoise(String line) {
        String clean = line;
        for (Pattern noise : NOISE) {
            clean = noise.matcher(clean).replaceAll("");
        }
        return clean;
    }
}
