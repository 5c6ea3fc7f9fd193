package io.banyan.bench;

import io.banyan.bench.load.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One server process with its data directory. Confined to the thread that started it.
final class RunningServer implements Service {
    private static final long SERVING_NANOS_MAX = 300_000_000_000L;
    private static final long STOP_SECONDS_MAX = 60;
    private static final int LOG_LINES_SHOWN = 12;

    /// How often a starting server is asked: often enough to be exact to some milliseconds, rarely
    /// enough to leave it the processor.
    private static final long ASK_MILLIS = 2;

    /// How long the first session may take to be served, doubled whenever it was too short.
    private static final int PATIENCE_MILLIS_MIN = 100;

    private static final int PATIENCE_MILLIS_MAX = 20_000;

    private final Candidate candidate;
    private final Path directory;
    private final String heap;
    private final InetSocketAddress address;
    private Process process;
    private long startNanos;
    private long firstServedNanos;

    private RunningServer(
            Candidate candidate, Path directory, String heap, InetSocketAddress address)
            throws IOException {
        this.candidate = candidate;
        this.directory = directory;
        this.heap = heap;
        this.address = address;
        this.startNanos = System.nanoTime();
        this.process = exec();
    }

    /// Starts on an empty directory and returns when the server serves.
    ///
    /// @param directory made here; gets the configuration, the data and the server's output
    /// @param extraConfig more lines of zoo.cfg
    static RunningServer start(
            Candidate candidate, Path directory, String heap, List<String> extraConfig)
            throws IOException {
        Files.createDirectories(directory.resolve("data"));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        Files.write(
                directory.resolve("zoo.cfg"),
                ZooCfg.standalone(directory.resolve("data"), address, extraConfig));
        var server = new RunningServer(candidate, directory, heap, address);
        server.firstServedNanos = server.awaitServing("/");
        return server;
    }

    /// Starts a member of an ensemble and does not wait: it serves when enough of them run.
    ///
    /// @param config all lines of its zoo.cfg
    static RunningServer launch(
            Candidate candidate,
            Path directory,
            String heap,
            InetSocketAddress address,
            List<String> config)
            throws IOException {
        Files.createDirectories(directory.resolve("data"));
        Files.write(directory.resolve("zoo.cfg"), config);
        return new RunningServer(candidate, directory, heap, address);
    }

    /// Starts the process again after {@link #kill} or {@link #stop}, and does not wait.
    void launchAgain() throws IOException {
        startNanos = System.nanoTime();
        process = exec();
    }

    /// kill -9.
    void kill() throws IOException {
        kill(process);
    }

    /// Returns when it has ended.
    static void kill(Process process) throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    /// SIGSTOP, or SIGCONT.
    void pause(boolean paused) throws IOException {
        var signal =
                new ProcessBuilder("kill", paused ? "-STOP" : "-CONT", Long.toString(pid()))
                        .start();
        try {
            if (signal.waitFor() != 0) {
                throw new IOException("cannot signal process " + pid());
            }
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    /// From starting the process for the first time to its first served read.
    long firstServedNanos() {
        return firstServedNanos;
    }

    @Override
    public Candidate candidate() {
        return candidate;
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return List.of(address);
    }

    InetSocketAddress address() {
        return address;
    }

    @Override
    public List<Long> pids() {
        return List.of(pid());
    }

    long pid() {
        return process.pid();
    }

    Path data() {
        return directory.resolve("data");
    }

    /// Stops it as an operator does and starts it again on the same data.
    ///
    /// @param path a znode whose first read ends the measurement
    /// @return nanoseconds from starting the process to the end of that read
    long restart(String path, List<String> extraConfig) throws IOException {
        stop();
        Files.write(
                directory.resolve("zoo.cfg"),
                ZooCfg.standalone(directory.resolve("data"), address, extraConfig));
        startNanos = System.nanoTime();
        process = exec();
        return awaitServing(path);
    }

    /// Since the process was started, until the server answered a read.
    long awaitServing(String path) throws IOException {
        IOException last = new IOException("never asked");
        int patienceMillis = PATIENCE_MILLIS_MIN;
        while (System.nanoTime() - startNanos < SERVING_NANOS_MAX) {
            if (!process.isAlive()) {
                throw new IOException(
                        "%s ended with code %d:%n%s"
                                .formatted(candidate.name(), process.exitValue(), logTail()));
            }
            try {
                Probe.read(address, path, patienceMillis);
                return System.nanoTime() - startNanos;
            } catch (SocketTimeoutException e) {
                // ZooKeeper forgets some who come while it starts; a slow server needs more time.
                patienceMillis = Math.min(2 * patienceMillis, PATIENCE_MILLIS_MAX);
                last = e;
            } catch (IOException e) {
                last = e; // Not yet; the last reason is told if it never serves.
            }
            Pause.millis(ASK_MILLIS);
        }
        close();
        throw new IOException(candidate.name() + " did not come to serve", last);
    }

    private Process exec() throws IOException {
        ProcessBuilder builder = candidate.command(directory.resolve("zoo.cfg"), heap);
        builder.directory(directory.toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("server.log").toFile()));
        Process started = builder.start();
        // A bench that is told to end must not leave servers behind.
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
        return started;
    }

    private String logTail() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("server.log"));
        int from = Math.max(0, lines.size() - LOG_LINES_SHOWN);
        return String.join(System.lineSeparator(), lines.subList(from, lines.size()));
    }

    /// Stops it as an operator does.
    void stop() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IOException(
                        candidate.name() + " did not stop within " + STOP_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw Pause.interrupted(e);
        }
    }

    /// Ends the process and deletes its directory.
    @Override
    public void close() throws IOException {
        kill();
        Directories.delete(directory);
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
