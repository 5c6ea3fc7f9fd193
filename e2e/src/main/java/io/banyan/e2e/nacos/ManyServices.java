package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.pause;
import static io.banyan.e2e.nacos.Field.until;

import io.banyan.e2e.server.FourLetter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A thousand services of twenty instances, kept by connections, and some more kept by beats: what
/// they cost when nothing changes, and whether an election evicts anybody.
final class ManyServices {
    private static final int SERVICES = 1_000;
    private static final int INSTANCES = 20;
    private static final int CLIENTS = 200;

    /// A connection publishes one instance of a service.
    private static final int SERVICES_OF_A_CLIENT = SERVICES * INSTANCES / CLIENTS;

    private static final int BEATEN = 200;
    private static final int CHANGES = 10;

    /// As real clients do when they have nothing else to say.
    private static final Duration BETWEEN_BEATS = Duration.ofSeconds(5);

    private static final Duration REGISTERED_MAX = Duration.ofMinutes(5);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration STEADY = Duration.ofSeconds(30);
    private static final Duration QUIET = Duration.ofSeconds(3);

    /// Whoever was forgotten by an election is gone after that: sessions live 20 s, leases 30 s.
    private static final Duration OUTLIVED = Duration.ofSeconds(45);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    /// Of a zxid; the rest is the leader's number.
    private static final long COUNTER = 0xffff_ffffL;

    private ManyServices() {}

    static List<Case> all() {
        return List.of(
                Case.byHand("N14", "1,000 services of 20 instances, idle", ManyServices::play));
    }

    /// What all clients share.
    private static final class Crowd {
        private final Field field;
        private final CountDownLatch connected = new CountDownLatch(CLIENTS);
        private final CountDownLatch beating = new CountDownLatch(1);
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

        Crowd(Field field) {
            this.field = field;
        }

        Thread start(Client client) {
            return Thread.ofVirtual()
                    .start(() -> {
                        try {
                            client.run(this);
                        } catch (IOException | RuntimeException e) {
                            if (!over.get()) {
                                failure.compareAndSet(null, e);
                            }
                        }
                    });
        }

        void await(CountDownLatch registered) throws InterruptedException {
            long began = System.nanoTime();
            while (!registered.await(1, TimeUnit.SECONDS)) {
                checkNobodyFailed();
                check(System.nanoTime() - began < REGISTERED_MAX.toNanos(), "all register");
            }
        }

        void checkNobodyFailed() {
            Exception failed = failure.get();
            if (failed != null) {
                throw new IllegalStateException("a client failed", failed);
            }
        }
    }

    /// Runs until all is over.
    private interface Client {
        void run(Crowd crowd) throws IOException;
    }

    private static String play(Field field, List<ClientKind> none) throws Exception {
        Servers servers = field.servers();
        int leader = servers.awaitLeader();
        int[] serving =
                IntStream.range(0, servers.size())
                        .filter(each -> servers.size() == 1 || each != leader)
                        .toArray();
        long others = ephemerals(servers, serving[0]);
        var crowd = new Crowd(field);
        var threads = new ArrayList<Thread>();
        try {
            long began = System.nanoTime();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                int server = serving[i % serving.length];
                threads.add(crowd.start(all -> connected(all, number, server)));
            }
            crowd.await(crowd.connected);
            long registeredMillis = (System.nanoTime() - began) / 1_000_000;
            // Not meanwhile: the first of them are to be beaten for within 30 s.
            threads.add(crowd.start(all -> beat(all, serving)));
            crowd.await(crowd.beating);
            long wanted = others + SERVICES * INSTANCES + BEATEN;
            for (int each : serving) {
                until(
                        "all at every server",
                        PATIENCE,
                        () -> {
                            crowd.checkNobodyFailed();
                            return ephemerals(servers, each) >= wanted;
                        });
            }
            idle(crowd, serving);
            String elected = servers.size() == 1 ? "" : elect(crowd, leader, serving, wanted);
            return "registered within " + registeredMillis + " ms, no transaction" + elected;
        } finally {
            crowd.over.set(true);
            for (Thread each : threads) {
                each.join();
            }
        }
    }

    // ---- what is looked at

    /// Nothing is written while nothing changes, and then what changes.
    private static void idle(Crowd crowd, int[] serving) throws IOException {
        Servers servers = crowd.field.servers();
        int server = serving[0];
        // Sessions of the cases before may end meanwhile, once; beats would make some every second.
        long after = settledZxid(servers, server);
        long made = -1;
        for (int tries = 0; made != 0 && tries < 3; tries++) {
            long before = after;
            pause(STEADY);
            crowd.checkNobodyFailed();
            after = zxid(servers, server);
            made = after - before;
        }
        check(made == 0, made + " transactions while nothing changed");
        for (int i = 0; i < CHANGES; i++) {
            String change = "/v1/ns/instance?metadata=changed%3Dyes&" + beaten(crowd, i);
            int status = servers.send(server, "POST", change, null).statusCode();
            check(status == 200, "a change is answered " + status);
        }
        long changed = zxid(servers, server) - after;
        // A change whose session a beat has just taken to another server is refused first, and the
        // refusal of a session that moved is a transaction, as ZooKeeper's.
        check(
                changed >= CHANGES && changed <= 2 * CHANGES,
                changed + " transactions for " + CHANGES + " changes");
    }

    /// Kills the leader, which no client is connected to.
    private static String elect(Crowd crowd, int leader, int[] serving, long wanted)
            throws IOException {
        Servers servers = crowd.field.servers();
        servers.member(leader).kill();
        int next = servers.awaitLeader();
        check(next != leader, "another one leads");
        long looks = 0;
        long end = System.nanoTime() + OUTLIVED.toNanos();
        while (System.nanoTime() < end) {
            for (int each : serving) {
                // Whoever evicts does it at every server, so that some that are there now are less.
                long shown = ephemerals(servers, each);
                check(shown >= wanted, shown + " of " + wanted + " after an election");
            }
            looks++;
            crowd.checkNobodyFailed();
            pause(BETWEEN_LOOKS);
        }
        for (int each : serving) {
            long written = zxid(servers, each) & COUNTER;
            // The one that looks after the persistent instances may be another one now.
            check(written < CHANGES, written + " transactions since the election");
        }
        servers.member(leader).launch();
        servers.awaitReady();
        crowd.checkNobodyFailed();
        return "; nobody evicted by an election, " + looks + " looks";
    }

    /// When sessions that clients of former cases left behind have ended.
    private static long settledZxid(Servers servers, int server) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long last = -1;
        for (long now = zxid(servers, server); now != last; now = zxid(servers, server)) {
            check(System.nanoTime() < end, "no moment without a transaction");
            last = now;
            pause(QUIET);
        }
        return last;
    }

    private static long zxid(Servers servers, int server) throws IOException {
        String said = FourLetter.ask(servers.member(server).port(), "srvr");
        return said.lines()
                .filter(line -> line.startsWith("Zxid: 0x"))
                .mapToLong(line -> Long.parseLong(line.substring("Zxid: 0x".length()), 16))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(said));
    }

    private static long ephemerals(Servers servers, int server) throws IOException {
        String key = "zk_ephemerals_count\t";
        String said = FourLetter.ask(servers.member(server).port(), "mntr");
        return said.lines()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.substring(key.length())))
                .findFirst()
                .orElse(Long.MAX_VALUE); // Between two leaders it says only that it serves nobody.
    }

    // ---- clients

    private static void connected(Crowd crowd, int number, int server) throws IOException {
        var address =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), crowd.field.servers().grpcPort(server));
        try (var grpc = new RawGrpc(address, true, PATIENCE)) {
            int first = number / INSTANCES * SERVICES_OF_A_CLIENT;
            for (int i = first; i < first + SERVICES_OF_A_CLIENT; i++) {
                String service = service(crowd, i);
                if (i == first + number % SERVICES_OF_A_CLIENT) {
                    checkDone(grpc.call("SubscribeServiceRequest", subscription(service)));
                }
                checkDone(grpc.call("InstanceRequest", registration(service, number)));
                acknowledge(grpc, Duration.ZERO);
            }
            crowd.connected.countDown();
            long next = System.nanoTime() + BETWEEN_BEATS.toNanos();
            while (!crowd.over.get()) {
                long wait = next - System.nanoTime();
                if (wait > 0) {
                    acknowledge(grpc, Duration.ofNanos(wait));
                } else {
                    checkDone(grpc.call("HealthCheckRequest", "{}"));
                    next += BETWEEN_BEATS.toNanos();
                }
            }
        }
    }

    private static void acknowledge(RawGrpc grpc, Duration limit) throws IOException {
        RawGrpc.Message push = grpc.nextPush(limit);
        if (push != null) {
            grpc.acknowledge(push);
        }
    }

    private static void checkDone(RawGrpc.Message answer) {
        check(answer.json().contains("\"resultCode\":200"), answer.toString());
    }

    private static String service(Crowd crowd, int number) {
        return crowd.field.name("many") + "-" + number;
    }

    private static String subscription(String service) {
        return "{\"subscribe\":true,\"serviceName\":\""
                + service
                + "\",\"groupName\":\""
                + GROUP
                + "\"}";
    }

    private static String registration(String service, int client) {
        return "{\"type\":\"registerInstance\",\"serviceName\":\""
                + service
                + "\",\"groupName\":\""
                + GROUP
                + "\",\"instance\":{\"ip\":\"10.7."
                + client / 100
                + "."
                + client % 100
                + "\",\"port\":80,\"ephemeral\":true}}";
    }

    /// Instances that HTTP keeps; a server between two leaders refuses beats, and the next ones
    /// come in time.
    private static void beat(Crowd crowd, int[] serving) {
        Servers servers = crowd.field.servers();
        for (int i = 0; i < BEATEN; i++) {
            String register = "/v1/ns/instance?" + beaten(crowd, i);
            var answer = servers.send(serving[i % serving.length], "POST", register, null);
            check(answer.statusCode() == 200, "registered: " + answer.body());
        }
        crowd.beating.countDown();
        for (int round = 0; !crowd.over.get(); round++) {
            long began = System.nanoTime();
            for (int i = 0; i < BEATEN && !crowd.over.get(); i++) {
                int server = serving[(i + round) % serving.length];
                String beat = "/v1/ns/instance/beat?" + beaten(crowd, i);
                var answer = servers.send(server, "PUT", beat, null);
                boolean kept = answer.body().contains("\"code\":10200");
                check(kept || answer.statusCode() == 503, "a beat: " + answer.body());
            }
            long rest = began + BETWEEN_BEATS.toNanos() - System.nanoTime();
            if (rest > 0) {
                pause(Duration.ofNanos(rest));
            }
        }
    }

    private static String beaten(Crowd crowd, int number) {
        return "ip=10.8.0." + number + "&port=80&serviceName=" + crowd.field.name("beaten");
    }
}
