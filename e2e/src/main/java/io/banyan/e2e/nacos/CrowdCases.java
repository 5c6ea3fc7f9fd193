package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.pause;
import static io.banyan.e2e.nacos.Field.until;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.banyan.e2e.server.ServerProcess;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Clients by hand that no library would be: many, silent, or taking nothing. What the others see
/// of them.
final class CrowdCases {
    private static final int GRPC_OFFSET = 1000;

    /// A server that waits for an answer asks after 20 s and hangs up after 5 s more, and looks
    /// each second; the rest is for a busy machine.
    private static final Duration ASKED_MIN = Duration.ofSeconds(19);

    private static final Duration ASKED_MAX = Duration.ofSeconds(27);
    private static final Duration CUT_MAX = Duration.ofSeconds(35);
    private static final Duration KEPT = Duration.ofMinutes(2);

    private static final int LISTENERS = 10_000;
    private static final int CALLS = 200;
    private static final int SLOW_OVER_HTTP1 = 100;
    private static final int SLOW_OVER_HTTP2 = 10;
    private static final int ASKED_WITHOUT_READING = 50;
    private static final int LARGE = 900 * 1024;
    private static final Duration HANGING_MAX = Duration.ofMinutes(2);
    private static final Duration TOLD_MAX = Duration.ofMinutes(1);

    /// Of a call of somebody else meanwhile. A machine that is busy with ten thousand connections
    /// and other tests makes a fast one slower; one that waits for a stuck client takes forever.
    private static final long CALL_MILLIS_MAX = 2_000;

    /// What ten thousand polls and the slow ones may take: 8 KB for each of the former, and for
    /// each of the latter what is on its way to it.
    private static final long LIVE_BYTES_MAX =
            LISTENERS * 8L * 1024 + (SLOW_OVER_HTTP1 + 16L * SLOW_OVER_HTTP2) * 2 * LARGE;

    private static final int CONFIGS = 300;
    private static final long PUSH_MILLIS_MAX = 2_000;
    private static final Duration DROPPED_MAX = Duration.ofMinutes(2);

    private CrowdCases() {}

    static List<Case> all() {
        return List.of(
                Case.byHand("G2", "a silent connection is asked, and cut off", CrowdCases::silent),
                Case.byHand("G3", "who reads nothing delays no push", CrowdCases::slowStream),
                Case.byHand("L1", "10,000 hang, others read nothing", CrowdCases::crowd));
    }

    private static InetSocketAddress http(Field field) {
        String address = field.servers().address(0);
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static InetSocketAddress grpc(Field field) {
        InetSocketAddress http = http(field);
        return new InetSocketAddress(http.getAddress(), http.getPort() + GRPC_OFFSET);
    }

    private static long millis(long fromNanos, long toNanos) {
        return TimeUnit.NANOSECONDS.toMillis(toNanos - fromNanos);
    }

    // ---- G2

    private static String silent(Field field, List<ClientKind> none) throws IOException {
        long begin = System.nanoTime();
        try (var silent = new RawGrpc(grpc(field), true);
                var answering = new RawGrpc(grpc(field), true)) {
            RawGrpc.Message asked = silent.takePush("ClientDetectionRequest", ASKED_MAX);
            long askedMillis = millis(begin, asked.atNanos());
            check(askedMillis >= ASKED_MIN.toMillis(), "asked after " + askedMillis + " ms");
            answering.acknowledge(answering.takePush("ClientDetectionRequest", ASKED_MAX));
            until("the end of a silent one", CUT_MAX, () -> silent.endedNanos() != null);
            while (System.nanoTime() - begin < KEPT.toNanos()) {
                answering.acknowledge(answering.takePush("ClientDetectionRequest", ASKED_MAX));
            }
            check(answering.endedNanos() == null, "one that answers is kept");
            return "asked after " + askedMillis + " ms, the other kept " + KEPT.toSeconds() + " s";
        }
    }

    // ---- G3

    private static String slowStream(Field field, List<ClientKind> none) throws Exception {
        List<String> names =
                IntStream.range(0, CONFIGS).mapToObj(i -> field.name("slow-" + i)).toList();
        long worst = 0;
        try (var slow = new RawGrpc(grpc(field), false);
                var other = new RawGrpc(grpc(field), true)) {
            for (String each : names) {
                other.call("ConfigBatchListenRequest", listen(each));
            }
            // In one request: what is asked after 16 requests that were not answered is refused.
            slow.ask("ConfigBatchListenRequest", listen(names.toArray(String[]::new)));
            String status = "/v1/cs/configs/listener?group=" + GROUP + "&dataId=" + names.getLast();
            until(
                    "the slow one to listen",
                    Field.SOON,
                    () ->
                            field.servers()
                                            .send(0, "GET", status, null)
                                            .body()
                                            .contains("127.0.0.1")
                                    && slow.endedNanos() == null);
            long begin = System.nanoTime();
            for (String each : names) {
                long published = System.nanoTime();
                TreeCases.publish(field, 0, each, "x".repeat(1_000));
                RawGrpc.Message push = other.takePush("ConfigChangeNotifyRequest", Field.SOON);
                check(push.json().contains(each), push.json());
                worst = Math.max(worst, millis(published, push.atNanos()));
                other.acknowledge(push);
            }
            check(worst < PUSH_MILLIS_MAX, "a push came after " + worst + " ms");
            while (slow.endedNanos() == null) {
                check(System.nanoTime() - begin < DROPPED_MAX.toNanos(), "the slow one is kept");
                var detection = other.takePush("ClientDetectionRequest", ASKED_MAX);
                other.acknowledge(detection);
            }
            return CONFIGS
                    + " pushes within "
                    + worst
                    + " ms each, the slow one cut off within "
                    + millis(begin, System.nanoTime()) / 1_000
                    + " s";
        }
    }

    private static String listen(String... dataIds) {
        var contexts = new ArrayList<String>();
        for (String each : dataIds) {
            contexts.add("{\"dataId\":\"" + each + "\",\"group\":\"" + GROUP + "\",\"md5\":\"\"}");
        }
        return "{\"listen\":true,\"configListenContexts\":[" + String.join(",", contexts) + "]}";
    }

    // ---- L1

    private static String crowd(Field field, List<ClientKind> none) throws Exception {
        String dataId = field.name("crowd");
        String large = field.name("large");
        TreeCases.publish(field, 0, dataId, "1");
        TreeCases.publish(field, 0, large, "x".repeat(LARGE));
        ServerProcess server = field.servers().member(0);
        long alone = worstCall(field);
        long before = liveBytes(server);
        var sockets = new ArrayList<Closeable>();
        var told = new CountDownLatch(LISTENERS);
        var toldNanos = new long[LISTENERS];
        try {
            for (int i = 0; i < LISTENERS; i++) {
                sockets.add(hang(field, dataId, i, told, toldNanos));
            }
            String status = "/v1/cs/configs/listener?group=" + GROUP + "&dataId=" + dataId;
            until(
                    "all to hang",
                    HANGING_MAX,
                    () -> count(field.servers().send(0, "GET", status, null).body()) == LISTENERS);
            for (int i = 0; i < SLOW_OVER_HTTP1; i++) {
                sockets.add(readNothing(field, large));
            }
            for (int i = 0; i < SLOW_OVER_HTTP2; i++) {
                sockets.add(readNothingOverHttp2(field, large));
            }
            long meanwhile = worstCall(field);
            long taken = liveBytes(server) - before;
            check(taken < LIVE_BYTES_MAX, "they take " + (taken >> 20) + " MiB of heap");
            long published = System.nanoTime();
            TreeCases.publish(field, 0, dataId, "2");
            check(told.await(TOLD_MAX.toMillis(), TimeUnit.MILLISECONDS), "told: all");
            Arrays.sort(toldNanos);
            check(meanwhile < CALL_MILLIS_MAX, "a call took " + meanwhile + " ms");
            check(server.running(), "the server lives");
            return String.format(
                    Locale.ROOT,
                    "slowest of %d calls %d ms (alone %d ms), %d MiB of heap; all told after %d ms"
                            + " (p50 %d ms)",
                    CALLS,
                    meanwhile,
                    alone,
                    taken >> 20,
                    millis(published, toldNanos[LISTENERS - 1]),
                    millis(published, toldNanos[LISTENERS / 2]));
        } finally {
            for (Closeable each : sockets) {
                each.close();
            }
        }
    }

    /// How many listeners the server tells of, each of whom has what was published first.
    private static int count(String status) throws Exception {
        return status.split(ConfigCases.md5("1"), -1).length - 1;
    }

    /// Publishes and reads what nobody else does.
    ///
    /// @return milliseconds
    private static long worstCall(Field field) {
        String dataId = field.name("alone");
        long worst = 0;
        for (int i = 0; i < CALLS; i++) {
            long begin = System.nanoTime();
            if (i % 2 == 0) {
                TreeCases.publish(field, 0, dataId, "content " + i);
            } else {
                String query = "/v1/cs/configs?group=" + GROUP + "&dataId=" + dataId;
                String read = field.servers().send(0, "GET", query, null).body();
                check(read.equals("content " + (i - 1)), "read " + read);
            }
            // The first calls of a server are slow by themselves.
            worst = i < CALLS / 4 ? 0 : Math.max(worst, millis(begin, System.nanoTime()));
        }
        return worst;
    }

    /// Each has an address of its own, by which the server lists it.
    private static Socket hang(
            Field field, String dataId, int number, CountDownLatch told, long[] toldNanos)
            throws Exception {
        String form =
                "Listening-Configs="
                        + dataId
                        + "%02"
                        + GROUP
                        + "%02"
                        + ConfigCases.md5("1")
                        + "%01";
        String request =
                "POST /nacos/v1/cs/configs/listener HTTP/1.1\r\nHost: nacos\r\n"
                        + "Long-Pulling-Timeout: 600000\r\nX-Forwarded-For: 10.1."
                        + number / 250
                        + "."
                        + number % 250
                        + "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: "
                        + form.length()
                        + "\r\n\r\n"
                        + form;
        Socket socket = open(field, request);
        Thread.ofVirtual()
                .start(() -> {
                    try (InputStream in = socket.getInputStream()) {
                        if (in.read() >= 0) {
                            toldNanos[number] = System.nanoTime();
                            told.countDown();
                        }
                    } catch (IOException e) {
                        // Not told: that is what is counted.
                    }
                });
        return socket;
    }

    private static Socket readNothing(Field field, String dataId) throws IOException {
        String get =
                "GET /nacos/v1/cs/configs?group="
                        + GROUP
                        + "&dataId="
                        + dataId
                        + " HTTP/1.1\r\nHost: nacos\r\n\r\n";
        return open(field, get.repeat(ASKED_WITHOUT_READING));
    }

    private static Closeable readNothingOverHttp2(Field field, String dataId) throws IOException {
        var http2 = new RawHttp2(http(field), 0);
        String path = "/nacos/v1/cs/configs?group=" + GROUP + "&dataId=" + dataId;
        for (int i = 0; i < ASKED_WITHOUT_READING; i++) {
            http2.begin("GET", path, true, null);
        }
        return http2;
    }

    private static Socket open(Field field, String request) throws IOException {
        var socket = new Socket();
        // Else the kernel takes megabytes of an answer that nobody reads.
        socket.setReceiveBufferSize(8 * 1024);
        socket.connect(http(field));
        OutputStream out = socket.getOutputStream();
        out.write(request.getBytes(US_ASCII));
        return socket;
    }

    /// What is left after a collection, and so what is kept and not what is rubbish.
    private static long liveBytes(ServerProcess server) {
        pause(Duration.ofSeconds(2));
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process process =
                    new ProcessBuilder(
                                    jcmd.toString(),
                                    Long.toString(server.pid()),
                                    "GC.class_histogram")
                            .redirectErrorStream(true)
                            .start();
            String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
            String total =
                    said.lines()
                            .filter(line -> line.startsWith("Total"))
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException(said));
            return Long.parseLong(total.strip().split(" +", -1)[2]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
