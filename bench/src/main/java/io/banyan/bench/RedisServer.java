package io.banyan.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Redis as Debian has it, for locks to be compared with: it keeps everything in memory only.
final class RedisServer implements AutoCloseable {
    private static final long SERVING_NANOS_MAX = 20_000_000_000L;

    private final Process process;
    private final int port;

    private RedisServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// @param directory where it may write
    /// @return empty if there is no `redis-server` on the PATH
    static Optional<RedisServer> start(Path directory) throws IOException {
        boolean installed = false;
        for (String each : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            installed |= Files.isExecutable(Path.of(each).resolve("redis-server"));
        }
        if (!installed) {
            return Optional.empty();
        }
        Files.createDirectories(directory);
        int port = RunningServer.freePort();
        Process process =
                new ProcessBuilder(
                                "redis-server",
                                "--port",
                                Integer.toString(port),
                                "--bind",
                                "127.0.0.1",
                                "--save",
                                "",
                                "--appendonly",
                                "no",
                                "--dir",
                                directory.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("server.log").toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        var server = new RedisServer(process, port);
        server.awaitServing();
        return Optional.of(server);
    }

    int port() {
        return port;
    }

    private void awaitServing() throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() - start > SERVING_NANOS_MAX) {
                    close();
                    throw new IOException("redis-server does not serve", e);
                }
            }
            Pause.millis(10);
        }
    }

    @Override
    public void close() throws IOException {
        RunningServer.kill(process);
    }
}
