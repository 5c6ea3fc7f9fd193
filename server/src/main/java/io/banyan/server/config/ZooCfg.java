package io.banyan.server.config;

import io.banyan.server.config.ServerConfig.Admin;
import io.banyan.server.config.ServerConfig.Audit;
import io.banyan.server.config.ServerConfig.ClientPorts;
import io.banyan.server.config.ServerConfig.ConnectionLimits;
import io.banyan.server.config.ServerConfig.Containers;
import io.banyan.server.config.ServerConfig.Ensemble;
import io.banyan.server.config.ServerConfig.Metrics;
import io.banyan.server.config.ServerConfig.Operate;
import io.banyan.server.config.ServerConfig.PauseMonitor;
import io.banyan.server.config.ServerConfig.Peers;
import io.banyan.server.config.ServerConfig.Purge;
import io.banyan.server.config.ServerConfig.RequestLimits;
import io.banyan.server.config.ServerConfig.Sasl;
import io.banyan.server.config.ServerConfig.Security;
import io.banyan.server.config.ServerConfig.Storage;
import io.banyan.server.config.ServerConfig.Timing;
import io.banyan.server.config.ServerConfig.Tls;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reads ZooKeeper's configuration: the front door of this package.
public final class ZooCfg {
    private final Settings settings;

    private ZooCfg(Settings settings) {
        this.settings = settings;
    }

    // --- doors ----------------------------------------------------------------------------

    /// Reads a file, the membership file it may name, and `myid` in its data directory.
    ///
    /// @param systemProperties those of the JVM; the file wins, as in ZooKeeper
    /// @throws ConfigException what is written cannot be meant, or not be read
    public static ServerConfig parse(Path file, Map<String, String> systemProperties)
            throws ConfigException {
        return parse(latin1(file), file.toString(), systemProperties);
    }

    /// As {@link #parse(Path, Map)}; `name` stands for the file in error texts. The reader is read
    /// to its end and not closed.
    public static ServerConfig parse(
            Reader reader, String name, Map<String, String> systemProperties)
            throws ConfigException, IOException {
        var text = new StringBuilder();
        var buffer = new char[8192];
        for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
            text.append(buffer, 0, count);
        }
        return parse(text.toString(), name, systemProperties);
    }

    static ServerConfig parse(String text, String name, Map<String, String> systemProperties)
            throws ConfigException {
        var entries = PropertiesText.parse(text, name);
        return new ZooCfg(new Settings(name, entries, systemProperties)).read(text);
    }

    /// The command line of ZooKeeper's own main: `zoo.cfg`, or `port dataDir [tickTime]
    /// [maxClientCnxns]`. The second form has no limit of connections per address.
    ///
    /// @throws ConfigException also if there are too few or too many arguments
    public static ServerConfig fromArguments(
            List<String> arguments, Map<String, String> systemProperties) throws ConfigException {
        int count = arguments.size();
        if (count == 1) {
            return parse(Path.of(arguments.get(0)), systemProperties);
        }
        if (count == 0 || count > 4) {
            throw new ConfigException(
                    null,
                    0,
                    "arguments",
                    String.join(" ", arguments),
                    "a configuration file, or: port dataDir [tickTime] [maxClientCnxns]");
        }
        String text =
                "clientPort="
                        + arguments.get(0)
                        + "\ndataDir="
                        + escaped(arguments.get(1))
                        + (count > 2 ? "\ntickTime=" + arguments.get(2) : "")
                        + "\nmaxClientCnxns="
                        + (count > 3 ? arguments.get(3) : "0")
                        + "\n";
        return parse(text, "command line", systemProperties);
    }

    static String linesFor(int clientPort, String dataDir, int tickMillis, int perIpMax) {
        return "clientPort="
                + clientPort
                + "\ndataDir="
                + escaped(dataDir)
                + "\ntickTime="
                + tickMillis
                + "\nmaxClientCnxns="
                + perIpMax
                + "\n";
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\");
    }

    /// ZooKeeper reads its file as Latin-1, so a directory with other characters exists under the
    /// name that this gives.
    private static String latin1(Path file) throws ConfigException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            String why =
                    e instanceof NoSuchFileException
                            ? "there is none"
                            : String.valueOf(e.getMessage());
            throw new ConfigException(
                    null, 0, "ZOO.CFG", file.toString(), "a file that can be read (" + why + ")");
        }
    }

    // --- the whole ------------------------------------------------------------------------

    private ServerConfig read(String text) throws ConfigException {
        var storageKeys = new StorageKeys(settings);
        Storage storage = storageKeys.storage();
        Purge purge = storageKeys.purge();
        Containers containers = storageKeys.containers();
        var clientKeys = new ClientKeys(settings);
        Timing timing = clientKeys.timing();
        Ensemble ensemble = new Membership(settings).read(storage.dataDir());
        ClientPorts clientPorts = clientKeys.clientPorts(ensemble);
        ConnectionLimits connectionLimits = clientKeys.connectionLimits();
        RequestLimits requestLimits = clientKeys.requestLimits();
        Operate operate = clientKeys.operate();
        var securityKeys = new SecurityKeys(settings);
        Security security = securityKeys.security();
        Tls clientTls = securityKeys.tls("ssl.", true);
        Tls peerTls = securityKeys.tls("ssl.quorum.", false);
        Sasl sasl = securityKeys.sasl();
        Peers peers = new PeerKeys(settings).peers(storage, ensemble);
        var operationKeys = new OperationKeys(settings);
        Admin admin = operationKeys.admin();
        Metrics metrics = operationKeys.metrics();
        Audit audit = operationKeys.audit();
        PauseMonitor pauseMonitor = operationKeys.pauseMonitor();
        var tuning = new Tunings(settings).read();
        // For the Nacos door, which reads and checks them itself.
        settings.propertiesWithPrefix("nacos.");
        // Only to be understood: Logback is used, so there is no log4j to hide from JMX.
        settings.flag(settings.property("jmx.log4j.disable"), false);

        new Judgement(settings).judge(ensemble, clientPorts, clientTls, security);
        return new ServerConfig(
                text,
                settings.propertyView(),
                settings.notices(),
                storage,
                purge,
                containers,
                timing,
                clientPorts,
                connectionLimits,
                requestLimits,
                operate,
                security,
                clientTls,
                peerTls,
                sasl,
                ensemble,
                peers,
                admin,
                metrics,
                audit,
                pauseMonitor,
                tuning);
    }

    /// For messages: a word in the way files write it.
    static String lower(Object word) {
        return word.toString().toLowerCase(Locale.ROOT);
    }
}
