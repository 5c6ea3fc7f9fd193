package io.banyan.e2e.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What can be started as a server.
public enum ServerKind {
    /// The version that Banyan is compared with.
    APACHE_39("apache-3.9.5", "3.9.5"),
    /// The newest complete release of the older line.
    APACHE_38("apache-3.8.6", "3.8.6"),
    /// The last releases of lines that are not maintained any more, but run.
    APACHE_37("apache-3.7.2", "3.7.2"),
    APACHE_36("apache-3.6.4", "3.6.4"),
    APACHE_35("apache-3.5.10", "3.5.10"),
    /// This project's own server, by `bin/banyan`.
    BANYAN("banyan", "");

    private final String label;
    private final String version;

    ServerKind(String label, String version) {
        this.label = label;
        this.version = version;
    }

    /// The name people give on the command line and read in reports.
    public String label() {
        return label;
    }

    /// @param text a label, or its beginning as far as it is unique; case does not matter
    public static ServerKind of(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        List<ServerKind> found = new ArrayList<>();
        for (ServerKind kind : values()) {
            if (kind.label.startsWith(wanted)) {
                found.add(kind);
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no such server: " + text + "; there are " + all());
        }
        return found.getFirst();
    }

    private static String all() {
        List<String> labels = new ArrayList<>();
        for (ServerKind kind : values()) {
            labels.add(kind.label);
        }
        return String.join(", ", labels);
    }

    /// The kinds that the test suites are run against: the property `e2e.servers`, a comma list of
    /// labels. The control, Apache, comes first, so that a wrong test shows before a wrong server.
    public static List<ServerKind> tested() {
        List<ServerKind> kinds = new ArrayList<>();
        for (String label : System.getProperty("e2e.servers", "apache,banyan").split(",", -1)) {
            kinds.add(of(label.strip()));
        }
        return kinds;
    }

    /// The command that starts the server in the foreground; its process id is the JVM's.
    List<String> command(Path zooCfg, List<String> jvmFlags) {
        if (this == BANYAN) {
            Path script = Home.root().resolve("bin/banyan");
            if (!Files.isExecutable(script)) {
                throw new IllegalStateException("there is no " + script + " to start");
            }
            BanyanBuild.ensure(script);
            return List.of(script.toString(), "server", zooCfg.toString());
        }
        Path jars = Home.target().resolve("apache-" + version);
        if (!Files.isDirectory(jars)) {
            throw new IllegalStateException(
                    "no jars in " + jars + ": build the module, bin/mvn -pl e2e test-compile");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags);
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Xshare:auto");
        command.add("-Xmx512m");
        // Those before 3.7 look for Log4j 1 otherwise, and fail if it is not there.
        command.add("-Dzookeeper.jmx.log4j.disable=true");
        command.add("-cp");
        command.add(
                Home.root().resolve("e2e/src/main/apache-conf")
                        + ":"
                        + jars.resolve("*")
                        + ":"
                        + Home.target().resolve("apache-lib").resolve("*"));
        command.add("org.apache.zookeeper.server.quorum.QuorumPeerMain");
        command.add(zooCfg.toString());
        return command;
    }

    @Override
    public String toString() {
        return label;
    }
}
