package io.banyan.bench;

import io.banyan.bench.nacos.Herd;
import io.banyan.bench.nacos.HttpCaller;
import io.banyan.bench.nacos.Press;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `bin/bench nacos`: the Nacos door under load over HTTP, beside what was seen of a Nacos 2.5.1.
@Command(
        name = "nacos",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures a server's Nacos door: publications, reads, registrations, beats and lists a"
                    + " second, the time from one publication to the last of many hanging listeners,"
                    + " and the heap of each."
        })
final class NacosCommand implements Callable<Integer> {
    private static final int GRPC_OFFSET = 1000;
    private static final int CALLERS = 16;
    private static final int TOLD_SECONDS_MAX = 60;
    private static final String CONFIGS = "/nacos/v1/cs/configs";
    private static final String INSTANCE = "/nacos/v1/ns/instance";

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @Spec
    private CommandSpec spec;

    @Option(names = "--heap", description = "-Xmx of the server (default ${DEFAULT-VALUE})")
    private String heap = "2g";

    @Option(names = "--seconds", description = "of each row (default ${DEFAULT-VALUE})")
    private double seconds = 5;

    @Option(names = "--warm", description = "seconds before each row (default ${DEFAULT-VALUE})")
    private double warmSeconds = 3;

    @Option(
            names = "--rounds",
            description = "publications to each herd (default ${DEFAULT-VALUE})")
    private int rounds = 30;

    @Option(
            names = "--listeners",
            split = ",",
            description = "sizes of the herds (default ${DEFAULT-VALUE})")
    private List<Integer> listeners = List.of(1_000, 10_000);

    @Option(
            names = "--servers",
            description =
                    "of the ensemble; one that follows is asked (default ${DEFAULT-VALUE}: one alone)")
    private int servers = 1;

    @Option(
            names = "--at",
            description = "measure a server that runs already, its HTTP port on this machine")
    private int at;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (at > 0) {
            measure(out, new InetSocketAddress(InetAddress.getLoopbackAddress(), at), null, -1);
            return 0;
        }
        Path home = Path.of(System.getProperty("banyan.home", ".")).toAbsolutePath().normalize();
        Path javaHome = Path.of(System.getProperty("java.home"));
        Path work = Files.createTempDirectory("banyan-bench-nacos");
        var banyan = new Candidate.Banyan("Banyan", javaHome, home.resolve("bin/banyan"));
        try (var _ = BenchLock.take(() -> out.println("waiting for another bench"))) {
            if (servers > 1) {
                measureFollower(out, banyan, work, javaHome);
            } else {
                measureAlone(out, banyan, work, javaHome);
            }
        } finally {
            Directories.delete(work);
        }
        return 0;
    }

    private void measureAlone(PrintWriter out, Candidate.Banyan banyan, Path work, Path javaHome)
            throws IOException, InterruptedException {
        int port = freePort();
        try (RunningServer server =
                RunningServer.start(banyan, work.resolve("server"), heap, doorAt(port))) {
            measure(out, ready(port), javaHome, server.pid());
        }
    }

    private void measureFollower(PrintWriter out, Candidate.Banyan banyan, Path work, Path javaHome)
            throws IOException, InterruptedException {
        var ports = new ArrayList<Integer>();
        for (int i = 0; i < servers; i++) {
            ports.add(freePort());
        }
        try (RunningEnsemble ensemble =
                RunningEnsemble.start(
                        banyan, work, heap, servers, id -> doorAt(ports.get(id - 1)))) {
            RunningServer leader = ensemble.leader();
            int asked = ensemble.members().indexOf(leader) == 0 ? 1 : 0;
            measure(out, ready(ports.get(asked)), javaHome, ensemble.members().get(asked).pid());
        }
    }

    private static List<String> doorAt(int port) {
        return List.of("nacos.port=" + port, "nacos.address=127.0.0.1");
    }

    private static InetSocketAddress ready(int port) throws IOException {
        var door = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        awaitReady(door);
        return door;
    }

    private static int freePort() throws IOException {
        while (true) {
            int port = RunningServer.freePort();
            try (var second =
                    new ServerSocket(port + GRPC_OFFSET, 1, InetAddress.getLoopbackAddress())) {
                return second.getLocalPort() - GRPC_OFFSET;
            } catch (IOException | IllegalArgumentException taken) {
                // Another one, then.
            }
        }
    }

    private static void awaitReady(InetSocketAddress door) throws IOException {
        byte[] ask = HttpCaller.request("GET", "/nacos/v1/console/health/readiness", "");
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (true) {
            try (var http = new HttpCaller(door)) {
                http.call(ask);
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
                Pause.millis(20);
            }
        }
    }

    private void measure(PrintWriter out, InetSocketAddress door, @Nullable Path javaHome, long pid)
            throws IOException, InterruptedException {
        out.printf("%-26s %10s %9s %9s   %s%n", "row", "per s", "p50 ms", "p99 ms", "Nacos 2.5.1");
        row(
                out,
                "publish",
                "643/s, p99 165 ms",
                door,
                (caller, n) -> publish("p" + caller, "v" + n));
        row(out, "get", "7.6 k/s, p99 24 ms", door, (caller, n) -> get("p" + caller));
        row(out, "register", "3.7 k/s", door, NacosCommand::register);
        row(out, "beat", "5.7 k/s", door, NacosCommand::beat);
        row(
                out,
                "list",
                "6.4 k/s",
                door,
                (caller, n) ->
                        HttpCaller.request("GET", INSTANCE + "/list?serviceName=s" + n % 50, ""));
        for (int count : listeners) {
            herd(out, door, count, javaHome, pid);
        }
    }

    private static byte[] publish(String dataId, String content) {
        return HttpCaller.request(
                "POST", CONFIGS, "dataId=" + dataId + "&group=G&content=" + content);
    }

    private static byte[] get(String dataId) {
        return HttpCaller.request("GET", CONFIGS + "?dataId=" + dataId + "&group=G", "");
    }

    private static byte[] register(int caller, long n) {
        return HttpCaller.request("POST", INSTANCE + "?" + instance(caller, n), "");
    }

    private static byte[] beat(int caller, long n) {
        return HttpCaller.request("PUT", INSTANCE + "/beat?" + instance(caller, n % 100), "");
    }

    private static String instance(int caller, long n) {
        return "serviceName=s"
                + n % 50
                + "&port=80&ip=10."
                + caller
                + "."
                + n / 200 % 200
                + "."
                + n % 200;
    }

    private void row(
            PrintWriter out,
            String name,
            String theirs,
            InetSocketAddress door,
            Press.Asking asking)
            throws IOException {
        Press.Pressed pressed =
                Press.run(
                        door, CALLERS, (int) (warmSeconds * 1000), (int) (seconds * 1000), asking);
        out.printf(
                "%-26s %10.0f %9.2f %9.2f   %s%n",
                name + " (" + CALLERS + " connections)",
                pressed.perSecond(),
                pressed.nanos().getValueAtPercentile(50) / 1e6,
                pressed.nanos().getValueAtPercentile(99) / 1e6,
                theirs);
        out.flush();
    }

    private void herd(
            PrintWriter out, InetSocketAddress door, int count, @Nullable Path javaHome, long pid)
            throws IOException, InterruptedException {
        String dataId = "herd" + count;
        var last = new ArrayList<Long>();
        long heapBytes = -1;
        try (var publisher = new HttpCaller(door)) {
            publisher.call(publish(dataId, "0"));
            long before = javaHome == null ? 0 : Heap.liveBytes(javaHome, pid);
            try (var herd = new Herd(door, count)) {
                for (int i = 1; i <= rounds; i++) {
                    herd.listen(dataId, "G", md5("" + (i - 1)));
                    // All of them hang by the time the publication comes.
                    Pause.millis(200 + count / 20);
                    if (i == 1 && javaHome != null) {
                        heapBytes = (Heap.liveBytes(javaHome, pid) - before) / count;
                    }
                    long began = System.nanoTime();
                    publisher.call(publish(dataId, "" + i));
                    long[] nanos = herd.awaitTold(began, TOLD_SECONDS_MAX);
                    last.add(nanos[nanos.length - 1]);
                }
            }
        }
        last.sort(null);
        out.printf(
                "%-26s %10s %9.2f %9.2f   %s%n",
                "publish to last of " + count,
                heapBytes < 0 ? "" : heapBytes + " B",
                last.get(last.size() / 2) / 1e6,
                last.get(Math.min(last.size() - 1, last.size() * 99 / 100)) / 1e6,
                count == 1_000 ? "64 / 153 ms" : count == 10_000 ? "322 / 1273 ms" : "");
        out.flush();
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("MD5")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
