package io.banyan.nacos;

import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/// A server with an open Nacos door, and a client that speaks to it in raw HTTP.
public final class NacosServer implements AutoCloseable {
    static {
        // Its one connection stays, however long a busy machine takes between two calls.
        System.setProperty("jdk.httpclient.keepalive.timeout", "1200");
    }

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BanyanServer server;
    private final int port;

    public NacosServer(String... keysAndValues) throws Exception {
        this(null, freePort(), keysAndValues);
    }

    NacosServer(Path dataDir, int port, String... keysAndValues) throws Exception {
        this.port = port;
        BanyanServer.Builder builder =
                BanyanServer.builder()
                        .tickMillis(500)
                        .property("zookeeper.nacos.port", Integer.toString(port))
                        .property("zookeeper.nacos.address", "127.0.0.1")
                        // Instances of tests are nowhere, and some say that they are healthy.
                        .property("zookeeper.nacos.probeMillis", "0")
                        .property("zookeeper.4lw.commands.whitelist", "dump, mntr")
                        .property("znode.container.checkIntervalMs", "60000");
        if (dataDir != null) {
            builder.dataDir(dataDir);
        }
        for (int i = 0; i < keysAndValues.length; i += 2) {
            builder.property(keysAndValues[i], keysAndValues[i + 1]);
        }
        server = builder.start();
        awaitReady();
    }

    private void awaitReady() throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(120).toNanos();
        while (true) {
            try {
                if (get("/v1/console/health/readiness").statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline || server.stopped().isDone()) {
                    throw notYet;
                }
            }
            Thread.sleep(5);
        }
    }

    /// A port that is free, and so is the one of gRPC.
    public static int freePort() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        while (true) {
            try (var first = new ServerSocket(0, 1, loopback)) {
                int port = first.getLocalPort();
                if (port + NacosSettings.GRPC_OFFSET < 65_536) {
                    try (var second =
                            new ServerSocket(port + NacosSettings.GRPC_OFFSET, 1, loopback)) {
                        return second.getLocalPort() - NacosSettings.GRPC_OFFSET;
                    } catch (IOException taken) {
                        continue;
                    }
                }
            }
        }
    }

    public int port() {
        return port;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    public String zooKeeper() {
        return server.connectString();
    }

    /// What a four-letter word is answered.
    public String told(String word) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.clientPort())) {
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /// What a gauge of the door shows; its name begins with `nacos_`.
    public long gauge(String name) throws IOException {
        return told("mntr")
                .lines()
                .filter(line -> line.startsWith("zk_" + name + "\t"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('\t') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no gauge " + name));
    }

    /// Waits until a gauge shows something of this kind.
    public void awaitGauge(String name, LongPredicate wanted) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        for (long shown = gauge(name); !wanted.test(shown); shown = gauge(name)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(name + " shows " + shown);
            }
            Thread.sleep(5);
        }
    }

    public HttpResponse<String> get(String pathAndQuery, String... headers) throws Exception {
        return send("GET", pathAndQuery, null, headers);
    }

    public HttpResponse<String> post(String path, String form, String... headers) throws Exception {
        return send("POST", path, form, headers);
    }

    public HttpResponse<String> send(
            String method, String pathAndQuery, String form, String... headers) throws Exception {
        return http.send(
                request(method, pathAndQuery, form, headers), HttpResponse.BodyHandlers.ofString());
    }

    public CompletableFuture<HttpResponse<String>> sendAsync(
            String method, String pathAndQuery, String form, String... headers) {
        return http.sendAsync(
                request(method, pathAndQuery, form, headers), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(
            String method, String pathAndQuery, String form, String... headers) {
        var request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + port + "/nacos" + pathAndQuery))
                        .timeout(Duration.ofSeconds(60))
                        .method(
                                method,
                                form == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(form));
        if (form != null && !List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    public static String form(String... namesAndValues) {
        var text = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            text.append(namesAndValues[i])
                    .append('=')
                    .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8))
                    .append('&');
        }
        return text.toString();
    }

    public void publish(String dataId, String content) throws Exception {
        var answer =
                post("/v1/cs/configs", form("dataId", dataId, "group", "G", "content", content));
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        server.close();
    }
}
