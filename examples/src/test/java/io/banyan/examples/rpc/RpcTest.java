package io.banyan.examples.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RpcTest {
    private static final Duration WAIT = Duration.ofSeconds(10);

    private final BanyanServer server = start();
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(server));

    private static BanyanServer start() {
        try {
            return BanyanServer.builder().tickMillis(200).start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private Banyan banyan() {
        Banyan banyan =
                Banyan.builder(server.connectString())
                        .sessionTimeout(Duration.ofMillis(800))
                        .closeTimeout(Duration.ofMillis(500))
                        .build();
        opened.add(banyan);
        return banyan;
    }

    private RpcServer serve(Banyan banyan, String id) throws InterruptedException {
        var rpc = new RpcServer(banyan, "echo", id, 0, call -> call + " by " + id);
        opened.add(rpc);
        return rpc;
    }

    private RpcClient client() throws Exception {
        var client = new RpcClient(banyan(), "echo");
        opened.add(client);
        return client;
    }

    /// Completes when the client knows exactly so many instances.
    private static void awaitInstances(RpcClient client, int count) {
        var known = new CompletableFuture<Void>();
        client.view()
                .listen(instances -> {
                    if (instances.size() == count) {
                        known.complete(null);
                    }
                });
        known.join();
    }

    private static Set<String> answers(RpcClient client, int calls) throws Exception {
        var answers = new HashSet<String>();
        for (int i = 0; i < calls; i++) {
            answers.add(client.call("hi", WAIT));
        }
        return answers;
    }

    @Test
    void callsGoToAllInstancesInTurn() throws Exception {
        serve(banyan(), "one");
        serve(banyan(), "two");
        RpcClient client = client();
        awaitInstances(client, 2);

        assertThat(answers(client, 4)).containsExactlyInAnyOrder("hi by one", "hi by two");
    }

    @Test
    void crashedInstanceFailsNoCallAndIsForgottenWithItsSession() throws Exception {
        Banyan doomedBanyan = banyan();
        RpcServer doomed = serve(doomedBanyan, "doomed");
        serve(banyan(), "healthy");
        RpcClient client = client();
        awaitInstances(client, 2);
        answers(client, 4);

        doomed.crash();
        doomedBanyan.detach();
        long crashed = System.nanoTime();

        assertThat(answers(client, 50)).containsExactly("hi by healthy");
        assertThat(Duration.ofNanos(System.nanoTime() - crashed)).isLessThan(WAIT);
        awaitInstances(client, 1);
    }

    @Test
    void restartedInstanceIsCalledAgain() throws Exception {
        RpcServer first = serve(banyan(), "one");
        RpcClient client = client();
        awaitInstances(client, 1);
        assertThat(client.call("hi", WAIT)).isEqualTo("hi by one");
        first.close();
        awaitInstances(client, 0);

        CompletableFuture<String> waiting = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        waiting.complete(client.call("hi", WAIT));
                    } catch (Exception e) {
                        waiting.completeExceptionally(e);
                    }
                });
        serve(banyan(), "two");

        assertThat(waiting.join()).isEqualTo("hi by two");
    }

    @Test
    void serviceWithoutInstancesTimesOut() throws Exception {
        RpcClient client = client();

        assertThatThrownBy(() -> client.call("hi", Duration.ofMillis(100)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("0 instances");
    }

    @Test
    void callsGoOnWhileTheRegistryIsAway() throws Exception {
        serve(banyan(), "one");
        RpcClient client = client();
        awaitInstances(client, 1);

        server.close();

        assertThat(answers(client, 20)).containsExactly("hi by one");
    }
}
