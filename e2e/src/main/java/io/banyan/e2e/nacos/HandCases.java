package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.SOON;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.pause;
import static io.banyan.e2e.nacos.Field.until;
import static io.banyan.e2e.nacos.Servers.form;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.RawSession;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/// What is asked without a client library, in the words of the protocols.
final class HandCases {
    private static final String CONFIGS = "/v1/cs/configs";
    private static final String LISTENER = CONFIGS + "/listener";
    private static final String INSTANCE = "/v1/ns/instance";
    private static final int LINES_MAX = 10_000;
    private static final int OVER_A_TRANSACTION = 1 << 20;
    private static final int MANY = 200;
    private static final int SESSION_MILLIS = 10_000;

    /// How much later than it should a busy machine may answer.
    private static final long LATE_MILLIS = 2_000;

    private HandCases() {}

    static List<Case> all() {
        return List.of(
                Case.byHand("C3", "how long a listener hangs", HandCases::hangs),
                Case.byHand("C4", "listening requests that cannot be", HandCases::illegalListening),
                Case.byHand("C9", "search, history, namespaces", HandCases::consoles),
                Case.byHand("C15", "limits of a configuration", HandCases::limits),
                Case.byHand("N5", "pushes by UDP", HandCases::udp),
                Case.byHand("N6", "a beat of nobody", HandCases::beatOfNobody),
                Case.byHand("G1", "calls of gRPC that cannot be", HandCases::illegalCalls),
                Case.byHand("Z5", "names that are no names of znodes", HandCases::names));
    }

    private static HttpResponse<String> send(Field field, String method, String pathAndQuery) {
        return field.servers().send(0, method, pathAndQuery, null);
    }

    private static void checkStatus(String what, int wanted, HttpResponse<String> answer) {
        check(
                answer.statusCode() == wanted,
                what + ": " + answer.statusCode() + " " + answer.body());
    }

    // ---- configurations

    /// What came, and when.
    private record Told(String body, long millis) {}

    private static CompletableFuture<Told> listen(Field field, String dataId, String... headers) {
        String listening = dataId + "\u0002" + GROUP + "\u0002" + "\u0001";
        return CompletableFuture.supplyAsync(
                () -> {
                    long began = System.nanoTime();
                    var answer =
                            field.servers()
                                    .send(
                                            0,
                                            "POST",
                                            LISTENER,
                                            form("Listening-Configs", listening),
                                            headers);
                    checkStatus("listening", 200, answer);
                    return new Told(answer.body(), (System.nanoTime() - began) / 1_000_000);
                },
                task -> Thread.ofVirtual().start(task));
    }

    private static void checkTold(
            String what, Told told, boolean empty, long fromMillis, long toMillis) {
        check(
                told.body().isBlank() == empty
                        && told.millis() >= fromMillis
                        && told.millis() <= toMillis,
                what + ": " + told);
    }

    private static String hangs(Field field, List<ClientKind> none) {
        String timeout = "Long-Pulling-Timeout";
        String absent = field.name("absent");
        String changed = field.name("changed");
        var whole = listen(field, absent, timeout, "30000");
        var least = listen(field, absent, timeout, "5000");
        var woken = listen(field, changed, timeout, "30000");
        Told noHangup =
                listen(field, absent, timeout, "30000", timeout + "-No-Hangup", "true").join();
        checkTold("without hanging", noHangup, true, 0, LATE_MILLIS);
        checkTold("without a time", listen(field, absent).join(), true, 0, LATE_MILLIS);
        pause(Duration.ofSeconds(5));
        TreeCases.publish(field, field.servers().size() - 1, changed, "1");
        checkTold("woken", woken.join(), false, 4_500, 5_000 + LATE_MILLIS);
        check(
                woken.join().body().equals(changed + "%02" + GROUP + "%01\n"),
                "told " + woken.join().body());
        checkTold("the least time", least.join(), true, 9_900, 10_000 + LATE_MILLIS);
        checkTold("the whole time", whole.join(), true, 29_400, 29_500 + LATE_MILLIS);
        return "held " + least.join().millis() + " and " + whole.join().millis() + " ms";
    }

    private static String illegalListening(Field field, List<ClientKind> none) {
        for (int lines : new int[] {LINES_MAX * 3 / 10 + 1, LINES_MAX + 1}) {
            String listening =
                    IntStream.range(0, lines)
                            .mapToObj(i -> "d" + i + "\u0002G\u0002\u0001")
                            .collect(Collectors.joining());
            checkStatus(
                    lines + " lines",
                    lines <= LINES_MAX ? 200 : 400,
                    listenAtOnce(field, listening));
        }
        String fields = "d\u0002G\u0002\u0002t\u0002more\u0001";
        checkStatus("too many fields", 400, listenAtOnce(field, fields));
        checkStatus("a blank field", 400, listenAtOnce(field, "d\u0002\u0002\u0001"));
        return "";
    }

    private static HttpResponse<String> listenAtOnce(Field field, String listening) {
        return field.servers()
                .send(
                        0,
                        "POST",
                        LISTENER,
                        form("Listening-Configs", listening),
                        "Long-Pulling-Timeout",
                        "30000",
                        "Long-Pulling-Timeout-No-Hangup",
                        "true");
    }

    private static String consoles(Field field, List<ClientKind> none) {
        Servers servers = field.servers();
        int last = servers.size() - 1;
        String dataId = field.name("found");
        for (int i = 0; i < 3; i++) {
            TreeCases.publish(field, 0, dataId + "-" + i, "content");
        }
        String search =
                CONFIGS
                        + "?search=blur&group=&pageSize=2&pageNo=2&dataId="
                        + URLEncoder.encode(dataId + "*", UTF_8);
        until(
                "the second page at every server",
                SOON,
                () -> {
                    String page = servers.send(last, "GET", search, null).body();
                    return page.contains("\"totalCount\":3")
                            && page.contains("\"pagesAvailable\":2")
                            && page.split("\"dataId\"", -1).length == 2;
                });
        String one = "group=" + GROUP + "&dataId=" + dataId + "-0";
        String all = servers.send(last, "GET", CONFIGS + "?show=all&" + one, null).body();
        check(all.contains("\"modifyTime\""), all);
        checkStatus("deleted", 200, send(field, "DELETE", CONFIGS + "?" + one));
        until(
                "the history at every server",
                SOON,
                () ->
                        servers.send(last, "GET", "/v1/cs/history?search=accurate&" + one, null)
                                .body()
                                .contains("\"totalCount\":2"));
        String spaces = "/v1/console/namespaces";
        String form = form("customNamespaceId", "e2e-space", "namespaceName", "Space");
        check(servers.send(0, "POST", spaces, form).body().equals("true"), "made");
        until(
                "the namespace at every server",
                SOON,
                () -> servers.send(last, "GET", spaces, null).body().contains("e2e-space"));
        check(
                send(field, "DELETE", spaces + "?namespaceId=e2e-space").body().equals("true"),
                "deleted");
        return "";
    }

    private static String limits(Field field, List<ClientKind> none) {
        String longest = "d".repeat(256);
        TreeCases.publish(field, 0, longest, "1");
        checkStatus("a longest name", 200, get(field, longest));
        checkStatus("a longer name", 400, publish(field, longest + "d", "1"));
        checkStatus("a longer name", 400, get(field, longest + "d"));
        for (String each : List.of("a b", "a/b", "a\u0000b", "a?b", " ")) {
            checkStatus("the name '" + each + "'", 400, publish(field, each, "1"));
        }
        checkStatus("no content", 400, publish(field, field.name("empty"), ""));
        checkStatus(
                "a large content",
                400,
                publish(field, field.name("large"), "x".repeat(OVER_A_TRANSACTION)));
        return "";
    }

    private static HttpResponse<String> publish(Field field, String dataId, String content) {
        return field.servers()
                .send(
                        0,
                        "POST",
                        CONFIGS,
                        form("dataId", dataId, "group", GROUP, "content", content));
    }

    private static HttpResponse<String> get(Field field, String dataId) {
        return send(field, "GET", CONFIGS + "?group=" + GROUP + "&dataId=" + dataId);
    }

    // ---- naming

    private static String udp(Field field, List<ClientKind> none) throws IOException {
        String service = field.name("udp");
        long worst = 0;
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout((int) SOON.toMillis());
            String list =
                    INSTANCE
                            + "/list?clientIP=127.0.0.1&udpPort="
                            + socket.getLocalPort()
                            + "&serviceName="
                            + service;
            checkStatus("subscribed", 200, send(field, "GET", list));
            for (int i = 0; i < MANY; i++) {
                long began = System.nanoTime();
                String ip = "10.9.0." + i;
                String register = INSTANCE + "?port=80&ephemeral=false&ip=" + ip + "&serviceName=";
                checkStatus("registered", 200, send(field, "POST", register + service));
                if (i == 0 || i == MANY - 1) {
                    awaitPush(socket, "\\\"" + ip + "\\\"");
                    worst = Math.max(worst, (System.nanoTime() - began) / 1_000_000);
                }
            }
        }
        check(worst < 2_000, "pushed after " + worst + " ms");
        return "one and " + MANY + " instances, within " + worst + " ms";
    }

    /// Takes and acknowledges pushes until one says so.
    private static void awaitPush(DatagramSocket socket, String wanted) throws IOException {
        while (true) {
            var packet = new DatagramPacket(new byte[65_536], 65_536);
            socket.receive(packet);
            byte[] data = Arrays.copyOf(packet.getData(), packet.getLength());
            boolean zipped = data.length > 1 && data[0] == 0x1f && (data[1] & 0xff) == 0x8b;
            String push =
                    new String(
                            zipped
                                    ? new GZIPInputStream(new ByteArrayInputStream(data))
                                            .readAllBytes()
                                    : data,
                            UTF_8);
            String number = push.replaceAll("(?s).*\"lastRefTime\":(\\d+)}$", "$1");
            byte[] ack =
                    ("{\"type\":\"push-ack\",\"lastRefTime\":\"" + number + "\",\"data\":\"\"}")
                            .getBytes(UTF_8);
            socket.send(new DatagramPacket(ack, ack.length, packet.getSocketAddress()));
            if (push.contains(wanted)) {
                return;
            }
        }
    }

    private static String beatOfNobody(Field field, List<ClientKind> none) {
        String beat = INSTANCE + "/beat?ip=10.9.1.1&port=80&serviceName=" + field.name("nobody");
        for (int i = 0; i < field.servers().size(); i++) {
            var answer = field.servers().send(i, "PUT", beat, null);
            checkStatus("a beat", 200, answer);
            check(answer.body().contains("\"code\":20404"), answer.body());
        }
        return "";
    }

    // ---- gRPC and the tree

    private static String illegalCalls(Field field, List<ClientKind> none) throws IOException {
        for (int i = 0; i < field.servers().size(); i++) {
            var address =
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), field.servers().grpcPort(i));
            try (var grpc = new RawGrpc(address, true)) {
                checkError(grpc.call("NoSuchRequest", "{}"), 302);
                checkError(grpc.call("ConfigQueryRequest", "{broken"), 502);
                checkError(grpc.call("ConfigQueryRequest", "[]"), 502);
                checkError(grpc.call("ConfigQueryRequest", "{\"dataId\":\"a b\"}"), 400);
                var healthy = grpc.call("HealthCheckRequest", "{}");
                check(healthy.json().contains("\"resultCode\":200"), healthy.json());
            }
        }
        return "";
    }

    private static void checkError(RawGrpc.Message answer, int code) {
        check(answer.json().contains("\"errorCode\":" + code), code + ": " + answer);
    }

    private static String names(Field field, List<ClientKind> none) throws IOException {
        int last = field.servers().size() - 1;
        String tail = field.name("odd");
        for (String name : List.of("a/b%c:d", "..", ".", "providers:x.Y::")) {
            String service = name.startsWith(".") ? name : name + tail;
            String query = "serviceName=" + URLEncoder.encode(service, UTF_8);
            String register = INSTANCE + "?ip=10.9.2.1&port=80&ephemeral=false&" + query;
            checkStatus(service, 200, send(field, "POST", register));
            until(
                    service + " at every server",
                    SOON,
                    () ->
                            field.servers()
                                    .send(last, "GET", INSTANCE + "/list?" + query, null)
                                    .body()
                                    .contains("10.9.2.1"));
        }
        String dataId = "." + tail;
        TreeCases.publish(field, 0, dataId, "1");
        try (RawSession zk = RawSession.connect(field.servers().member(0).port(), SESSION_MILLIS)) {
            List<String> services = zk.children("/nacos/naming/public/" + GROUP);
            check(services.contains("a%2Fb%25c:d" + tail), "services " + services);
            check(services.contains("%2E%2E") && services.contains("%2E"), "dots " + services);
            check(
                    zk.getData("/nacos/config/public/" + GROUP + "/" + dataId, false).err() == 0,
                    dataId);
            zk.endSession();
        }
        return "";
    }
}
