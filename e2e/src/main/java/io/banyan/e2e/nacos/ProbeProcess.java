package io.banyan.e2e.nacos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.OwnProcesses;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A client in a process of its own, and what it was told. For one thread's calls.
final class ProbeProcess implements AutoCloseable {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String OVER = "over";

    /// What a listener was told.
    ///
    /// @param atNanos when
    record Event(String kind, String key, String value, long atNanos) {}

    private final String label;
    private final boolean isNode;
    private final Path home;
    private final Process process;
    private final BufferedWriter in;
    private final Map<String, LinkedBlockingQueue<String>> answers = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private int lastCommand;

    /// @param servers comma list
    /// @param home an empty directory for its snapshots and logs
    static ProbeProcess client(
            ClientKind kind, String servers, Path home, List<String> properties) {
        Map<String, String> environment =
                kind.isNode()
                        ? Map.of(
                                "NODE_PATH",
                                Home.target().resolve("nacos-npm/node_modules").toString(),
                                "HOME",
                                home.toString())
                        : Map.of();
        return new ProbeProcess(
                kind.toString(),
                kind.isNode(),
                true,
                home,
                command(kind, servers, home, properties),
                environment);
    }

    /// @param main a class of ours that speaks as {@link ProbeLines} does
    /// @param jars directory of the versions that it runs with
    /// @param flags for its JVM
    static ProbeProcess java(
            String label, Path home, Path jars, List<String> flags, Class<?> main) {
        return new ProbeProcess(label, false, true, home, java(home, jars, flags, main), Map.of());
    }

    /// An application that is none of ours, and speaks in its own way; nothing but {@link #kill}
    /// and {@link #close} is for it.
    ///
    /// @param jars directory with all it is made of
    static ProbeProcess application(
            String label,
            Path home,
            Path jars,
            List<String> flags,
            String main,
            List<String> arguments) {
        List<String> command = java(home, jars, flags, jars + "/*", main);
        command.addAll(arguments);
        return new ProbeProcess(label, false, false, home, command, Map.of());
    }

    private ProbeProcess(
            String label,
            boolean isNode,
            boolean speaks,
            Path home,
            List<String> command,
            Map<String, String> environment) {
        this.label = label;
        this.isNode = isNode;
        this.home = home;
        try {
            Path logs = Home.target().resolve("e2e-logs");
            Files.createDirectories(logs);
            Path log =
                    logs.resolve(
                            ProcessHandle.current().pid()
                                    + "-probe-"
                                    + NUMBER.incrementAndGet()
                                    + "-"
                                    + label
                                    + ".log");
            var builder = new ProcessBuilder(command).redirectError(log.toFile());
            if (!speaks) {
                builder.redirectErrorStream(true).redirectOutput(log.toFile());
            }
            builder.environment().putAll(environment);
            process = OwnProcesses.start(builder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
        Thread.ofVirtual().start(this::read);
    }

    private static List<String> command(
            ClientKind kind, String servers, Path home, List<String> properties) {
        var command = new ArrayList<String>();
        if (kind.isNode()) {
            command.add("node");
            command.add(Home.root().resolve("e2e/nacos-clients/probe.js").toString());
        } else {
            Path jars = Home.target().resolve("nacos-" + kind.version());
            // Java's clients ask the same thing five times a second at most; not to measure that.
            var flags =
                    List.of(
                            "-DJM.SNAPSHOT.PATH=" + home,
                            "-DJM.LOG.PATH=" + home,
                            "-DlimitTime=10000");
            command.addAll(java(home, jars, flags, Probe.class));
        }
        command.add(servers);
        command.addAll(properties);
        return command;
    }

    private static List<String> java(Path home, Path jars, List<String> flags, Class<?> main) {
        String classpath = Home.target().resolve("classes") + ":" + jars.resolve("*");
        return java(home, jars, flags, classpath, main.getName());
    }

    private static List<String> java(
            Path home, Path jars, List<String> flags, String classpath, String main) {
        if (!Files.isDirectory(jars)) {
            throw new IllegalStateException("no jars in " + jars + ": bin/e2e fetches them");
        }
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-Duser.home=" + home));
        command.addAll(flags);
        command.add("-cp");
        command.add(classpath);
        command.add(main);
        return command;
    }

    private void read() {
        try (var lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split("\t", -1);
                if (line.startsWith("!") && words.length == 3) {
                    events.add(
                            new Event(
                                    words[0].substring(1), words[1], words[2], System.nanoTime()));
                } else if (words.length >= 2 && (line.startsWith("=") || line.startsWith("-"))) {
                    answer(words[0].substring(1)).add(words[0].charAt(0) + words[1]);
                }
            }
        } catch (IOException e) {
            // Killed; whoever waits hears it below.
        }
        answers.values().forEach(each -> each.add(OVER));
    }

    private LinkedBlockingQueue<String> answer(String command) {
        return answers.computeIfAbsent(command, c -> new LinkedBlockingQueue<>());
    }

    /// Which client it is.
    String label() {
        return label;
    }

    boolean isNode() {
        return isNode;
    }

    /// Where it keeps its snapshots.
    Path home() {
        return home;
    }

    /// Has the client do something.
    ///
    /// @throws IllegalStateException with the client's own words if it threw
    String call(String... words) {
        String number = begin(words);
        return end(number, String.join(" ", words));
    }

    /// Has the client do something while others do too.
    ///
    /// @return for {@link #end}
    String begin(String... words) {
        String number = Integer.toString(++lastCommand);
        LinkedBlockingQueue<String> queue = answer(number);
        try {
            in.write(number + "\t" + String.join("\t", words) + "\n");
            in.flush();
        } catch (IOException e) {
            queue.add(OVER);
        }
        return number;
    }

    String end(String number, String what) {
        return end(number, what, ANSWER_LIMIT);
    }

    String end(String number, String what, Duration limit) {
        String shown = what.length() > 120 ? what.substring(0, 120) + "..." : what;
        try {
            String answer = answer(number).poll(limit.toSeconds(), TimeUnit.SECONDS);
            answers.remove(number);
            if (answer == null || answer.equals(OVER)) {
                throw new IllegalStateException(label + " did not answer: " + shown);
            }
            if (answer.startsWith("-")) {
                throw new IllegalStateException(label + " " + shown + ": " + answer.substring(1));
            }
            return answer.substring(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    // ---- configuration

    @Nullable String get(String dataId) {
        return decode(call("get", dataId, Field.GROUP));
    }

    boolean publish(String dataId, String content) {
        return Boolean.parseBoolean(call("publish", dataId, Field.GROUP, encode(content), "text"));
    }

    static String encode(String content) {
        return Base64.getEncoder().encodeToString(content.getBytes(UTF_8));
    }

    static @Nullable String decode(String answer) {
        return answer.equals("null") ? null : new String(Base64.getDecoder().decode(answer), UTF_8);
    }

    // ---- events

    /// Waits for an event; those before it are passed over.
    ///
    /// @throws IllegalStateException if none comes in time
    Event await(String what, Duration limit, Predicate<Event> wanted) {
        long deadline = System.nanoTime() + limit.toNanos();
        Event last = null;
        try {
            while (true) {
                long left = deadline - System.nanoTime();
                Event event = events.poll(Math.max(1, left), TimeUnit.NANOSECONDS);
                if (event == null) {
                    throw new IllegalStateException(
                            label
                                    + " was not told within "
                                    + limit
                                    + ": "
                                    + what
                                    + "; last "
                                    + last);
                }
                last = event;
                if (wanted.test(event)) {
                    return event;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    Event awaitContent(String dataId, @Nullable String content, Duration limit) {
        String wanted = content == null ? "null" : encode(content);
        return await(
                dataId + " is " + content,
                limit,
                event ->
                        event.kind().equals("config")
                                && event.key().equals(dataId)
                                && event.value().equals(wanted));
    }

    Event awaitInstances(String service, Duration limit, Predicate<String> wanted) {
        return await(
                service + " is as wanted",
                limit,
                event ->
                        event.kind().equals("naming")
                                && event.key().equals(service)
                                && wanted.test(event.value()));
    }

    /// Events that came and were not waited for.
    int forgetEvents() {
        int count = events.size();
        events.clear();
        return count;
    }

    /// Whether it runs; an application that could not start does not.
    boolean running() {
        return process.isAlive();
    }

    /// SIGKILL.
    void kill() {
        OwnProcesses.kill(process);
    }

    @Override
    public void close() {
        kill();
    }
}
