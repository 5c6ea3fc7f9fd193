package io.banyan.cli;

import io.banyan.cli.command.Screen;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Runs some usual commands, so that the JVM can note which classes that takes and keep them ready
/// in a cache (JEP 483, JEP 514). The server they talk to is a process of its own: its classes in
/// the cache would make every start slower. `bin/build` runs it; nobody else needs it.
final class Training {
    private Training() {}

    /// @param java the command that starts the server
    static int run(String java) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("banyan-training");
        int port = freePort();
        Process server =
                new ProcessBuilder(
                                java,
                                "-Dzookeeper.admin.enableServer=false",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.banyan.server.Main",
                                String.valueOf(port),
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            return runAll("127.0.0.1:" + port);
        } finally {
            server.destroy();
            server.waitFor();
            delete(folder);
        }
    }

    private static int runAll(String servers) {
        var silent = new PrintStream(OutputStream.nullOutputStream());
        var screen = new Screen(silent, silent, false);
        int failed = 0;
        for (List<String> words :
                List.of(
                        List.of("create", "/a", "x", "--wait", "30000"),
                        List.of("ls", "/"),
                        List.of("ls", "/", "-s", "--json"),
                        List.of("get", "-s", "/a"),
                        List.of("set", "/a", "y"),
                        List.of("stat", "/a"),
                        List.of("getAcl", "/a"),
                        List.of("delete", "/a"),
                        List.of("cli", "ls", "/"),
                        List.of("cli", "get", "/none"))) {
            var withServers = new java.util.ArrayList<>(words);
            withServers.add(1, "-server");
            withServers.add(2, servers);
            int exit =
                    new Cli(screen, new ByteArrayInputStream(new byte[0]), false).run(withServers);
            failed += exit == 0 || words.contains("/none") ? 0 : 1;
        }
        new Cli(screen, new ByteArrayInputStream(new byte[0]), false).run(List.of("help"));
        return failed == 0 ? 0 : 1;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
