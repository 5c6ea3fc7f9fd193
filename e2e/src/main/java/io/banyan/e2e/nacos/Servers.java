package io.banyan.e2e.nacos;

import io.banyan.e2e.server.FourLetter;
import io.banyan.e2e.server.Ports;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One server or an ensemble, each with an open Nacos door.
final class Servers implements AutoCloseable {
    private static final int GRPC_OFFSET = 1000;
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path directory;
    private final List<ServerProcess> members = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();

    Servers(int count) {
        try {
            directory = Files.createTempDirectory("banyan-e2e-nacos");
            // Nacos's times are those of ticks of two seconds: sessions of up to 40 s.
            ServerConfig shared =
                    ServerConfig.standard()
                            .with("tickTime", "2000")
                            .with("initLimit", "20")
                            .with("syncLimit", "10")
                            .with("nacos.address", "127.0.0.1");
            for (int id = 1; count > 1 && id <= count; id++) {
                shared =
                        shared.with(
                                "server." + id, "127.0.0.1:" + Ports.free() + ":" + Ports.free());
            }
            for (int id = 1; id <= count; id++) {
                int port = freePort();
                ports.add(port);
                Path home = directory.resolve("s" + id);
                Files.createDirectories(home.resolve("data"));
                if (count > 1) {
                    Files.writeString(home.resolve("data/myid"), id + "\n");
                }
                members.add(
                        ServerProcess.prepareIn(
                                home,
                                ServerKind.BANYAN,
                                shared.with("nacos.port", Integer.toString(port))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        members.forEach(ServerProcess::launch);
        awaitReady();
    }

    /// A free port, of which the one of gRPC is free as well.
    static int freePort() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        while (true) {
            int port = Ports.free();
            if (port + GRPC_OFFSET < 65_536) {
                try (var second = new ServerSocket(port + GRPC_OFFSET, 1, loopback)) {
                    return second.getLocalPort() - GRPC_OFFSET;
                } catch (IOException taken) {
                    // Another one, then.
                }
            }
        }
    }

    int size() {
        return members.size();
    }

    ServerProcess member(int index) {
        return members.get(index);
    }

    /// The member that leads; the only one, if there is one.
    int awaitLeader() {
        Waiting.until(() -> "a leader", READY_LIMIT, () -> leader() >= 0);
        return Math.max(0, leader());
    }

    private int leader() {
        for (int i = 0; i < members.size(); i++) {
            if (members.size() == 1 || saysThatItLeads(i)) {
                return i;
            }
        }
        return -1;
    }

    private boolean saysThatItLeads(int index) {
        try {
            ServerProcess member = members.get(index);
            return member.running()
                    && FourLetter.ask(member.port(), "srvr").contains("Mode: leader");
        } catch (IOException e) {
            return false; // Not there, or hung.
        }
    }

    /// Waits until every running member serves Nacos clients and has a leader.
    void awaitReady() {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).running()) {
                members.get(i).awaitServing(READY_LIMIT);
                int index = i;
                Waiting.until(
                        () -> "the Nacos door of member " + index,
                        READY_LIMIT,
                        () ->
                                send(index, "GET", "/v1/console/health/readiness", null)
                                                .statusCode()
                                        == 200);
            }
        }
    }

    /// Kills all and starts them again on what they have.
    void restartAll() {
        members.forEach(ServerProcess::kill);
        members.forEach(ServerProcess::launch);
        awaitReady();
    }

    /// A case that failed may have left a server dead.
    void heal() {
        for (ServerProcess each : members) {
            if (!each.running()) {
                each.launch();
            }
        }
        awaitReady();
    }

    /// The client ports of all, as ZooKeeper clients are configured.
    String allOfZooKeeper() {
        return members.stream()
                .map(each -> "127.0.0.1:" + each.port())
                .collect(Collectors.joining(","));
    }

    /// The Nacos door of one member.
    String address(int index) {
        return "127.0.0.1:" + ports.get(index);
    }

    int httpPort(int index) {
        return ports.get(index);
    }

    int grpcPort(int index) {
        return ports.get(index) + GRPC_OFFSET;
    }

    /// The doors of all, as clients are configured.
    String all() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    HttpResponse<String> send(
            int index,
            String method,
            String pathAndQuery,
            @Nullable String form,
            String... headers) {
        var request =
                HttpRequest.newBuilder(
                                URI.create("http://" + address(index) + "/nacos" + pathAndQuery))
                        .timeout(Duration.ofSeconds(60))
                        .method(
                                method,
                                form == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(form));
        if (form != null) {
            request.header("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    static String form(String... namesAndValues) {
        var text = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            text.append(namesAndValues[i])
                    .append('=')
                    .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8))
                    .append('&');
        }
        return text.toString();
    }

    @Override
    public void close() {
        http.shutdownNow();
        members.forEach(ServerProcess::close);
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
