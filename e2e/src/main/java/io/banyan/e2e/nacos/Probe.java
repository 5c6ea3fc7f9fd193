package io.banyan.e2e.nacos;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.config.ConfigService;
import com.alibaba.nacos.api.config.listener.Listener;
import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.listener.NamingEvent;
import com.alibaba.nacos.api.naming.pojo.Instance;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One Nacos client in a process of its own: does what standard input says, a command a line, and
/// says on standard output how it went, as {@link ProbeLines} has it; contents are in base64,
/// `null` is the word. It is compiled against one version of the interface and runs with any.
public final class Probe {
    private static final long TIMEOUT_MILLIS = 5_000;

    private final ProbeLines lines;
    private final Properties properties;
    private @Nullable ConfigService config;
    private @Nullable NamingService naming;
    private @Nullable Watching watching;

    private Probe(ProbeLines lines, Properties properties) {
        this.lines = lines;
        this.properties = properties;
    }

    /// @param args server list, and pairs `key=value` of properties
    public static void main(String[] args) throws IOException {
        // Clients log to standard output when nobody tells them where.
        PrintStream answers = System.out;
        System.setOut(System.err);
        var properties = new Properties();
        properties.setProperty("serverAddr", args[0]);
        for (String each : Arrays.asList(args).subList(1, args.length)) {
            int equals = each.indexOf('=');
            properties.setProperty(each.substring(0, equals), each.substring(equals + 1));
        }
        var lines = new ProbeLines(answers);
        lines.serve(new Probe(lines, properties)::perform);
        System.exit(0);
    }

    private ConfigService config() throws Exception {
        if (config == null) {
            config = NacosFactory.createConfigService(properties);
        }
        return config;
    }

    private NamingService naming() throws Exception {
        if (naming == null) {
            naming = NacosFactory.createNamingService(properties);
        }
        return naming;
    }

    private String perform(String[] words) throws Exception {
        return switch (words[1]) {
            case "get" -> encode(config().getConfig(words[2], words[3], TIMEOUT_MILLIS));
            case "publish" ->
                    "" + config().publishConfig(words[2], words[3], decode(words[4]), words[5]);
            case "cas" ->
                    "" + config().publishConfigCas(words[2], words[3], decode(words[4]), words[5]);
            case "increments" ->
                    "" + increments(words[2], words[3], Integer.parseInt(words[4]), words[5]);
            case "remove" -> "" + config().removeConfig(words[2], words[3]);
            case "listen" -> {
                config().addListener(words[2], words[3], new Heard(words[2]));
                yield "ok";
            }
            case "listenMany" -> {
                for (int i = 0; i < Integer.parseInt(words[4]); i++) {
                    config().addListener(words[2] + i, words[3], new Heard(words[2] + i));
                }
                yield "ok";
            }
            case "status" -> config().getServerStatus() + " " + naming().getServerStatus();
            case "register" -> {
                naming().registerInstance(words[2], words[3], instance(words));
                yield "ok";
            }
            case "deregister" -> {
                naming().deregisterInstance(words[2], words[3], instance(words));
                yield "ok";
            }
            case "batch" -> {
                naming().batchRegisterInstance(words[2], words[3], instances(words));
                yield "ok";
            }
            case "unbatch" -> {
                naming().batchDeregisterInstance(words[2], words[3], instances(words));
                yield "ok";
            }
            case "list" -> show(naming().getAllInstances(words[2], words[3], List.of(), false));
            case "services" -> "" + naming().getServicesOfServer(1, Integer.MAX_VALUE).getData();
            case "subscribe" -> {
                naming().subscribe(
                                words[2],
                                words[3],
                                event -> {
                                    if (event instanceof NamingEvent named) {
                                        lines.say(
                                                "!naming\t"
                                                        + words[2]
                                                        + "\t"
                                                        + show(named.getInstances()));
                                    }
                                });
                yield "ok";
            }
            case "watch" -> {
                watching = Watching.start(naming(), words[2], words[3]);
                yield "ok";
            }
            case "watched" -> watching == null ? "nothing" : watching.end();
            case "exit" -> {
                if (config != null) {
                    config.shutDown();
                }
                if (naming != null) {
                    naming.shutDown();
                }
                yield "ok";
            }
            default -> throw new IllegalArgumentException("no command " + words[1]);
        };
    }

    /// `increments DATAID GROUP THREADS TIMES`: each thread so often reads a number and replaces it
    /// by the next, if it is still the one that was read.
    ///
    /// @return how often it was not
    private int increments(String dataId, String group, int threads, String times)
            throws Exception {
        ConfigService service = config();
        var conflicts = new AtomicInteger();
        var failure = new AtomicReference<@Nullable Exception>();
        var all = new ArrayList<Thread>();
        for (int i = 0; i < threads; i++) {
            Thread thread =
                    new Thread(() -> {
                        try {
                            for (int n = Integer.parseInt(times); n > 0; ) {
                                String now = service.getConfig(dataId, group, TIMEOUT_MILLIS);
                                String next = Integer.toString(Integer.parseInt(now) + 1);
                                if (service.publishConfigCas(dataId, group, next, md5(now))) {
                                    n--;
                                } else {
                                    conflicts.incrementAndGet();
                                }
                            }
                        } catch (Exception e) {
                            failure.set(e);
                        }
                    });
            thread.start();
            all.add(thread);
        }
        for (Thread each : all) {
            each.join();
        }
        Exception failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return conflicts.get();
    }

    private static String md5(String text) throws NoSuchAlgorithmException {
        byte[] digest =
                MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    /// `register SERVICE GROUP IP PORT CLUSTER WEIGHT HEALTHY ENABLED EPHEMERAL KEY=VALUE,...`.
    private static Instance instance(String[] words) {
        var instance = new Instance();
        instance.setIp(words[4]);
        instance.setPort(Integer.parseInt(words[5]));
        instance.setClusterName(words[6]);
        instance.setWeight(Double.parseDouble(words[7]));
        instance.setHealthy(Boolean.parseBoolean(words[8]));
        instance.setEnabled(Boolean.parseBoolean(words[9]));
        instance.setEphemeral(Boolean.parseBoolean(words[10]));
        for (String each : words[11].split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                instance.getMetadata().put(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        return instance;
    }

    /// `batch SERVICE GROUP IP-PREFIX FROM TO`.
    private static List<Instance> instances(String[] words) {
        var all = new ArrayList<Instance>();
        for (int i = Integer.parseInt(words[5]); i < Integer.parseInt(words[6]); i++) {
            var instance = new Instance();
            instance.setIp(words[4] + i);
            instance.setPort(80);
            all.add(instance);
        }
        return all;
    }

    private static String show(List<Instance> instances) {
        return instances.stream()
                .map(each ->
                        each.getIp()
                                + ":"
                                + each.getPort()
                                + (each.isHealthy() ? "+" : "-")
                                + each.getClusterName().replaceAll("^.*@@", "")
                                + "*"
                                + each.getWeight()
                                + new TreeMap<>(each.getMetadata()))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static String encode(@Nullable String content) {
        return content == null
                ? "null"
                : Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String content) {
        return new String(Base64.getDecoder().decode(content), StandardCharsets.UTF_8);
    }

    private final class Heard implements Listener {
        private final String dataId;

        Heard(String dataId) {
            this.dataId = dataId;
        }

        @Override
        public @Nullable Executor getExecutor() {
            return null;
        }

        @Override
        public void receiveConfigInfo(@Nullable String content) {
            lines.say("!config\t" + dataId + "\t" + encode(content));
        }
    }

    /// Looks at what the client has of a service, as an application does before each call.
    private static final class Watching implements Runnable {
        private static final long BETWEEN_LOOKS_MILLIS = 50;

        private final NamingService naming;
        private final String service;
        private final String group;
        private final Thread thread = new Thread(this);
        private volatile boolean over;
        private int looks;
        private int missing;

        private Watching(NamingService naming, String service, String group) {
            this.naming = naming;
            this.service = service;
            this.group = group;
        }

        static Watching start(NamingService naming, String service, String group)
                throws NacosException {
            if (naming.getAllInstances(service, group).isEmpty()) {
                throw new IllegalStateException("nothing to watch");
            }
            var made = new Watching(naming, service, group);
            made.thread.start();
            return made;
        }

        @Override
        public void run() {
            try {
                while (!over) {
                    looks++;
                    if (naming.getAllInstances(service, group).isEmpty()) {
                        missing++;
                    }
                    Thread.sleep(BETWEEN_LOOKS_MILLIS);
                }
            } catch (NacosException | InterruptedException e) {
                // What is in the cache needs no server, so this is worth as much as a gap.
                missing++;
            }
        }

        String end() throws InterruptedException {
            over = true;
            thread.join();
            return looks + " looks, " + missing + " missing";
        }
    }
}
