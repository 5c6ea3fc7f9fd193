package io.banyan.e2e.ensemble;

import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// An ensemble changes its kind one server at a time, under clients that must not notice, and back,
/// as `docs/migration.md` tells operators to do it.
final class Migration implements AutoCloseable {
    private static final int CLIENTS = 6;
    private static final int SIZE = 3;

    private final ServerKind from;
    private final Ensemble ensemble;
    private final List<SteadyClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final PrintStream out;

    Migration(ServerKind from, PrintStream out) {
        this.from = from;
        this.out = out;
        this.ensemble = Ensemble.of(Collections.nCopies(SIZE, from), ServerConfig.standard());
    }

    void run() throws IOException {
        ensemble.start();
        ensemble.awaitLeader();
        for (int i = 0; i < CLIENTS; i++) {
            var client = new SteadyClient(ensemble.addresses(), i);
            clients.add(client);
            threads.add(Thread.ofPlatform().name("steady-" + i).start(client));
        }
        awaitAtWork();
        everyMemberTo(ServerKind.BANYAN);
        everyMemberTo(from);
        finish();
    }

    /// Nothing is stopped before every client has its znodes: what is promised is promised to those
    /// who are at work, and a client that was never let in has nothing to come back with.
    private void awaitAtWork() {
        for (SteadyClient each : clients) {
            Waiting.until(
                    () -> "a client to begin; " + each.failure(),
                    Ensemble.SETTLE_LIMIT,
                    () -> each.acknowledged() > 0 || each.failure() != null);
        }
        requireNoFailure();
    }

    /// Followers first, the leader last, so that leadership moves once.
    private void everyMemberTo(ServerKind kind) {
        int leader = ensemble.awaitLeader();
        var order = new ArrayList<Integer>();
        for (int id = 1; id <= SIZE; id++) {
            if (id != leader) {
                order.add(id);
            }
        }
        order.add(leader);
        for (int id : order) {
            ensemble.member(id).stop();
            ensemble.member(id).become(kind);
            ensemble.member(id).launch();
            ensemble.awaitServing();
            ensemble.awaitLeader();
            requireNoFailure();
            out.println(
                    "  "
                            + id
                            + " is "
                            + kind
                            + " and "
                            + ensemble.role(id)
                            + ", writes so far "
                            + clients.stream().mapToLong(SteadyClient::acknowledged).sum());
        }
    }

    private void requireNoFailure() {
        for (SteadyClient each : clients) {
            Exception failure = each.failure();
            if (failure != null) {
                throw new IllegalStateException("a client noticed: " + failure, failure);
            }
        }
    }

    private void finish() throws IOException {
        clients.forEach(SteadyClient::stop);
        for (Thread each : threads) {
            try {
                each.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        requireNoFailure();
        Map<String, String> first = Trees.read(ensemble.member(1).address());
        for (int id = 2; id <= SIZE; id++) {
            String difference = Trees.difference(first, Trees.read(ensemble.member(id).address()));
            if (!difference.isEmpty()) {
                throw new IllegalStateException("1 and " + id + ": " + difference);
            }
        }
        out.println(
                "  "
                        + clients.stream().mapToLong(SteadyClient::acknowledged).sum()
                        + " writes, "
                        + clients.stream().mapToInt(SteadyClient::reconnects).sum()
                        + " reconnects, none failed; longest gap of a client "
                        + clients.stream().mapToLong(SteadyClient::longestGapMillis).max().orElse(0)
                        + " ms; trees equal");
    }

    @Override
    public void close() {
        clients.forEach(SteadyClient::stop);
        ensemble.close();
    }
}
