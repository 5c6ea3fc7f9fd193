package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.until;
import static io.banyan.e2e.nacos.Servers.form;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.Ports;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Dubbo applications that find each other through one of the two doors, each version with its own
/// jars.
final class DubboCases {
    /// A provider that was killed is gone for its registry after a session of Dubbo's, 60 s, at the
    /// latest; its consumers do not wait for that.
    private static final Duration FOLLOWED = Duration.ofSeconds(60);

    private static final Duration RULED = Duration.ofSeconds(40);
    private static final int SLOW_MILLIS = 1_500;
    private static final int CALLS = 10;
    private static final String INTERFACE = DubboGreeting.class.getName();
    private static final String MAPPING = "mapping";

    private DubboCases() {}

    /// Which Dubbo, registered how and where.
    ///
    /// @param mode how providers register: by `interface` or, from 3 on, as an `instance` of an
    ///   application
    record Setup(String version, String registry, String mode) {
        static List<Setup> all() {
            var all = new ArrayList<Setup>();
            for (String registry : List.of("zookeeper", "nacos")) {
                all.add(new Setup("3.3", registry, "instance"));
                all.add(new Setup("3.3", registry, "interface"));
                all.add(new Setup("2.7", registry, "interface"));
            }
            return all;
        }

        boolean isNacos() {
            return registry.equals("nacos");
        }

        @Override
        public String toString() {
            return "Dubbo " + version + ", " + registry + " registry, by " + mode;
        }
    }

    /// One thing that must work.
    interface Play {
        void run(Field field, Setup setup) throws Exception;
    }

    // ---- processes

    private static ProbeProcess start(Field field, Setup setup) {
        String migration =
                setup.mode().equals("interface") ? "FORCE_INTERFACE" : "FORCE_APPLICATION";
        var flags = new ArrayList<String>();
        flags.add("-Ddubbo.application.service-discovery.migration=" + migration);
        flags.add("-Ddubbo.application.logger=slf4j");
        flags.add(
                "-Dlog4j.configuration=file:"
                        + Home.root().resolve("e2e/dubbo-clients/log4j.properties"));
        // Both versions are older than this JDK, and look into its classes.
        for (String each :
                List.of("java.lang", "java.lang.invoke", "java.util", "java.math", "java.time")) {
            flags.add("--add-opens=java.base/" + each + "=ALL-UNNAMED");
        }
        var home = field.home();
        flags.add("-DJM.SNAPSHOT.PATH=" + home);
        flags.add("-DJM.LOG.PATH=" + home);
        var jars = Home.target().resolve("dubbo-" + setup.version());
        String label = "dubbo-" + setup.version();
        return field.add(ProbeProcess.java(label, home, jars, flags, DubboProbe.class));
    }

    private static String address(Field field, Setup setup) {
        String all = setup.isNacos() ? field.servers().all() : field.servers().allOfZooKeeper();
        String[] each = all.split(",", 2);
        String backup = each.length == 1 ? "" : "?backup=" + each[1];
        return setup.registry() + "://" + each[0] + backup;
    }

    /// @return its port
    private static Provider provider(Field field, Setup setup) {
        int port = Ports.free();
        ProbeProcess process = start(field, setup);
        String at = address(field, setup);
        process.call("provide", providerName(field), at, at, setup.mode(), "" + port);
        return new Provider(process, port);
    }

    private static String providerName(Field field) {
        return field.name("provider");
    }

    private static String consumerName(Field field) {
        return field.name("consumer");
    }

    private record Provider(ProbeProcess process, int port) {}

    private static ProbeProcess consumer(Field field, Setup setup) {
        ProbeProcess process = start(field, setup);
        String at = address(field, setup);
        process.call("refer", consumerName(field), at, at, setup.mode());
        return process;
    }

    private static void awaitAnswersOf(ProbeProcess consumer, Provider provider) {
        String wanted = "hello by " + provider.port();
        until(
                "answers of " + provider.port(),
                FOLLOWED,
                () -> consumer.call("greet", "hello").equals(wanted));
        for (int i = 0; i < CALLS; i++) {
            String answer = consumer.call("greet", "hello");
            check(answer.equals(wanted), "answered " + answer);
        }
    }

    // ---- what they do

    /// A consumer finds a provider, and another one when the first is killed.
    static void follows(Field field, Setup setup) {
        Provider first = provider(field, setup);
        ProbeProcess consumer = consumer(field, setup);
        awaitAnswersOf(consumer, first);
        Provider second = provider(field, setup);
        first.process().kill();
        awaitAnswersOf(consumer, second);
    }

    /// A rule that is published to the configuration centre applies, until it is withdrawn.
    static void isRuled(Field field, Setup setup) throws IOException {
        Provider provider = provider(field, setup);
        ProbeProcess consumer = consumer(field, setup);
        awaitAnswersOf(consumer, provider);
        check(isPatient(consumer), "no rule yet");
        String name = consumerName(field);
        String rule =
                "configVersion: v2.7\nscope: application\nkey: "
                        + name
                        + "\nenabled: true\nconfigs:\n- side: consumer\n  addresses: ['0.0.0.0']\n"
                        + "  parameters:\n    timeout: 100\n";
        setRule(field, setup, name + ".configurators", rule);
        until("the rule to apply", RULED, () -> !isPatient(consumer));
        // Not a deletion: what Dubbo makes of one differs between its versions.
        setRule(field, setup, name + ".configurators", rule.replace("true", "false"));
        until("the rule to be withdrawn", RULED, () -> isPatient(consumer));
    }

    private static boolean isPatient(ProbeProcess consumer) {
        try {
            return consumer.call("slowly", "" + SLOW_MILLIS).equals("slowly");
        } catch (IllegalStateException e) {
            check(String.valueOf(e.getMessage()).contains("imeout"), "" + e.getMessage());
            return false;
        }
    }

    private static void setRule(Field field, Setup setup, String name, String rule)
            throws IOException {
        if (setup.isNacos()) {
            String form = form("dataId", name, "group", "dubbo", "content", rule);
            var answer = field.servers().send(0, "POST", "/v1/cs/configs", form);
            check(answer.statusCode() == 200, "published: " + answer.body());
            return;
        }
        try (RawSession zk = RawSession.connect(field.servers().member(0).port(), 10_000)) {
            TreeCases.put(zk, "/dubbo/config/dubbo/" + name, rule);
        }
    }

    /// The metadata centre has what the provider offers, and by which application.
    static void isDescribed(Field field, Setup setup) throws IOException {
        provider(field, setup);
        String application = providerName(field);
        if (setup.isNacos()) {
            String dataId = INTERFACE + ":::provider:" + application;
            until("the definition", RULED, () -> config(field, dataId, "dubbo").contains("slowly"));
            if (setup.mode().equals("instance")) {
                until(
                        "the mapping",
                        RULED,
                        () -> config(field, INTERFACE, MAPPING).contains(application));
            }
            return;
        }
        try (RawSession zk = RawSession.connect(field.servers().member(0).port(), 10_000)) {
            String path = "/dubbo/metadata/" + INTERFACE + "/provider/" + application;
            until("the definition", RULED, () -> data(zk, path).contains("slowly"));
            if (setup.mode().equals("instance")) {
                String mapping = "/dubbo/mapping/" + INTERFACE;
                until("the mapping", RULED, () -> data(zk, mapping).contains(application));
            }
        }
    }

    private static String config(Field field, String dataId, String group) {
        String query =
                "/v1/cs/configs?group=" + group + "&dataId=" + URLEncoder.encode(dataId, UTF_8);
        return field.servers().send(0, "GET", query, null).body();
    }

    private static String data(RawSession zk, String path) throws IOException {
        RawSession.Reply reply = zk.getData(path, false);
        byte[] data = reply.err() == 0 ? reply.body().buf() : null;
        return data == null ? "" : new String(data, UTF_8);
    }

    /// Each server dies once, and while it is dead the provider is replaced.
    static void outliveServers(Field field, Setup setup) {
        Servers servers = field.servers();
        Provider now = provider(field, setup);
        ProbeProcess consumer = consumer(field, setup);
        awaitAnswersOf(consumer, now);
        for (int dies = 0; dies < servers.size(); dies++) {
            servers.member(dies).kill();
            Provider next = provider(field, setup);
            now.process().kill();
            awaitAnswersOf(consumer, next);
            servers.member(dies).start();
            servers.awaitReady();
            now = next;
        }
    }
}
