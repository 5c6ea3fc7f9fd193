package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.pause;

import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.soak.Linearizability;
import io.banyan.e2e.soak.Operation;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Whether all doors together are one register for each configuration, whatever happens to servers.
final class RegisterCases {
    private static final int KEYS = 3;
    private static final int CLIENTS_PER_DOOR = 3;
    private static final int THINK_MILLIS_MAX = 20;
    private static final Duration QUIET = Duration.ofSeconds(2);

    /// Longer than an election, so that the one who is paused is another's follower when it wakes.
    private static final Duration PAUSED = Duration.ofSeconds(12);

    private RegisterCases() {}

    static List<Case> all() {
        return List.of(
                Case.byHand("Z3", "one register through all doors", RegisterCases::linearizable));
    }

    private static String linearizable(Field field, List<ClientKind> none) throws Exception {
        Servers servers = field.servers();
        List<String> dataIds =
                IntStream.range(0, KEYS).mapToObj(i -> field.name("register-" + i)).toList();
        dataIds.forEach(each -> TreeCases.publish(field, 0, each, "0"));
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (HttpClient http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Register.PATIENCE)
                        .build()) {
            List<RegisterClient.Door> doors =
                    List.of(
                            by ->
                                    new Register.OverHttp(
                                            http, servers.address(any(servers, by)), dataIds),
                            by ->
                                    new Register.OverGrpc(
                                            servers.grpcPort(any(servers, by)), dataIds),
                            by ->
                                    new Register.OverZooKeeper(
                                            servers.member(any(servers, by)).address(), dataIds));
            var clients = new ArrayList<RegisterClient>();
            for (int i = 0; i < doors.size() * CLIENTS_PER_DOOR; i++) {
                clients.add(
                        new RegisterClient(
                                i + 1,
                                doors.get(i % doors.size()),
                                KEYS,
                                random.nextLong(),
                                System::nanoTime));
            }
            drive(field, clients, random);
            // Last of all, what every door shows when nothing happens any more.
            for (RegisterClient each : clients) {
                each.readAll();
            }
            List<Operation> all = clients.stream().flatMap(c -> c.operations().stream()).toList();
            List<String> broken = Linearizability.verdict(all);
            check(broken.isEmpty(), "seed " + seed + ": " + String.join("\n", broken));
            return figure(all) + " around " + field.rounds() + " faults";
        }
    }

    private static int any(Servers servers, Random by) {
        return by.nextInt(servers.size());
    }

    private static String figure(List<Operation> all) {
        long done =
                all.stream()
                        .filter(each -> each.kind() == Operation.Kind.WRITE && each.isDone())
                        .count();
        long refused = all.stream().filter(each -> each.isAnswered() && !each.isDone()).count();
        long open = all.stream().filter(each -> !each.isAnswered()).count();
        long reads = all.stream().filter(each -> each.kind() == Operation.Kind.READ).count();
        check(done > 0 && refused > 0 && reads > 0, "nothing to be judged");
        return done
                + " writes done, "
                + refused
                + " refused, "
                + open
                + " open, "
                + reads
                + " reads";
    }

    /// Clients run while servers fall, one after the other.
    private static void drive(Field field, List<RegisterClient> clients, Random random)
            throws InterruptedException {
        var over = new AtomicBoolean();
        var failure = new AtomicReference<@Nullable Throwable>();
        var threads = new ArrayList<Thread>();
        try {
            for (RegisterClient each : clients) {
                long seed = random.nextLong();
                threads.add(
                        Thread.ofPlatform()
                                .uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown))
                                .start(() -> run(each, over, new Random(seed))));
            }
            for (int round = 0; round < field.rounds(); round++) {
                pause(QUIET);
                hurt(field.servers(), round, random);
                field.servers().awaitReady();
            }
            pause(QUIET);
        } finally {
            over.set(true);
            for (Thread each : threads) {
                each.join();
            }
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a client failed", failed);
        }
    }

    private static void run(RegisterClient client, AtomicBoolean over, Random random) {
        try {
            while (!over.get()) {
                client.step();
                LockSupport.parkNanos(
                        Duration.ofMillis(1 + random.nextInt(THINK_MILLIS_MAX)).toNanos());
            }
        } finally {
            client.end();
        }
    }

    /// Kills the leader, pauses it until there is another one, kills a follower; with one server
    /// kills that.
    private static void hurt(Servers servers, int round, Random random) {
        int leader = servers.awaitLeader();
        ServerProcess victim = servers.member(leader);
        if (servers.size() > 1) {
            switch (round % 3) {
                case 0 -> {}
                case 1 -> {
                    victim.pause();
                    pause(PAUSED);
                    victim.proceed();
                    return;
                }
                default -> {
                    int other = leader + 1 + random.nextInt(servers.size() - 1);
                    victim = servers.member(other % servers.size());
                }
            }
        }
        victim.kill();
        pause(Duration.ofMillis(random.nextInt(3_000)));
        victim.launch();
    }
}
