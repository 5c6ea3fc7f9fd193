package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.register;
import static io.banyan.e2e.nacos.Servers.form;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// What only an ensemble can show.
final class EnsembleCases {
    private static final int ROUNDS = 3;

    private EnsembleCases() {}

    static List<Case> all() {
        return List.of(
                Case.each(
                                "C12",
                                "a server dies under a listener",
                                Case.all(),
                                EnsembleCases::failover)
                        .onThree(),
                Case.each("C13", "minority", Case.java(), EnsembleCases::minority).onThree(),
                Case.each("N4", "a server dies under naming", Case.java(), EnsembleCases::handover)
                        .onThree());
    }

    private static void publish(Field field, int by, String dataId, String content) {
        var answer =
                field.servers()
                        .send(
                                by,
                                "POST",
                                "/v1/cs/configs",
                                form("dataId", dataId, "group", GROUP, "content", content));
        check(answer.statusCode() == 200, "published: " + answer.statusCode() + answer.body());
    }

    private static void publishPatiently(Field field, int by, String dataId, String content) {
        Field.until(
                "a publication",
                Duration.ofSeconds(20),
                () -> {
                    publish(field, by, dataId, content);
                    return true;
                });
    }

    private static String failover(Field field, List<ClientKind> kinds) {
        ProbeProcess client = field.client(kinds.getFirst());
        String dataId = field.name("failover");
        publish(field, 0, dataId, "0");
        client.call("listen", dataId, GROUP);
        long worst = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            for (int dies = 0; dies < field.servers().size(); dies++) {
                String content = round + "/" + dies;
                field.servers().member(dies).kill();
                int other = (dies + 1) % field.servers().size();
                publishPatiently(field, other, dataId, content);
                long published = System.nanoTime();
                long told = client.awaitContent(dataId, content, Duration.ofSeconds(40)).atNanos();
                worst = Math.max(worst, (told - published) / 1_000_000);
                field.servers().member(dies).start();
                field.servers().awaitReady();
            }
        }
        check(worst < 15_000, "told after " + worst + " ms");
        return "worst " + worst + " ms";
    }

    private static String minority(Field field, List<ClientKind> kinds) {
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
        field.servers().member(1).launch();
        field.servers().member(2).launch();
        field.servers().awaitReady();
        Field.until(
                "a publication after the minority",
                Duration.ofSeconds(30),
                () -> client.publish(dataId, "3"));
        check("3".equals(client.get(dataId)), "read after the minority");
        return "";
    }

    private static String handover(Field field, List<ClientKind> kinds) throws Exception {
        ProbeProcess provider = field.client(kinds.getFirst());
        String service = field.name("handover");
        provider.call(register("register", service, "10.7.0.1", ""));
        var over = new AtomicBoolean();
        var missing = new AtomicInteger();
        var looks = new AtomicInteger();
        var down = new AtomicInteger(-1);
        Thread watcher =
                Thread.ofVirtual()
                        .start(() -> {
                            for (int i = 0; !over.get(); i++) {
                                int at = i % field.servers().size();
                                if (at == down.get()) {
                                    continue;
                                }
                                String body;
                                try {
                                    body =
                                            field.servers()
                                                    .send(
                                                            at,
                                                            "GET",
                                                            "/v1/ns/instance/list?serviceName="
                                                                    + service,
                                                            null)
                                                    .body();
                                } catch (RuntimeException e) {
                                    continue;
                                }
                                looks.incrementAndGet();
                                if (body.contains("\"hosts\":[]")) {
                                    missing.incrementAndGet();
                                }
                                try {
                                    Thread.sleep(50);
                                } catch (InterruptedException e) {
                                    return;
                                }
                            }
                        });
        for (int dies = 0; dies < field.servers().size(); dies++) {
            down.set(dies);
            field.servers().member(dies).kill();
            Thread.sleep(Duration.ofSeconds(25));
            field.servers().member(dies).start();
            field.servers().awaitReady();
            down.set(-1);
        }
        over.set(true);
        watcher.join();
        check(missing.get() == 0, "missing " + missing + " of " + looks + " looks");
        return looks + " looks";
    }
}
