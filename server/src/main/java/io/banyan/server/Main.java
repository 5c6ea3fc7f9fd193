package io.banyan.server;

import io.banyan.server.config.ConfigException;
import io.banyan.server.config.Notice;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.config.ZooCfg;
import io.banyan.server.operate.Version;
import io.banyan.store.CorruptFile;
import io.banyan.store.StartRefused;
import java.io.IOException;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `banyan server`: runs one server in the foreground until SIGTERM.
///
/// Exit codes as ZooKeeper's: 0 stopped, 1 failed, 2 wrong usage or configuration, 3 data
/// directory.
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int WRONG_CONFIG = 2;
    private static final int WRONG_DATA = 3;

    /// For `bin/build` only.
    private static final String TRAIN = "--train";

    private static final String NACOS_PORT = "--nacos-port";

    private static final String HELP =
            """
            Usage: banyan server [--nacos-port PORT] [ZOO.CFG]
                   banyan server [--nacos-port PORT] PORT DATADIR [TICKTIME] [MAXCLIENTCNXNS]

            Runs one server in the foreground. SIGTERM stops it cleanly.

              ZOO.CFG   a ZooKeeper configuration file. Without it: standalone on port 2181, data in
                        $BANYAN_DATA_DIR or else in the folder data beside bin.
              --nacos-port PORT
                        serve Nacos clients too: HTTP on this port, gRPC on it + 1000; the same as
                        the line nacos.port=PORT in ZOO.CFG

            Environment:
              JAVA_HOME         a JDK 25 or newer; otherwise the usual places are searched
              SERVER_JVMFLAGS   options for the server's JVM, e.g. -Xmx4g -Dzookeeper.snapCount=50000
              JVMFLAGS          options for every JVM that bin/banyan starts
              ZK_SERVER_HEAP    heap of the server in MB (1000)

            Exit codes: 0 stopped, 1 failed, 2 configuration or usage, 3 data directory, 4 admin server.
            """;

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(Arrays.asList(args)));
    }

    private static int run(List<String> args) {
        if (args.contains("--help") || args.contains("-h")) {
            System.out.print(HELP);
            return OK;
        }
        if (args.contains("--version")) {
            System.out.println(Version.text());
            return OK;
        }
        try {
            if (args.contains(TRAIN)) {
                Training.run(Main::startForTraining);
                return OK;
            }
            Map<String, String> properties = properties();
            List<String> places = withoutNacosPort(args, properties);
            Path file = places.size() == 1 ? Path.of(places.getFirst()) : null;
            return serve(configure(places, properties), file);
        } catch (ConfigException e) {
            LOG.error("configuration: {}", e.getMessage());
            return WRONG_CONFIG;
        } catch (StartRefused | CorruptFile e) {
            LOG.error("data directory: {}", e.getMessage());
            return WRONG_DATA;
        } catch (IllegalArgumentException e) {
            LOG.error("configuration: {}", e.getMessage());
            return WRONG_CONFIG;
        } catch (IOException e) {
            LOG.error("cannot start: {}", e.getMessage());
            LOG.debug("details", e);
            return FAILED;
        }
    }

    private static Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        System.getProperties()
                .forEach((key, value) -> properties.put((String) key, String.valueOf(value)));
        return properties;
    }

    /// @param properties get the port if there is one
    /// @return the other arguments
    private static List<String> withoutNacosPort(
            List<String> words, Map<String, String> properties) {
        var args = new ArrayList<String>(words);
        int nacosPort = args.indexOf(NACOS_PORT);
        if (nacosPort >= 0) {
            args.remove(nacosPort);
            if (nacosPort == args.size()) {
                throw new IllegalArgumentException(NACOS_PORT + " needs a port behind it");
            }
            properties.put("zookeeper.nacos.port", args.remove(nacosPort));
        }
        return args;
    }

    private static ServerConfig configure(List<String> args, Map<String, String> properties)
            throws ConfigException {
        if (args.isEmpty()) {
            String folder = System.getProperty("banyan.data", "data");
            return ServerConfig.standaloneDefaults(Path.of(folder), properties);
        }
        return ZooCfg.fromArguments(args, properties);
    }

    private static int serve(ServerConfig config, @Nullable Path file) throws IOException {
        if (config.ensemble().isEnsemble()) {
            // A peer's address may change while we run, as in Kubernetes: the JVM's own cache of
            // names must not outlive that for long, nor one failure to resolve a name that is not
            // there yet. Not for who has no peers: this looks for a log of its own in all jars.
            Security.setProperty("networkaddress.cache.ttl", "5");
            Security.setProperty("networkaddress.cache.negative.ttl", "1");
        }
        boolean refused = false;
        for (Notice notice : config.notices()) {
            switch (notice.level()) {
                case INFO -> LOG.info("{} {}", notice.key(), notice.message());
                case WARN -> LOG.warn("{} {}", notice.key(), notice.message());
                case REFUSE -> {
                    LOG.error("{} {}", notice.key(), notice.message());
                    refused = true;
                }
            }
        }
        if (refused) {
            return WRONG_CONFIG;
        }
        var started = new CompletableFuture<BanyanServer>();
        if (!closesOnSignal(started)) {
            LOG.info("told to stop before the start");
            return OK;
        }
        BanyanServer server = BanyanServer.start(config, file);
        started.complete(server);
        return server.stopped().join().exitCode();
    }

    private static BanyanServer startForTraining(Path zooCfg) throws IOException, ConfigException {
        closesOnSignal(new CompletableFuture<>());
        return BanyanServer.start(configure(List.of(zooCfg.toString()), properties()), zooCfg);
    }

    /// To be called before there is a server: a signal may come at any moment of its start.
    ///
    /// @return false if it has come
    private static boolean closesOnSignal(CompletableFuture<BanyanServer> started) {
        var closing = new Thread(() -> started.thenAccept(BanyanServer::close), "banyan-shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(closing);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
