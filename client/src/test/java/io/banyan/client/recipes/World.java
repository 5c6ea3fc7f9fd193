package io.banyan.client.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.client.Banyan;
import io.banyan.client.CreateMode;
import io.banyan.client.FaultyProxy;
import io.banyan.client.Heard;
import io.banyan.client.Multi;
import io.banyan.client.Servers;
import io.banyan.client.SessionState;
import io.banyan.client.WatchEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/// Clients of one chroot, some of them behind proxies; all closed together.
final class World implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(20);
    static final Duration SHORT = Duration.ofMillis(100);

    private final String chroot = Servers.chroot();
    private final List<AutoCloseable> opened = new ArrayList<>();

    /// One whose connection may be broken.
    record Behind(FaultyProxy proxy, Banyan banyan, Banyan witness) {
        /// Cuts it off until a server has ended its session, and lets it come back to hear of it.
        void expire() {
            expireAndStayAway();
            var states = new Heard<SessionState>();
            banyan.addListener(event -> states.add(event.state()));
            proxy.refuse(false);
            states.await(SessionState.EXPIRED);
            states.await(SessionState.CONNECTED);
        }

        void expireAndStayAway() {
            long session = banyan.awaitConnected(LONG).id();
            String probe = "/probe" + Long.toHexString(session);
            banyan.create(probe, null, CreateMode.EPHEMERAL);
            var gone = new Heard<WatchEvent>();
            witness.exists(probe, gone::add);
            proxy.refuse(true);
            proxy.cut();
            gone.next();
        }
    }

    Banyan client() {
        return keep(Banyan.connect(Servers.connectString() + chroot));
    }

    Behind behind(Duration sessionTimeout) {
        FaultyProxy proxy = keep(Servers.proxy());
        Banyan banyan =
                keep(
                        Banyan.builder(proxy.connectString() + chroot)
                                .sessionTimeout(sessionTimeout)
                                .closeTimeout(Duration.ofMillis(300))
                                .backoff(Duration.ofMillis(2), Duration.ofMillis(20))
                                .build());
        return new Behind(proxy, banyan, client());
    }

    <T extends AutoCloseable> T keep(T each) {
        opened.add(each);
        return each;
    }

    /// Writes the lease's token behind those that are there, if the lease still holds.
    static void guardedLog(Banyan client, Lease lease) {
        var multi = new Multi();
        lease.guard(multi);
        multi.create(
                "/log/entry-",
                Long.toString(lease.token()).getBytes(UTF_8),
                CreateMode.PERSISTENT.sequential());
        client.multi(multi);
    }

    /// Tokens of guarded writes, in the order in which a server carried them out.
    static List<Long> loggedTokens(Banyan client) {
        return client.children("/log").names().stream()
                .map(name -> Long.parseLong(client.get("/log/" + name).text()))
                .toList();
    }

    static <T> CompletableFuture<T> start(Callable<T> task) {
        var result = new CompletableFuture<T>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        result.complete(task.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }

    @Override
    public void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }
}
