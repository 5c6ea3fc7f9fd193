package io.banyan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Where the project keeps what the bench starts.
///
/// @param home the project's directory
record Layout(Path home) {
    static Layout fromProperties() {
        return new Layout(Path.of(System.getProperty("banyan.home", "")).toAbsolutePath());
    }

    Candidate apache(String name) {
        return new Candidate.Apache(name, javaHome(), apacheLib(), apacheConf());
    }

    Candidate banyan() {
        return new Candidate.Banyan("Banyan", javaHome(), launcher());
    }

    /// @throws IOException if something to start is missing, with what to do about it
    void require(boolean needsBanyan) throws IOException {
        boolean jars = false;
        if (Files.isDirectory(apacheLib())) {
            try (Stream<Path> files = Files.list(apacheLib())) {
                jars = files.anyMatch(f -> f.getFileName().toString().startsWith("zookeeper-3"));
            }
        }
        if (!jars) {
            throw new IOException(
                    "no ZooKeeper in " + apacheLib() + ": start this through bin/bench");
        }
        if (needsBanyan && !Files.isExecutable(launcher())) {
            throw new IOException("no " + launcher() + "; --noise measures ZooKeeper alone");
        }
    }

    private Path apacheLib() {
        return home.resolve("bench/target/apache");
    }

    private Path apacheConf() {
        Path conf = home.resolve("bench/apache/conf");
        // Without it ZooKeeper logs every request, and the comparison would flatter us.
        if (!Files.isRegularFile(conf.resolve("logback.xml"))) {
            throw new IllegalStateException(conf + " has no logback.xml");
        }
        return conf;
    }

    private Path launcher() {
        return home.resolve("bin/banyan");
    }

    private static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }
}
