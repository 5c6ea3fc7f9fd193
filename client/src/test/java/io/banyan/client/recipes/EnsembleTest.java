package io.banyan.client.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three servers, of which some stop.
class EnsembleTest {
    @TempDir private Path directory;
    private final List<BanyanServer> servers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(BanyanServer::close);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private String start() throws IOException {
        var members = new StringBuilder();
        for (int id = 1; id <= 3; id++) {
            ports.add(freePort());
            members.append("server.%d=127.0.0.1:%d:%d%n".formatted(id, freePort(), freePort()));
        }
        for (int id = 1; id <= 3; id++) {
            Path home = Files.createDirectories(directory.resolve("s" + id));
            Files.writeString(home.resolve("myid"), Integer.toString(id));
            String text =
                    """
                    tickTime=200
                    initLimit=50
                    syncLimit=25
                    dataDir=%s
                    clientPort=%d
                    clientPortAddress=127.0.0.1
                    admin.enableServer=false
                    maxClientCnxns=0
                    %s
                    """
                            .formatted(home, ports.get(id - 1), members);
            servers.add(
                    BanyanServer.builder()
                            .zooCfg(Files.writeString(home.resolve("zoo.cfg"), text))
                            .start());
        }
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    @Test
    void lockAndSessionsSurviveTheLossOfTheLeader() throws Exception {
        String hosts = start();
        try (Banyan one = Banyan.connect(hosts);
                Banyan two = Banyan.connect(hosts)) {
            one.create("/log", null);
            var sessions = List.of(one.awaitConnected(World.LONG), two.awaitConnected(World.LONG));
            var over = new AtomicBoolean();
            List<CompletableFuture<Integer>> workers =
                    List.of(World.start(() -> work(one, over)), World.start(() -> work(two, over)));
            awaitEntries(one, 10);

            Optional<BanyanServer> leader = Optional.empty();
            while (leader.isEmpty()) {
                // What it says of itself may lag behind what it does.
                one.sync("/log");
                leader = servers.stream().filter(BanyanServer::isLeader).findFirst();
            }
            leader.get().close();
            awaitEntries(one, one.children("/log").names().size() + 10);
            over.set(true);

            for (CompletableFuture<Integer> each : workers) {
                assertThat(each.join()).isPositive();
            }
            assertThat(List.of(one.session().orElseThrow().id(), two.session().orElseThrow().id()))
                    .containsExactly(sessions.get(0).id(), sessions.get(1).id());
            one.sync("/log");
            assertThat(World.loggedTokens(one)).isSorted();
        }
    }

    private static int work(Banyan banyan, AtomicBoolean over) throws InterruptedException {
        var lock = new FairLock(banyan, "/lock");
        int done = 0;
        while (!over.get()) {
            try {
                Optional<Lease> taken = lock.tryAcquire(Duration.ofSeconds(5));
                if (taken.isPresent()) {
                    try (Lease lease = taken.get()) {
                        World.guardedLog(banyan, lease);
                        done++;
                    }
                }
            } catch (BanyanException.ConnectionLost | BanyanException.MultiFailed _) {
                // The entry may be there or not: if it is, it carries the token of its time.
            }
        }
        return done;
    }

    private static void awaitEntries(Banyan banyan, int count) {
        while (true) {
            var changed = new CompletableFuture<Void>();
            int now = banyan.children("/log", event -> changed.complete(null)).names().size();
            if (now >= count) {
                return;
            }
            changed.join();
        }
    }
}
