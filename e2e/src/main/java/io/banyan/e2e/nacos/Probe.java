package io.banyan.e2e.nacos;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.config.ConfigService;
import com.alibaba.nacos.api.config.listener.Listener;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.listener.NamingEvent;
import com.alibaba.nacos.api.naming.pojo.Instance;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One Nacos client in a process of its own: does what standard input says, a command a line, and
/// says on standard output how it went.
///
/// `NUMBER COMMAND ARGUMENT...` with tabs between is answered `=NUMBER VALUE`, or `-NUMBER MESSAGE`
/// if the client threw; what listeners are told comes as `!KIND KEY VALUE`. Contents are in base64;
/// `null` is the word. It is compiled against one version of the interface and runs with any.
public final class Probe {
    private static final long TIMEOUT_MILLIS = 5_000;

    private final PrintStream out;
    private final Properties properties;
    private @Nullable ConfigService config;
    private @Nullable NamingService naming;

    private Probe(PrintStream out, Properties properties) {
        this.out = out;
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
        new Probe(answers, properties).run();
        System.exit(0);
    }

    private void run() throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split("\t", -1);
            try {
                say("=" + words[0] + "\t" + perform(words));
            } catch (Exception | LinkageError e) {
                say("-" + words[0] + "\t" + String.valueOf(e).replace('\n', ' '));
            }
        }
    }

    private void say(String line) {
        synchronized (out) {
            out.println(line);
            out.flush();
        }
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
            case "remove" -> "" + config().removeConfig(words[2], words[3]);
            case "listen" -> {
                config().addListener(words[2], words[3], new Heard(words[2]));
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
                                        say(
                                                "!naming\t"
                                                        + words[2]
                                                        + "\t"
                                                        + show(named.getInstances()));
                                    }
                                });
                yield "ok";
            }
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
            say("!config\t" + dataId + "\t" + encode(content));
        }
    }
}
