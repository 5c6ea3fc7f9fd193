package io.banyan.e2e.secure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.OwnProcesses;
import io.banyan.e2e.server.Ports;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Kerberos with a real KDC: our client in front of both kinds of servers, and servers of both
/// kinds among each other.
@Tag("fast")
final class KerberosTest {
    private static final int TIMEOUT_MILLIS = 10_000;

    @TempDir Path directory;

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void ourCommandLineProvesWhoItIs(ServerKind kind) throws Exception {
        List<String> sections = List.of("Server=zookeeper/localhost", "Client=alice");
        try (Kdc kdc = new Kdc(directory, sections)) {
            ServerConfig config =
                    kdc.known(ServerConfig.standard())
                            .with("sessionRequireClientSASLAuth", "true")
                            .with(
                                    "authProvider.1",
                                    "org.apache.zookeeper.server.auth.SASLAuthenticationProvider");
            try (ServerProcess server = ServerProcess.start(kind, config)) {
                String told = whoAmI(server.port(), kdc.jvmFlags());

                assertThat(told).contains("sasl: alice@" + Kdc.REALM);
            }
        }
    }

    /// What `banyan whoami` prints, errors included.
    private static String whoAmI(int port, List<String> flags)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Home.root().resolve("bin/banyan").toString(),
                                "whoami",
                                "--server",
                                "localhost:" + port)
                        .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CLIENT_JVMFLAGS", String.join(" ", flags));
        Process process = OwnProcesses.start(builder);
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return said;
    }

    @Test
    void serversOfBothKindsProveToEachOtherWhoTheyAre() throws Exception {
        List<ServerKind> kinds =
                List.of(ServerKind.BANYAN, ServerKind.APACHE_39, ServerKind.BANYAN);
        List<String> sections =
                List.of("QuorumServer=zkquorum/localhost", "QuorumLearner=learner/localhost");
        var servers = new ArrayList<ServerProcess>();
        try (Kdc kdc = new Kdc(directory, sections)) {
            ServerConfig config = members(kdc.known(ServerConfig.standard()), kinds.size());
            for (int id = 1; id <= kinds.size(); id++) {
                Path home = Files.createDirectory(directory.resolve("s" + id));
                ServerProcess server = ServerProcess.prepareIn(home, kinds.get(id - 1), config);
                servers.add(server);
                Files.createDirectories(server.dataDir());
                Files.writeString(server.dataDir().resolve("myid"), Integer.toString(id));
                server.launch();
            }
            for (ServerProcess each : servers) {
                each.awaitServing(Ensemble.SETTLE_LIMIT);
            }

            for (ServerProcess each : servers) {
                write(each, "/by-" + servers.indexOf(each));
            }

            for (ServerProcess each : servers) {
                try (RawSession session = RawSession.connect(each.port(), TIMEOUT_MILLIS)) {
                    session.call(Op.SYNC, new JuteOut().str("/"));
                    for (int i = 0; i < servers.size(); i++) {
                        assertThat(session.getData("/by-" + i, false).err()).isZero();
                    }
                    session.endSession();
                }
            }
            assertThat(servers.getFirst().output())
                    .contains("SASL between servers accepting=GSSAPI dialling=GSSAPI");
        } finally {
            servers.forEach(ServerProcess::close);
        }
    }

    private static ServerConfig members(ServerConfig base, int size) {
        ServerConfig config =
                base.with("initLimit", "20")
                        .with("syncLimit", "10")
                        .with("quorum.auth.enableSasl", "true")
                        .with("quorum.auth.learnerRequireSasl", "true")
                        .with("quorum.auth.serverRequireSasl", "true")
                        .with("quorum.auth.kerberos.servicePrincipal", "zkquorum/_HOST");
        for (int id = 1; id <= size; id++) {
            config = config.with("server." + id, "localhost:" + Ports.free() + ":" + Ports.free());
        }
        return config;
    }

    /// Until it is acknowledged: whoever is to lead may not be settled yet.
    private static void write(ServerProcess server, String path) {
        Waiting.until(
                () -> path + " to be written; the server's output:\n" + server.output(),
                Ensemble.SETTLE_LIMIT,
                () -> {
                    try (RawSession session = RawSession.connect(server.port(), TIMEOUT_MILLIS)) {
                        int error = session.create(path, null);
                        session.endSession();
                        return error == 0 || error == NODE_EXISTS;
                    }
                });
    }

    private static final int NODE_EXISTS = -110;
}
