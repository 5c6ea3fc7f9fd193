package io.banyan.e2e.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.Packet;
import io.banyan.e2e.raw.RawConnection;
import io.banyan.e2e.raw.RawSession;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One server, and the directory it keeps its files in, over any number of starts.
///
/// Confined to one thread, except that [#kill] and [#running] may be called from any.
public final class ServerProcess implements AutoCloseable {

    /// An Apache server on two busy cores needs up to ten seconds.
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(1);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private ServerConfig config;
    private final Path directory;
    private final boolean ownsDirectory;
    private final int port;
    private final Place place;
    private ServerKind kind;
    private volatile @Nullable Process process;
    private Path output;

    private ServerProcess(
            ServerKind kind, ServerConfig config, Path directory, boolean owns, Place place) {
        this.kind = kind;
        this.config = config;
        this.directory = directory;
        this.ownsDirectory = owns;
        this.place = place;
        this.port = Ports.free();
        this.output = nextOutput(kind);
    }

    private static Path nextOutput(ServerKind kind) {
        Path logs = Home.target().resolve("e2e-logs");
        try {
            Files.createDirectories(logs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return logs.resolve(
                ProcessHandle.current().pid()
                        + "-"
                        + NUMBER.incrementAndGet()
                        + "-"
                        + kind.label()
                        + ".log");
    }

    /// Starts a server on an empty directory, which is deleted by [#close], and waits until it
    /// serves.
    public static ServerProcess start(ServerKind kind, ServerConfig config) {
        ServerProcess server = prepare(kind, config);
        try {
            server.start();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /// A server that is not started yet, with an empty directory of its own, deleted by [#close].
    public static ServerProcess prepare(ServerKind kind, ServerConfig config) {
        try {
            return new ServerProcess(
                    kind,
                    config,
                    Files.createTempDirectory("banyan-e2e-" + kind.label()),
                    true,
                    Place.LOOPBACK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A server that is not started yet, with somebody else's directory: [#close] leaves it.
    public static ServerProcess prepareIn(Path directory, ServerKind kind, ServerConfig config) {
        return prepareIn(directory, kind, config, Place.LOOPBACK);
    }

    /// A server that is not started yet, somewhere in the network, with somebody else's directory.
    static ServerProcess prepareIn(
            Path directory, ServerKind kind, ServerConfig config, Place place) {
        return new ServerProcess(kind, config, directory, false, place);
    }

    /// Starts the process on whatever is in the directory, and waits until it serves.
    ///
    /// @throws IllegalStateException with the end of the output, if it ends or does not serve in
    ///   time
    public void start() {
        launch();
        awaitServing(START_LIMIT);
    }

    /// Waits until the launched process serves.
    ///
    /// @throws IllegalStateException with the end of the output, if it ends or does not serve in
    ///   time
    public void awaitServing(Duration limit) {
        Waiting.until(
                () -> kind + " to serve; its output ends:\n" + outputTail(),
                limit,
                () -> {
                    Process running = requireProcess();
                    if (!running.isAlive()) {
                        return true;
                    }
                    return serves();
                });
        Process started = requireProcess();
        if (!started.isAlive()) {
            throw new IllegalStateException(
                    kind
                            + " ended with exit code "
                            + started.exitValue()
                            + "; its output ends:\n"
                            + outputTail());
        }
    }

    /// Asks for a session that never was: only a server that serves says that it is over, and
    /// nothing is changed by it.
    public boolean serves() throws IOException {
        long nobody = 0x7700000000000L;
        int limit = (int) PROBE_LIMIT.toMillis();
        try (RawConnection connection = RawConnection.open(address(), limit)) {
            connection.send(
                    RawSession.connectRequest(0, 10_000, nobody, RawSession.passwordOf(nobody)));
            // A server that is still starting may accept and never answer: ask again soon.
            return connection.take(PROBE_LIMIT) instanceof Packet.Frame;
        }
    }

    /// Starts the process and does not wait: for starts that are meant to fail.
    public void launch() {
        try {
            launch(writeZooCfg());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts the process on the zoo.cfg that the one before left behind, and does not wait.
    public void launchAgain() {
        launch(directory.resolve("zoo.cfg"));
    }

    private void launch(Path zooCfg) {
        if (running()) {
            throw new IllegalStateException(kind + " runs already");
        }
        output = nextOutput(kind);
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(place.command(kind.command(zooCfg, config.jvmFlags())))
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("SERVER_JVMFLAGS", String.join(" ", config.jvmFlags()));
            builder.redirectInput(new File("/dev/null"));
            Process started = OwnProcesses.start(builder);
            process = started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path writeZooCfg() throws IOException {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("dataDir", dataDir().toString());
        keys.put("clientPort", Integer.toString(port));
        keys.putAll(config.keys());
        StringBuilder text = new StringBuilder();
        keys.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        return Files.writeString(directory.resolve("zoo.cfg"), text);
    }

    /// The next start is another kind of server on the same files.
    public void become(ServerKind other) {
        if (running()) {
            throw new IllegalStateException(kind + " runs still");
        }
        kind = other;
    }

    /// The next start has this line in its zoo.cfg.
    public void setFromNowOn(String key, String value) {
        config = config.with(key, value);
    }

    public ServerKind kind() {
        return kind;
    }

    public int port() {
        return port;
    }

    /// Where clients connect.
    public InetSocketAddress address() {
        return new InetSocketAddress(place.address(), port);
    }

    public Path directory() {
        return directory;
    }

    public Path dataDir() {
        return directory.resolve("data");
    }

    /// Where snapshots and logs are.
    public Path version2() {
        return dataDir().resolve("version-2");
    }

    public boolean running() {
        Process current = process;
        return current != null && current.isAlive();
    }

    public long pid() {
        return requireProcess().pid();
    }

    private Process requireProcess() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException(kind + " was not started");
        }
        return current;
    }

    /// SIGTERM, and waits for the end.
    ///
    /// @return the exit code: 143 if the signal ended the JVM, as it does with both servers
    public int stop() {
        Process current = requireProcess();
        current.destroy();
        return awaitExit(STOP_LIMIT);
    }

    /// SIGKILL, and waits for the end.
    public void kill() {
        requireProcess().destroyForcibly();
        awaitExit(STOP_LIMIT);
    }

    /// SIGSTOP: the process is there and does nothing, until {@link #proceed}.
    public void pause() {
        signal("STOP");
        // The signal stops one thread, which stops the others: until it is its turn on a busy
        // machine, they work on.
        Waiting.until(() -> kind + " to stand still", STOP_LIMIT, this::isStopped);
    }

    private boolean isStopped() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid() + "/task"))) {
            for (Path task : tasks.toList()) {
                String stat = Files.readString(task.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
        }
        return true;
    }

    /// SIGCONT.
    public void proceed() {
        signal("CONT");
    }

    private void signal(String name) {
        Commands.run(List.of("kill", "-" + name, Long.toString(pid())));
    }

    /// Waits for the process to end by itself.
    ///
    /// @throws IllegalStateException if it has not within the limit
    public int awaitExit(Duration limit) {
        Process current = requireProcess();
        try {
            if (!current.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        kind
                                + " did not end within "
                                + limit
                                + "; its output ends:\n"
                                + outputTail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return current.exitValue();
    }

    /// All that the running or the last process wrote.
    public String output() {
        try {
            return Files.exists(output) ? new String(Files.readAllBytes(output), UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String outputTail() {
        List<String> lines = output().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /// Kills the process if it runs, and deletes the directory if it is ours. The output stays.
    @Override
    public void close() {
        if (running()) {
            kill();
        }
        if (ownsDirectory) {
            deleteTree(directory);
        }
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
