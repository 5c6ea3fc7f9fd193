package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.SOON;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.until;
import static io.banyan.e2e.nacos.ProbeProcess.encode;
import static io.banyan.e2e.nacos.Servers.form;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Configurations.
final class ConfigCases {
    private static final String CONFIGS = "/v1/cs/configs";
    private static final EnumSet<ClientKind> NEW =
            EnumSet.of(ClientKind.J25, ClientKind.J31, ClientKind.J32);

    private static final int LISTENED = 7_000;
    private static final int CHANGED = 50;
    private static final int INCREMENTERS = 8;
    private static final String INCREMENTS = "200";
    private static final Duration LONG_LIMIT = Duration.ofMinutes(5);

    private ConfigCases() {}

    static List<Case> all() {
        return List.of(
                Case.each("C1", "exact contents", Case.all(), ConfigCases::contents),
                Case.each("C2", "listener", Case.all(), ConfigCases::listener),
                Case.each("C5", "7,000 listened to", Case.java(), ConfigCases::many),
                Case.together("C6", "spellings of a namespace", Case.all(), ConfigCases::spellings),
                Case.each("C7", "CAS", NEW, ConfigCases::cas),
                Case.each("C7b", "CAS increments", NEW, ConfigCases::increments),
                Case.each(
                        "C8",
                        "beta and tag",
                        EnumSet.of(ClientKind.J14, ClientKind.J142),
                        ConfigCases::beta),
                Case.each("C11", "ciphered", Case.java(), ConfigCases::ciphered),
                Case.each("C10", "user without auth", Case.all(), ConfigCases::user),
                Case.each("R1", "server killed and restarted", Case.all(), ConfigCases::restart)
                        .onOne());
    }

    private static String contents(Field field, List<ClientKind> kinds) {
        ProbeProcess client = field.client(kinds.getFirst());
        check(client.get(field.name("absent")) == null, "an absent one is null");
        String big = "0123456789abcdef".repeat(57_600);
        for (String content :
                List.of(
                        "k: \u4e2d\u6587 \u00e4 \ud83c\udf33",
                        "a+b%20c&d=e",
                        "a\r\nb\r\n",
                        "line\n",
                        "x",
                        big)) {
            String dataId = field.name("exact" + content.length());
            check(client.publish(dataId, content), "published " + dataId);
            String read = client.get(dataId);
            check(content.equals(read), dataId + " came back as " + shorten(read));
        }
        check(client.call("remove", field.name("exact1"), GROUP).equals("true"), "removed");
        check(client.get(field.name("exact1")) == null, "a removed one is null");
        return "";
    }

    private static String shorten(@Nullable String text) {
        String shown = String.valueOf(text);
        return shown.length() < 40 ? shown : shown.substring(0, 40) + "...";
    }

    private static String listener(Field field, List<ClientKind> kinds) {
        ProbeProcess client = field.client(kinds.getFirst());
        ProbeProcess publisher = field.client(ClientKind.J25);
        String dataId = field.name("listened");
        client.call("listen", dataId, GROUP);
        check(publisher.publish(dataId, "1"), "created");
        client.awaitContent(dataId, "1", SOON);
        var millis = new ArrayList<Long>();
        for (int i = 2; i <= 50; i++) {
            check(publisher.publish(dataId, "" + i), "changed");
            long answered = System.nanoTime();
            ProbeProcess.Event event = client.awaitContent(dataId, "" + i, SOON);
            millis.add(Math.max(0, (event.atNanos() - answered) / 1_000_000));
        }
        for (int i = 51; i <= 150; i++) {
            check(publisher.publish(dataId, "" + i), "changed");
        }
        client.awaitContent(dataId, "150", SOON);
        publisher.call("remove", dataId, GROUP);
        // npm's client has no word for a deletion.
        if (!kinds.getFirst().isNode()) {
            client.awaitContent(dataId, null, SOON);
        }
        check(publisher.publish(dataId, "again"), "created again");
        client.awaitContent(dataId, "again", SOON);
        long[] sorted = millis.stream().mapToLong(Long::longValue).sorted().toArray();
        return "p50 " + sorted[sorted.length / 2] + " ms, max " + sorted[sorted.length - 1] + " ms";
    }

    /// More than two requests or connections of a client hold.
    private static String many(Field field, List<ClientKind> kinds) {
        ProbeProcess client = field.client(kinds.getFirst());
        String prefix = field.name("many") + "-";
        client.call("listenMany", prefix, GROUP, "" + LISTENED);
        long began = System.nanoTime();
        Map<String, String> wanted = new HashMap<>();
        for (int i = 0; i < CHANGED; i++) {
            String dataId = prefix + i * (LISTENED / CHANGED);
            TreeCases.publish(field, i % field.servers().size(), dataId, "changed " + i);
            wanted.put(dataId, encode("changed " + i));
        }
        while (!wanted.isEmpty()) {
            client.await(
                    "one of " + wanted.keySet(),
                    Duration.ofSeconds(60),
                    event -> wanted.remove(event.key(), event.value()));
        }
        return CHANGED + " changes told within " + (System.nanoTime() - began) / 1_000_000 + " ms";
    }

    /// What is ciphered is the client's affair; the key travels with the content.
    private static String ciphered(Field field, List<ClientKind> kinds) {
        String dataId = "cipher-x-" + field.name("ciphered");
        String content = "bm90IHBsYWlu";
        for (String key : List.of("key1", "key2")) {
            String form =
                    form(
                            "dataId",
                            dataId,
                            "group",
                            GROUP,
                            "content",
                            content + key,
                            "encryptedDataKey",
                            key);
            var answer = field.servers().send(0, "POST", CONFIGS, form);
            check(answer.statusCode() == 200, "published: " + answer.body());
            var read =
                    field.servers()
                            .send(
                                    0,
                                    "GET",
                                    CONFIGS + "?dataId=" + dataId + "&group=" + GROUP,
                                    null);
            check(
                    read.headers().firstValue("Encrypted-Data-Key").orElse("").equals(key),
                    "the key is " + read.headers().firstValue("Encrypted-Data-Key"));
            // No plugin that could decipher it: the client gives it as it came.
            ProbeProcess client = field.clientOf(kinds.getFirst(), field.servers().address(0));
            check((content + key).equals(client.get(dataId)), "as it was published");
        }
        return "";
    }

    private static String spellings(Field field, List<ClientKind> kinds) {
        String dataId = field.name("spelled");
        var clients = new ArrayList<ProbeProcess>();
        for (ClientKind kind : kinds) {
            ProbeProcess client = field.client(kind);
            client.call("listen", dataId, GROUP);
            clients.add(client);
        }
        int round = 0;
        for (ProbeProcess publisher : clients) {
            String content = "round " + ++round + " by " + publisher.label();
            check(publisher.publish(dataId, content), "published by " + publisher.label());
            clients.forEach(each -> each.awaitContent(dataId, content, SOON));
        }
        var answer =
                field.servers()
                        .send(
                                0,
                                "POST",
                                CONFIGS,
                                form(
                                        "dataId", dataId, "group", GROUP, "tenant", "public",
                                        "content", "by hand"));
        check(answer.statusCode() == 200, "published by hand");
        clients.forEach(each -> each.awaitContent(dataId, "by hand", SOON));
        return "";
    }

    private static String cas(Field field, List<ClientKind> kinds) throws Exception {
        ProbeProcess client = field.client(kinds.getFirst());
        String dataId = field.name("cas");
        check(cas(client, dataId, "1", "0"), "an absent one is created whatever is expected");
        check(!cas(client, dataId, "2", md5("other")), "another content is not replaced");
        check("1".equals(client.get(dataId)), "and stays");
        check(cas(client, dataId, "2", md5("1")), "the expected content is replaced");
        check("2".equals(client.get(dataId)), "by the new one");
        return "";
    }

    private static String increments(Field field, List<ClientKind> kinds) throws Exception {
        String dataId = field.name("counter");
        int servers = field.servers().size();
        var clients = new ArrayList<ProbeProcess>();
        for (int i = 0; i < servers; i++) {
            clients.add(field.clientOf(kinds.getFirst(), field.servers().address(i)));
        }
        check(clients.getFirst().publish(dataId, "0"), "published");
        long began = System.nanoTime();
        var under = new ArrayList<String>();
        for (int i = 0; i < servers; i++) {
            int threads = INCREMENTERS / servers + (i < INCREMENTERS % servers ? 1 : 0);
            under.add(clients.get(i).begin("increments", dataId, GROUP, "" + threads, INCREMENTS));
        }
        int conflicts = 0;
        for (int i = 0; i < servers; i++) {
            conflicts +=
                    Integer.parseInt(clients.get(i).end(under.get(i), "increments", LONG_LIMIT));
        }
        int sum = INCREMENTERS * Integer.parseInt(INCREMENTS);
        for (ProbeProcess each : clients) {
            // What another server answered may not have come to this one yet.
            until("the sum", SOON, () -> ("" + sum).equals(each.get(dataId)));
        }
        return sum
                + " increments, "
                + conflicts
                + " conflicts, "
                + (System.nanoTime() - began) / 1_000_000_000
                + " s";
    }

    private static boolean cas(ProbeProcess client, String dataId, String content, String md5) {
        return client.call("cas", dataId, GROUP, encode(content), md5).equals("true");
    }

    static String md5(String text) throws Exception {
        byte[] digest =
                MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    private static String beta(Field field, List<ClientKind> kinds) {
        ProbeProcess client = field.client(kinds.getFirst());
        String dataId = field.name("beta");
        check(client.publish(dataId, "formal"), "published");
        client.call("listen", dataId, GROUP);
        for (String[] ips : new String[][] {{"10.9.9.9"}, {"127.0.0.1"}}) {
            var answer =
                    field.servers()
                            .send(
                                    0,
                                    "POST",
                                    CONFIGS,
                                    form(
                                            "dataId",
                                            dataId,
                                            "group",
                                            GROUP,
                                            "content",
                                            "beta for " + ips[0]),
                                    "betaIps",
                                    ips[0]);
            check(answer.statusCode() == 200, "beta published");
        }
        client.awaitContent(dataId, "beta for 127.0.0.1", SOON);
        String query = CONFIGS + "?dataId=" + dataId + "&group=" + GROUP;
        var servers = field.servers();
        var other = servers.send(0, "GET", query, null, "X-Forwarded-For", "10.9.9.8");
        check(other.body().equals("formal"), "somebody else reads " + other.body());
        var tagged =
                servers.send(
                        0,
                        "POST",
                        CONFIGS,
                        form("dataId", dataId, "group", GROUP, "content", "blue", "tag", "blue"));
        check(tagged.statusCode() == 200, "tagged: " + tagged.body());
        String[] carries = {"X-Forwarded-For", "10.9.9.8", "Vipserver-Tag", "blue"};
        other = servers.send(0, "GET", query, null, carries);
        check(other.body().equals("blue"), "who carries the tag reads " + other.body());
        servers.send(0, "DELETE", query + "&tag=blue", null);
        other = servers.send(0, "GET", query, null, carries);
        check(other.body().equals("formal"), "without the version it reads " + other.body());
        field.servers()
                .send(
                        0,
                        "DELETE",
                        CONFIGS + "?beta=true&dataId=" + dataId + "&group=" + GROUP,
                        null);
        client.awaitContent(dataId, "formal", SOON);
        return "";
    }

    private static String user(Field field, List<ClientKind> kinds) {
        ProbeProcess client = field.client(kinds.getFirst(), "username=u", "password=p");
        String dataId = field.name("user");
        check(client.publish(dataId, "1"), "published");
        check("1".equals(client.get(dataId)), "read");
        return "";
    }

    private static String restart(Field field, List<ClientKind> kinds) {
        ProbeProcess client = field.client(kinds.getFirst());
        String dataId = field.name("restart");
        check(client.publish(dataId, "before"), "published");
        client.call("listen", dataId, GROUP);
        field.servers().member(0).kill();
        field.servers().member(0).start();
        field.servers().awaitReady();
        var answer =
                field.servers()
                        .send(
                                0,
                                "POST",
                                CONFIGS,
                                form("dataId", dataId, "group", GROUP, "content", "after"));
        check(answer.statusCode() == 200, "published after the restart");
        long published = System.nanoTime();
        long told = client.awaitContent(dataId, "after", Duration.ofSeconds(40)).atNanos();
        return (told - published) / 1_000_000 + " ms after the restart";
    }
}
