package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.SOON;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.pause;
import static io.banyan.e2e.nacos.Field.register;
import static io.banyan.e2e.nacos.Field.until;

import io.banyan.e2e.server.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// Naming.
final class NamingCases {
    private static final EnumSet<ClientKind> NEW =
            EnumSet.of(ClientKind.J25, ClientKind.J31, ClientKind.J32);
    private static final EnumSet<ClientKind> GRPC =
            EnumSet.of(ClientKind.J21, ClientKind.J25, ClientKind.J31, ClientKind.J32);

    /// Three rounds of 4 s, after another server took over from one that died: 20 s.
    private static final Duration PROBED = Duration.ofMinutes(1);

    private static final Duration PULLED = Duration.ofMinutes(1);

    private NamingCases() {}

    static List<Case> all() {
        return List.of(
                Case.each("N1", "register, list, subscribe", Case.all(), NamingCases::life),
                Case.each(
                        "N2",
                        "silent provider",
                        EnumSet.of(ClientKind.J14, ClientKind.J142, ClientKind.N),
                        NamingCases::silent),
                Case.each("N3", "killed provider", GRPC, NamingCases::killed),
                Case.together("N3b", "a provider's cable is pulled", GRPC, NamingCases::pulled),
                Case.each("N7", "batch", NEW, NamingCases::batch),
                Case.each("N8", "persistent", Case.java(), NamingCases::persistent),
                Case.each("N9", "protect threshold", Case.java(), NamingCases::threshold),
                Case.together(
                        "N12", "every provider, every consumer", Case.all(), NamingCases::mixed),
                Case.each("R2", "server killed and restarted", Case.java(), NamingCases::restart)
                        .onOne());
    }

    private static String life(Field field, List<ClientKind> kinds) {
        ClientKind kind = kinds.getFirst();
        ProbeProcess provider = field.client(kind);
        ProbeProcess consumer = field.client(kind);
        String service = field.name("life");
        consumer.call("subscribe", service, GROUP);
        consumer.forgetEvents();
        provider.call(register("register", service, "10.1.0.1", "k=1"));
        long registered = System.nanoTime();
        long told =
                consumer.awaitInstances(service, SOON, s -> s.contains("10.1.0.1:80+")).atNanos();
        String listed = consumer.call("list", service, GROUP);
        check(listed.equals("10.1.0.1:80+DEFAULT*1.0{k=1}"), "listed as " + listed);
        provider.call(register("register", service, "10.1.0.1", "k=2"));
        consumer.awaitInstances(service, SOON, s -> s.contains("{k=2}"));
        provider.call(register("deregister", service, "10.1.0.1", "k=2"));
        // npm's client never applies an empty list.
        if (!kind.isNode()) {
            consumer.awaitInstances(service, SOON, String::isEmpty);
        }
        return "told after " + Math.max(0, (told - registered) / 1_000_000) + " ms";
    }

    private static String silent(Field field, List<ClientKind> kinds) {
        ClientKind kind = kinds.getFirst();
        ProbeProcess provider = field.client(kind);
        String service = field.name("silent");
        String quick = field.name("quick");
        provider.call(register("register", service, "10.1.0.2", ""));
        if (!kind.isNode()) {
            provider.call(
                    register(
                            "register",
                            quick,
                            "10.1.0.3",
                            "preserved.heart.beat.interval=1000,preserved.heart.beat.timeout=3000,"
                                    + "preserved.ip.delete.timeout=6000"));
        }
        pause(Duration.ofSeconds(20));
        check(hosts(field, service).contains("\"healthy\":true"), "beats keep it healthy");
        provider.kill();
        long killed = System.nanoTime();
        if (!kind.isNode()) {
            until("the quick one gone", Duration.ofSeconds(12), () -> isEmpty(field, quick));
        }
        until(
                "unhealthy",
                Duration.ofSeconds(30),
                () -> hosts(field, service).contains("\"healthy\":false"));
        long unhealthy = seconds(killed);
        until("gone", Duration.ofSeconds(40), () -> isEmpty(field, service));
        long gone = seconds(killed);
        check(unhealthy >= 9 && unhealthy <= 21, "unhealthy after " + unhealthy + " s");
        check(gone >= 24 && gone <= 36, "gone after " + gone + " s");
        return "unhealthy " + unhealthy + " s, gone " + gone + " s";
    }

    private static long seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1_000_000_000;
    }

    private static String hosts(Field field, String service) {
        return field.servers()
                .send(0, "GET", "/v1/ns/instance/list?serviceName=" + service, null)
                .body();
    }

    private static boolean isEmpty(Field field, String service) {
        return hosts(field, service).contains("\"hosts\":[]");
    }

    private static String killed(Field field, List<ClientKind> kinds) {
        ProbeProcess provider = field.client(kinds.getFirst());
        ProbeProcess consumer = field.client(kinds.getFirst());
        String service = field.name("killed");
        provider.call(register("register", service, "10.1.0.4", ""));
        consumer.call("subscribe", service, GROUP);
        consumer.awaitInstances(service, SOON, s -> s.contains("10.1.0.4"));
        provider.kill();
        long killed = System.nanoTime();
        long told = consumer.awaitInstances(service, SOON, String::isEmpty).atNanos();
        long millis = (told - killed) / 1_000_000;
        check(millis < 2_000, "gone after " + millis + " ms");
        return "gone after " + millis + " ms";
    }

    /// Nobody hears of the end of a connection; the server finds out by asking.
    private static String pulled(Field field, List<ClientKind> kinds) throws IOException {
        ProbeProcess consumer = field.client(ClientKind.J25);
        String service = field.name("pulled");
        consumer.call("subscribe", service, GROUP);
        try (var cable = new Cable(field.servers().httpPort(0))) {
            for (ClientKind kind : kinds) {
                ProbeProcess provider = field.clientOf(kind, cable.address());
                String ip = "10.1.1." + (1 + kinds.indexOf(kind));
                provider.call(register("register", service, ip, ""));
                consumer.awaitInstances(service, SOON, s -> s.contains(ip));
            }
            cable.pull();
            long pulled = System.nanoTime();
            // One after the other, within the second in which the server looks.
            ProbeProcess.Event first =
                    consumer.awaitInstances(
                            service, PULLED, s -> s.split(":80", -1).length <= kinds.size());
            ProbeProcess.Event last = consumer.awaitInstances(service, PULLED, String::isEmpty);
            long firstMillis = (first.atNanos() - pulled) / 1_000_000;
            long lastMillis = (last.atNanos() - pulled) / 1_000_000;
            // Silent for 25 s; clients look every 5 s whether they said anything for 5 s, so that
            // up to 10 s of them may have passed before.
            check(
                    firstMillis >= 15_000 && lastMillis <= 35_000,
                    "gone after " + firstMillis + " to " + lastMillis + " ms");
            return "gone after " + firstMillis + " to " + lastMillis + " ms";
        }
    }

    private static String batch(Field field, List<ClientKind> kinds) {
        ProbeProcess provider = field.client(kinds.getFirst());
        ProbeProcess consumer = field.client(kinds.getFirst());
        String service = field.name("batch");
        consumer.call("subscribe", service, GROUP);
        consumer.forgetEvents();
        provider.call("batch", service, GROUP, "10.2.0.", "1", "51");
        consumer.awaitInstances(service, SOON, s -> count(s) == 50);
        provider.call("unbatch", service, GROUP, "10.2.0.", "1", "11");
        consumer.awaitInstances(service, SOON, s -> count(s) == 40);
        provider.call("batch", service, GROUP, "10.2.0.", "1", "6");
        consumer.awaitInstances(service, SOON, s -> count(s) == 5);
        return "";
    }

    private static int count(String instances) {
        return instances.isEmpty() ? 0 : instances.split(" 10\\.", -1).length;
    }

    private static String persistent(Field field, List<ClientKind> kinds) {
        ProbeProcess provider = field.client(kinds.getFirst());
        String service = field.name("persistent");
        String[] words = register("register", service, "127.0.0.1", "");
        words[4] = Integer.toString(Ports.free());
        words[words.length - 2] = "false";
        provider.call(words);
        provider.close();
        field.servers().restartAll();
        String hosts = hosts(field, service);
        check(hosts.contains("127.0.0.1") && hosts.contains("\"ephemeral\":false"), hosts);
        // Nobody listens there, which the server finds out by itself.
        until(
                "unhealthy by probe",
                PROBED,
                () -> hosts(field, service).contains("\"healthy\":false"));
        return "";
    }

    private static void setChecker(Field field, String service, String type) {
        String checker = "%7B%22type%22%3A%22" + type + "%22%7D";
        var answer =
                field.servers()
                        .send(
                                0,
                                "PUT",
                                "/v1/ns/cluster?clusterName=DEFAULT&serviceName="
                                        + service
                                        + "&checkPort=80&useInstancePort4Check=true&healthChecker="
                                        + checker,
                                null);
        check(answer.statusCode() == 200, "cluster: " + answer.body());
    }

    private static String threshold(Field field, List<ClientKind> kinds) {
        ProbeProcess consumer = field.client(kinds.getFirst());
        String service = field.name("threshold");
        var servers = field.servers();
        // Health as registered: the server is not to look itself.
        servers.send(0, "POST", "/v1/ns/service?serviceName=" + service, null);
        setChecker(field, service, "NONE");
        for (int i = 1; i <= 5; i++) {
            var answer =
                    servers.send(
                            0,
                            "POST",
                            "/v1/ns/instance?serviceName="
                                    + service
                                    + "&ephemeral=false&port=80&ip=10.4.0."
                                    + i
                                    + "&healthy="
                                    + (i == 1),
                            null);
            check(answer.statusCode() == 200, answer.body());
        }
        String before = consumer.call("list", service, GROUP);
        check(before.split("\\+DEFAULT", -1).length == 2, "one healthy: " + before);
        servers.send(0, "PUT", "/v1/ns/service?protectThreshold=0.8&serviceName=" + service, null);
        until(
                "all healthy",
                SOON,
                () -> consumer.call("list", service, GROUP).split("\\+DEFAULT", -1).length == 6);
        return "";
    }

    private static String mixed(Field field, List<ClientKind> kinds) {
        String service = field.name("mixed");
        var clients = new ArrayList<ProbeProcess>();
        for (ClientKind kind : kinds) {
            ProbeProcess client = field.client(kind);
            client.call("subscribe", service, GROUP);
            clients.add(client);
        }
        var expected = new ArrayList<String>();
        for (ProbeProcess provider : clients) {
            String ip = "10.5.0." + (1 + clients.indexOf(provider));
            provider.call(register("register", service, ip, ""));
            expected.add(ip + ":80+");
            for (ProbeProcess consumer : clients) {
                consumer.awaitInstances(
                        service, SOON, s -> expected.stream().allMatch(s::contains));
            }
        }
        clients.getFirst().call(register("register", service, "10.5.0.2", ""));
        String listed = clients.getLast().call("list", service, GROUP);
        check(listed.split("10\\.5\\.0\\.2:80", -1).length == 2, "listed once: " + listed);
        return "";
    }

    private static String restart(Field field, List<ClientKind> kinds) {
        ProbeProcess provider = field.client(kinds.getFirst());
        String service = field.name("restart");
        provider.call(register("register", service, "10.6.0.1", ""));
        field.servers().member(0).kill();
        field.servers().member(0).start();
        field.servers().awaitReady();
        // Long enough that only a client that registered again, or beats, is there still.
        long end = System.nanoTime() + Duration.ofSeconds(45).toNanos();
        while (System.nanoTime() < end) {
            check(
                    hosts(field, service).contains("10.6.0.1"),
                    "the instance is listed all the time");
            pause(Duration.ofMillis(50));
        }
        return "";
    }
}
