package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.SOON;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.pause;
import static io.banyan.e2e.nacos.Field.register;
import static io.banyan.e2e.nacos.Field.until;
import static io.banyan.e2e.nacos.Servers.form;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.JuteIn;
import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What Nacos clients and ZooKeeper clients see of each other, and what outlives all servers.
final class TreeCases {
    private static final String CONFIG_ROOT = "/nacos/config/public/" + GROUP + "/";
    private static final String NAMING_ROOT = "/nacos/naming/public/" + GROUP + "/";
    private static final int SESSION_MILLIS = 10_000;
    private static final int RECURSIVE = 1;
    private static final int EPHEMERAL = 1;
    private static final int CREATED = 1;
    private static final int CHANGED = 3;
    private static final int NODE_EXISTS = -110;

    /// Longer than any session or lease of a client that does not come back.
    private static final Duration OUTLIVED = Duration.ofSeconds(45);

    private TreeCases() {}

    static List<Case> all() {
        return List.of(
                Case.together("Z1", "seen by ZooKeeper clients", Case.all(), TreeCases::seen),
                Case.together("Z2", "written by ZooKeeper clients", Case.all(), TreeCases::written),
                Case.together("Z4", "all servers restarted", Case.all(), TreeCases::restarted));
    }

    private static RawSession zooKeeper(Field field, int member) throws IOException {
        return RawSession.connect(field.servers().member(member).port(), SESSION_MILLIS);
    }

    // ---- Z1

    private static String seen(Field field, List<ClientKind> kinds) throws Exception {
        int last = field.servers().size() - 1;
        try (RawSession zk = zooKeeper(field, last)) {
            for (String root : List.of("/nacos/config", "/nacos/naming")) {
                int error = zk.call(Op.ADD_WATCH, new JuteOut().str(root).i32(RECURSIVE)).err();
                check(error == 0, "addWatch answered " + error);
            }
            for (ClientKind kind : kinds) {
                config(field, zk, field.client(kind));
                instance(field, zk, field.client(kind));
            }
        }
        return "";
    }

    private static void config(Field field, RawSession zk, ProbeProcess client) throws Exception {
        String dataId = field.name("seen-" + client.label());
        String path = CONFIG_ROOT + dataId;
        String content = "";
        for (int i = 1; i <= 3; i++) {
            content = "\u4e2d " + i;
            check(client.publish(dataId, content), "published");
        }
        sync(zk);
        JuteIn body = zk.getData(path, false).body();
        check(content.equals(new String(body.buf(), UTF_8)), "the content of " + path);
        check(ephemeralOwner(body) == 0, path + " stays");
        check(types(zk, path).equals(List.of(CREATED, CHANGED, CHANGED)), "one event a change");
    }

    private static void instance(Field field, RawSession zk, ProbeProcess client) throws Exception {
        String service = field.name("seen-" + client.label());
        String path = NAMING_ROOT + service + "/DEFAULT/10.8.0.1:80";
        client.call(register("register", service, "10.8.0.1", "k=1"));
        sync(zk);
        JuteIn body = zk.getData(path, false).body();
        String data = new String(body.buf(), UTF_8);
        check(data.contains("\"ip\":\"10.8.0.1\"") && data.contains("\"k\":\"1\""), data);
        check(ephemeralOwner(body) != 0, path + " goes with its client");
        check(types(zk, path).equals(List.of(CREATED)), "one event for the registration");
        if (!client.isNode()) {
            String[] words =
                    register("register", field.name("stays-" + client.label()), "10.8.0.2", "");
            words[words.length - 2] = "false";
            client.call(words);
            sync(zk);
            body = zk.getData(NAMING_ROOT + words[1] + "/DEFAULT/10.8.0.2:80", false).body();
            check(new String(body.buf(), UTF_8).contains("\"ip\":\"10.8.0.2\""), "the instance");
            check(ephemeralOwner(body) == 0, "a persistent instance stays");
        }
    }

    private static void sync(RawSession zk) throws IOException {
        int error = zk.call(Op.SYNC, new JuteOut().str("/nacos")).err();
        check(error == 0, "sync answered " + error);
    }

    private static List<Integer> types(RawSession zk, String path) {
        return zk.events().stream()
                .filter(each -> each.path().equals(path))
                .map(RawSession.Event::type)
                .toList();
    }

    /// Of the stat behind the data.
    static long ephemeralOwner(JuteIn stat) {
        for (int i = 0; i < 4; i++) {
            stat.i64();
        }
        for (int i = 0; i < 3; i++) {
            stat.i32();
        }
        return stat.i64();
    }

    // ---- Z2

    private static String written(Field field, List<ClientKind> kinds) throws Exception {
        String dataId = field.name("znode");
        String service = field.name("znode");
        var clients = new ArrayList<ProbeProcess>();
        for (ClientKind kind : kinds) {
            ProbeProcess client = field.client(kind);
            client.call("listen", dataId, GROUP);
            client.call("subscribe", service, GROUP);
            clients.add(client);
        }
        check(clients.getFirst().publish(dataId, "nacos"), "published");
        clients.forEach(each -> each.awaitContent(dataId, "nacos", SOON));
        String path = CONFIG_ROOT + dataId;
        try (RawSession zk = zooKeeper(field, field.servers().size() - 1)) {
            sync(zk);
            check("nacos".equals(new String(zk.getData(path, false).body().buf(), UTF_8)), path);
            setData(zk, path, "zookeeper");
            clients.forEach(each -> each.awaitContent(dataId, "zookeeper", SOON));
            for (int i = 0; i < field.servers().size(); i++) {
                int member = i;
                until(
                        "the MD5 of member " + i,
                        SOON,
                        () -> md5(field, member, dataId).equals(ConfigCases.md5("zookeeper")));
            }
            check(zk.delete(path) == 0, "deleted");
            clients.stream()
                    // npm's client has no word for a deletion.
                    .filter(each -> !each.isNode())
                    .forEach(each -> each.awaitContent(dataId, null, SOON));
            ownInstance(field, zk, service, clients);
        }
        return "";
    }

    private static void setData(RawSession zk, String path, String text) throws IOException {
        var body = new JuteOut().str(path).buf(text.getBytes(UTF_8)).i32(-1);
        int error = zk.call(Op.SET_DATA, body).err();
        check(error == 0, "setData answered " + error);
    }

    /// Writes a znode, with the parents that are missing.
    static void put(RawSession zk, String path, String text) throws IOException {
        for (int end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
            createIfAbsent(zk, path.substring(0, end));
        }
        createIfAbsent(zk, path);
        setData(zk, path, text);
    }

    private static String md5(Field field, int member, String dataId) {
        return field.servers()
                .send(member, "GET", "/v1/cs/configs?dataId=" + dataId + "&group=" + GROUP, null)
                .headers()
                .firstValue("Content-MD5")
                .orElse("");
    }

    /// A ZooKeeper client that registers itself.
    private static void ownInstance(
            Field field, RawSession zk, String service, List<ProbeProcess> clients)
            throws IOException {
        String cluster = NAMING_ROOT + service + "/DEFAULT";
        try (RawSession other = zooKeeper(field, 0)) {
            for (int end = cluster.indexOf('/', 1); end > 0; end = cluster.indexOf('/', end + 1)) {
                createIfAbsent(zk, cluster.substring(0, end));
            }
            createIfAbsent(zk, cluster);
            other.call(Op.SYNC, new JuteOut().str("/nacos"));
            byte[] data = "{\"ip\":\"10.8.1.1\",\"port\":80}".getBytes(UTF_8);
            int error = other.create(cluster + "/10.8.1.1:80", data, EPHEMERAL).err();
            check(error == 0, "create answered " + error);
            for (ProbeProcess each : clients) {
                each.awaitInstances(service, SOON, s -> s.contains("10.8.1.1:80+"));
            }
            other.endSession();
        }
        for (ProbeProcess each : clients) {
            // npm's client never applies an empty list.
            if (!each.isNode()) {
                each.awaitInstances(service, SOON, String::isEmpty);
            }
        }
    }

    private static void createIfAbsent(RawSession zk, String path) throws IOException {
        int error = zk.create(path, new byte[0]);
        check(error == 0 || error == NODE_EXISTS, "create " + path + " answered " + error);
    }

    // ---- Z4

    private static String restarted(Field field, List<ClientKind> kinds) throws Exception {
        Servers servers = field.servers();
        String dataId = field.name("kept");
        String service = field.name("kept");
        for (String content : List.of("1", "2", "3")) {
            publish(field, 0, dataId, content);
        }
        String instance = "/v1/ns/instance?port=80&ip=10.8.2.1&serviceName=" + service;
        check(servers.send(0, "POST", instance + "&ephemeral=false", null).statusCode() == 200, "");
        var override = servers.send(0, "PUT", instance + "&ephemeral=false&weight=7", null);
        check(override.statusCode() == 200, "override: " + override.body());
        Map<ProbeProcess, String> clients = new LinkedHashMap<>();
        for (ClientKind kind : kinds) {
            ProbeProcess client = field.client(kind);
            client.call("listen", dataId, GROUP);
            client.awaitContent(dataId, "3", SOON);
            String ip = "10.8.3." + (1 + clients.size());
            client.call(register("register", service, ip, ""));
            clients.put(client, ip);
        }

        servers.restartAll();

        for (int i = 0; i < servers.size(); i++) {
            String read = "?dataId=" + dataId + "&group=" + GROUP;
            check("3".equals(servers.send(i, "GET", "/v1/cs/configs" + read, null).body()), "kept");
            String history =
                    servers.send(i, "GET", "/v1/cs/history" + read + "&search=accurate", null)
                            .body();
            check(history.contains("\"totalCount\":3"), "history " + history);
            checkInstances(field, i, service, clients.values());
        }
        publish(field, 0, dataId, "after");
        long published = System.nanoTime();
        long worst = 0;
        for (ProbeProcess each : clients.keySet()) {
            long told = each.awaitContent(dataId, "after", Duration.ofSeconds(40)).atNanos();
            worst = Math.max(worst, (told - published) / 1_000_000);
        }
        pause(OUTLIVED);
        for (int i = 0; i < servers.size(); i++) {
            checkInstances(field, i, service, clients.values());
        }
        return "last told after " + worst + " ms";
    }

    private static void checkInstances(
            Field field, int member, String service, Iterable<String> ips) {
        String hosts =
                field.servers()
                        .send(member, "GET", "/v1/ns/instance/list?serviceName=" + service, null)
                        .body();
        check(hosts.contains("10.8.2.1") && hosts.contains("\"weight\":7.0"), hosts);
        for (String each : ips) {
            check(hosts.contains("\"" + each + "\""), each + " is missing: " + hosts);
        }
    }

    /// @param by index of the server that is told
    static void publish(Field field, int by, String dataId, String content) {
        publish(field, by, form("dataId", dataId, "group", GROUP, "content", content));
    }

    /// @param form all that is published
    static void publish(Field field, int by, String form) {
        var answer = field.servers().send(by, "POST", "/v1/cs/configs", form);
        check(answer.statusCode() == 200, "published: " + answer.statusCode() + answer.body());
    }
}
