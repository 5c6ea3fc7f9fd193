package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.SOON;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.register;
import static io.banyan.e2e.nacos.Field.until;

import io.banyan.e2e.raw.RawSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/// What only an ensemble can show.
final class EnsembleCases {
    /// A client of gRPC asks its server every 5 s whether it lives, three times.
    private static final Duration TOLD_LIMIT = Duration.ofSeconds(40);

    private static final long TOLD_MILLIS_MAX = 15_000;
    private static final long REDONE_MILLIS_MAX = 10_000;

    /// What a dead server's clients registered is gone after that, if they did not come back.
    private static final Duration OUTLIVED = Duration.ofSeconds(25);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private EnsembleCases() {}

    static List<Case> all() {
        return List.of(
                Case.together(
                                "C12",
                                "a server dies under listeners",
                                Case.all(),
                                EnsembleCases::failover)
                        .onThree(),
                Case.each("C13", "minority", Case.java(), EnsembleCases::minority).onThree(),
                Case.together(
                                "N4",
                                "a server dies under naming",
                                Case.all(),
                                EnsembleCases::handover)
                        .onThree(),
                Case.together("N13", "consumers move", Case.all(), EnsembleCases::moves).onThree());
    }

    private static void publishPatiently(Field field, int by, String dataId, String content) {
        until(
                "a publication",
                SOON,
                () -> {
                    TreeCases.publish(field, by, dataId, content);
                    return true;
                });
    }

    // ---- C12

    private static String failover(Field field, List<ClientKind> kinds) {
        Servers servers = field.servers();
        String dataId = field.name("failover");
        TreeCases.publish(field, 0, dataId, "0");
        var clients = new ArrayList<ProbeProcess>();
        for (ClientKind kind : kinds) {
            ProbeProcess client = field.client(kind);
            client.call("listen", dataId, GROUP);
            clients.add(client);
        }
        long worst = 0;
        for (int round = 1; round <= field.rounds(); round++) {
            int dies = round % servers.size();
            String content = "round " + round;
            servers.member(dies).kill();
            publishPatiently(field, (dies + 1) % servers.size(), dataId, content);
            long published = System.nanoTime();
            for (ProbeProcess each : clients) {
                if (!each.isNode()) {
                    long told = each.awaitContent(dataId, content, TOLD_LIMIT).atNanos();
                    worst = Math.max(worst, (told - published) / 1_000_000);
                }
            }
            servers.member(dies).start();
            servers.awaitReady();
            for (ProbeProcess each : clients) {
                // npm's client is given one server only, and waits until that is back.
                if (each.isNode()) {
                    each.awaitContent(dataId, content, TOLD_LIMIT);
                }
                until("the last content", SOON, () -> content.equals(each.get(dataId)));
            }
        }
        check(worst < TOLD_MILLIS_MAX, "told after " + worst + " ms");
        return field.rounds() + " rounds, worst " + worst + " ms";
    }

    // ---- C13

    private static String minority(Field field, List<ClientKind> kinds) throws IOException {
        ProbeProcess client = field.clientOf(kinds.getFirst(), field.servers().address(0));
        String dataId = field.name("minority");
        check(client.publish(dataId, "1"), "published");
        check("1".equals(client.get(dataId)), "read");
        field.servers().member(1).kill();
        field.servers().member(2).kill();
        boolean published;
        try {
            published = client.publish(dataId, "2");
        } catch (IllegalStateException e) {
            published = false;
        }
        check(!published, "a minority publishes nothing");
        check("1".equals(client.get(dataId)), "the last content is read");
        check(hasSnapshot(client.home(), dataId), "the client's snapshot is still there");
        field.servers().member(1).launch();
        field.servers().member(2).launch();
        field.servers().awaitReady();
        until(
                "a publication after the minority",
                Duration.ofSeconds(30),
                () -> client.publish(dataId, "3"));
        until("the content after it", SOON, () -> "3".equals(client.get(dataId)));
        return "";
    }

    private static boolean hasSnapshot(Path home, String dataId) throws IOException {
        try (Stream<Path> paths = Files.walk(home)) {
            return paths.anyMatch(each ->
                    each.getFileName().toString().equals(dataId)
                            && each.toString().contains("snapshot"));
        }
    }

    // ---- N4

    private static String handover(Field field, List<ClientKind> kinds) throws Exception {
        Servers servers = field.servers();
        List<String> services = new ArrayList<>();
        List<ProbeProcess> consumers = new ArrayList<>();
        for (ClientKind kind : kinds) {
            String service = field.name("handover-" + kind);
            services.add(service);
            field.client(kind).call(register("register", service, "10.7.0.1", ""));
            if (!kind.isNode()) {
                ProbeProcess consumer = field.client(kind);
                consumer.call("watch", service, GROUP);
                consumers.add(consumer);
            }
        }
        long redone = 0;
        String seen;
        try (var looks = new Looks(field, services)) {
            for (int round = 0; round < field.rounds(); round++) {
                int dies = round % servers.size();
                int other = (dies + 1) % servers.size();
                Map<String, Long> before = owners(field, other, services);
                servers.member(dies).kill();
                redone = Math.max(redone, changesOfOwners(field, other, services, before));
                servers.member(dies).start();
                servers.awaitReady();
            }
            seen = looks.end();
        }
        for (ProbeProcess each : consumers) {
            String watched = each.call("watched");
            check(watched.endsWith(" 0 missing"), each.label() + " saw " + watched);
        }
        check(redone < REDONE_MILLIS_MAX, "registered again after " + redone + " ms");
        return field.rounds() + " rounds, registered again within " + redone + " ms, " + seen;
    }

    /// Waits until those who do not come back are gone.
    ///
    /// @return milliseconds until the last registration that belonged to another session
    private static long changesOfOwners(
            Field field, int member, List<String> services, Map<String, Long> before)
            throws InterruptedException {
        long began = System.nanoTime();
        long last = 0;
        Map<String, Long> now = before;
        while (System.nanoTime() - began < OUTLIVED.toNanos()) {
            Map<String, Long> seen;
            try {
                seen = owners(field, member, services);
            } catch (IOException | IllegalStateException e) {
                seen = now; // An election is under way.
            }
            if (!seen.equals(now)) {
                last = (System.nanoTime() - began) / 1_000_000;
                now = seen;
            }
            Thread.sleep(BETWEEN_LOOKS);
        }
        return last;
    }

    private static Map<String, Long> owners(Field field, int member, List<String> services)
            throws IOException {
        Map<String, Long> owners = new LinkedHashMap<>();
        try (RawSession zk = RawSession.connect(field.servers().member(member).port(), 10_000)) {
            for (String each : services) {
                String path = "/nacos/naming/public/" + GROUP + "/" + each + "/DEFAULT/10.7.0.1:80";
                RawSession.Reply reply = zk.getData(path, false);
                check(reply.err() == 0, each + " is missing: " + reply.err());
                reply.body().buf();
                owners.put(each, TreeCases.ephemeralOwner(reply.body()));
            }
            zk.endSession();
        }
        return owners;
    }

    /// Somebody who looks all the time, at every server in turn.
    private static final class Looks implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<String> missing = new ArrayList<>();
        private final Thread thread;
        private int count;

        /// At all members, those too that are just starting: they may refuse, but not be mistaken.
        Looks(Field field, List<String> services) {
            thread = Thread.ofVirtual().start(() -> look(field, services));
        }

        private void look(Field field, List<String> services) {
            for (int i = 0; !over.get(); i++) {
                int at = i % field.servers().size();
                for (String each : services) {
                    look(field, at, each);
                }
                try {
                    Thread.sleep(BETWEEN_LOOKS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private void look(Field field, int at, String service) {
            String body;
            try {
                String query = "/v1/ns/instance/list?serviceName=" + service;
                body = field.servers().send(at, "GET", query, null).body();
            } catch (RuntimeException e) {
                return; // It is being killed, or not there yet.
            }
            count++;
            if (body.contains("\"hosts\":[]")) {
                missing.add(service + " at member " + at);
            }
        }

        String end() throws InterruptedException {
            close();
            thread.join();
            check(missing.isEmpty(), missing.size() + " of " + count + " looks: " + missing);
            return count + " looks";
        }

        @Override
        public void close() {
            over.set(true);
        }
    }

    // ---- N13

    /// No clock has a say in it: the number of a list is made of the change's zxid.
    private static String moves(Field field, List<ClientKind> kinds) {
        Servers servers = field.servers();
        String service = field.name("moves");
        String instance = "/v1/ns/instance?ephemeral=false&ip=10.7.1.1&port=80&serviceName=";
        check(servers.send(0, "POST", instance + service, null).statusCode() == 200, "registered");
        var consumers = new ArrayList<ProbeProcess>();
        for (ClientKind kind : kinds) {
            ProbeProcess consumer = field.client(kind);
            consumer.call("subscribe", service, GROUP);
            consumers.add(consumer);
        }
        int change = 0;
        for (int dies = 0; dies < servers.size(); dies++) {
            int other = (dies + 1) % servers.size();
            servers.member(dies).kill();
            for (int i = 0; i < 3; i++) {
                String now = "{k=" + ++change + "}";
                String query = instance + service + "&metadata=k%3D" + change;
                until(
                        "a change",
                        SOON,
                        () -> servers.send(other, "POST", query, null).statusCode() == 200);
                consumers.forEach(
                        each -> each.awaitInstances(service, TOLD_LIMIT, s -> s.contains(now)));
            }
            servers.member(dies).start();
            servers.awaitReady();
        }
        return change + " changes";
    }
}
