package io.banyan.bench;

import java.nio.file.Path;
import java.util.List;

/// One of the two kinds of server that are compared.
sealed interface Candidate {
    /// The heading of its column.
    String name();

    /// How to start a server in the foreground, as a process whose id is the JVM's.
    ///
    /// @param heap as `-Xmx` takes it
    ProcessBuilder command(Path zooCfg, String heap);

    /// Apache ZooKeeper from its own libraries, with the JVM's defaults for everything but memory.
    ///
    /// @param lib the directory of its jars
    /// @param conf a directory with its `logback.xml`
    record Apache(String name, Path javaHome, Path lib, Path conf) implements Candidate {
        @Override
        public ProcessBuilder command(Path zooCfg, String heap) {
            return new ProcessBuilder(
                    List.of(
                            javaHome.resolve("bin/java").toString(),
                            "-Xmx" + heap,
                            "-cp",
                            conf + ":" + lib + "/*",
                            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                            zooCfg.toString()));
        }
    }

    /// Banyan as its users start it.
    ///
    /// @param launcher `bin/banyan`
    record Banyan(String name, Path javaHome, Path launcher) implements Candidate {
        @Override
        public ProcessBuilder command(Path zooCfg, String heap) {
            var builder =
                    new ProcessBuilder(List.of(launcher.toString(), "server", zooCfg.toString()));
            builder.environment().put("JAVA_HOME", javaHome.toString());
            builder.environment().put("SERVER_JVMFLAGS", "-Xmx" + heap);
            return builder;
        }
    }
}
