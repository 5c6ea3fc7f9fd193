package io.banyan.server.config;

import io.banyan.server.config.ServerConfig.Admin;
import io.banyan.server.config.ServerConfig.Audit;
import io.banyan.server.config.ServerConfig.AuthProvider;
import io.banyan.server.config.ServerConfig.ClientPorts;
import io.banyan.server.config.ServerConfig.Compression;
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
import io.banyan.server.config.ServerConfig.Store;
import io.banyan.server.config.ServerConfig.Throttle;
import io.banyan.server.config.ServerConfig.Timing;
import io.banyan.server.config.ServerConfig.Tls;
import io.banyan.server.config.Settings.Written;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads ZooKeeper's configuration: the front door of this package.
public final class ZooCfg {
    private static final int ANY_MIN = Integer.MIN_VALUE;
    private static final int INT_MAX = Integer.MAX_VALUE;
    private static final int PORT_MAX = 65535;

    /// Twenty ticks, the default longest session, must fit an int of milliseconds.
    private static final int TICK_MILLIS_MAX = Integer.MAX_VALUE / 20;

    private static final Pattern COMMA = Pattern.compile(",");
    private static final String MILLIS = "milliseconds";

    private final Settings settings;

    private ZooCfg(Settings settings) {
        this.settings = settings;
    }

    // --- doors ----------------------------------------------------------------------------

    /// Reads a file, the membership file it may name, and `myid` in its data directory.
    ///
    /// @param systemProperties those of the JVM; the file wins, as in ZooKeeper
    /// @throws ConfigException what is written cannot be meant
    /// @throws IOException the file cannot be read
    public static ServerConfig parse(Path file, Map<String, String> systemProperties)
            throws ConfigException, IOException {
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
            List<String> arguments, Map<String, String> systemProperties)
            throws ConfigException, IOException {
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
    private static String latin1(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    // --- the whole ------------------------------------------------------------------------

    private ServerConfig read(String text) throws ConfigException {
        Storage storage = storage();
        Purge purge = purge();
        Containers containers = containers();
        Timing timing = timing();
        Ensemble ensemble = new Membership(settings).read(storage.dataDir());
        ClientPorts clientPorts = clientPorts(ensemble);
        ConnectionLimits connectionLimits = connectionLimits();
        RequestLimits requestLimits = requestLimits();
        Operate operate = operate();
        Security security = security();
        Tls clientTls = tls("ssl.", true);
        Tls peerTls = tls("ssl.quorum.", false);
        Sasl sasl = sasl();
        Peers peers = peers(storage, ensemble);
        Admin admin = admin();
        Metrics metrics = metrics();
        Audit audit = audit();
        PauseMonitor pauseMonitor = pauseMonitor();
        var tuning = new Tunings(settings).read();
        // For the Nacos door, which reads and checks them itself.
        settings.propertiesWithPrefix("nacos.");
        // Only to be understood: Logback is used, so there is no log4j to hide from JMX.
        settings.flag(settings.property("jmx.log4j.disable"), false);

        new Judgement(settings).judge(ensemble, clientPorts);
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

    // --- data -----------------------------------------------------------------------------

    private Storage storage() throws ConfigException {
        Written written = settings.parsed("dataDir");
        if (written == null || written.value().isEmpty()) {
            throw settings.missing(
                    "dataDir", "the directory for snapshots; there is no default for it");
        }
        Path dataDir = path(written);
        Written log = settings.parsed("dataLogDir");
        Path dataLogDir = log == null || log.value().isEmpty() ? dataDir : path(log);
        int flushDelay = integer("flushDelay", 0, 0, INT_MAX, MILLIS);
        Written slowSync = settings.property("fsync.warningthresholdms");
        Written slowSyncBare = settings.bare("fsync.warningthresholdms");
        return new Storage(
                dataDir,
                dataLogDir,
                atLeast("snapCount", 100_000, 2, "transactions"),
                longInteger("snapSizeLimitInKb", 4_194_304, "KiB"),
                longInteger("txnLogSizeLimitInKb", -1, "KiB"),
                integer("preAllocSize", 65_536, 0, 1 << 21, "KiB"),
                forceSync(),
                settings.wholeLong(
                        slowSync != null ? slowSync : slowSyncBare,
                        1000,
                        0,
                        Long.MAX_VALUE,
                        MILLIS),
                atLeast("commitLogCount", 500, 500, "transactions"),
                snapshotSizeFactor(),
                compression(),
                flag("snapshot.trust.empty", false),
                flag("datadir.autocreate", true),
                flag("db.autocreate", true),
                flag("digest.enabled", true),
                flag("serializeLastProcessedZxid.enabled", true),
                flag("closeSessionTxn.enabled", true),
                flushDelay,
                integer("maxWriteQueuePollTime", flushDelay / 3, 0, INT_MAX, MILLIS),
                integer("maxBatchSize", 1000, 0, INT_MAX, "transactions"),
                flag("extendedTypesEnabled", false),
                flag("emulate353TTLNodes", false),
                flag("enforceQuota", false));
    }

    private Path path(Written written) throws ConfigException {
        try {
            return Path.of(written.value());
        } catch (InvalidPathException notAPath) {
            throw settings.wrong(written, "the path of a directory");
        }
    }

    private boolean forceSync() {
        Written written = settings.property("forceSync");
        String value = settings.text(written, "yes");
        // Only "no" switches it off: with anything else data stays safe.
        boolean on = !value.equals("no");
        if (written != null && on && !value.equals("yes")) {
            settings.warn(
                    written.key(),
                    "has the value '" + value + "', which counts as yes: only no is no.");
        }
        if (!on) {
            settings.warn(
                    written == null ? "forceSync" : written.key(),
                    "is no: writes are acknowledged before they are on disk and can be lost.");
        }
        return on;
    }

    private double snapshotSizeFactor() throws ConfigException {
        Written written = settings.property("snapshotSizeFactor");
        double value = settings.fraction(written, 0.33, -Double.MAX_VALUE, Double.MAX_VALUE);
        if (written != null && value > 1) {
            settings.warn(written.key(), "is greater than 1, so 0.33 holds.");
            return 0.33;
        }
        return value;
    }

    private Compression compression() throws ConfigException {
        Written written = settings.property("snapshot.compression.method");
        return switch (settings.oneOf(written, "", "", "gz", "snappy")) {
            case "gz" -> Compression.GZ;
            case "snappy" -> Compression.SNAPPY;
            case String none -> Compression.NONE;
        };
    }

    private Purge purge() throws ConfigException {
        Written kept = settings.parsed("autopurge.snapRetainCount");
        int count = settings.wholeInt(kept, 3, ANY_MIN, INT_MAX, "snapshots");
        if (kept != null && count < 3) {
            settings.warn(kept.key(), "is less than 3, so 3 snapshots are kept.");
            count = 3;
        }
        Written interval = settings.parsed("autopurge.purgeInterval");
        int hours = settings.wholeInt(interval, 1, ANY_MIN, INT_MAX, "hours, 0 for no purge");
        return new Purge(hours > 0, count, Math.max(hours, 0));
    }

    private Containers containers() throws ConfigException {
        return new Containers(
                bareInteger("znode.container.checkIntervalMs", 60_000, 1, INT_MAX, MILLIS),
                bareInteger("znode.container.maxPerMinute", 10_000, 1, INT_MAX, "znodes"),
                settings.wholeLong(
                        settings.bare("znode.container.maxNeverUsedIntervalMs"),
                        0,
                        0,
                        Long.MAX_VALUE,
                        MILLIS));
    }

    private Timing timing() throws ConfigException {
        int tick = settings.wholeInt(settings.parsed("tickTime"), 3000, 1, TICK_MILLIS_MAX, MILLIS);
        Written shortest = settings.parsed("minSessionTimeout");
        Written longest = settings.parsed("maxSessionTimeout");
        int min = settings.wholeInt(shortest, -1, -1, INT_MAX, MILLIS + ", -1 for 2 ticks");
        int max = settings.wholeInt(longest, -1, -1, INT_MAX, MILLIS + ", -1 for 20 ticks");
        min = min == -1 ? 2 * tick : min;
        max = max == -1 ? 20 * tick : max;
        if (min > max) {
            Written blamed = shortest != null ? shortest : longest;
            throw settings.wrong(
                    blamed == null ? new Written("minSessionTimeout", "", 0) : blamed,
                    "minSessionTimeout ("
                            + min
                            + " ms) not to be longer than maxSessionTimeout ("
                            + max
                            + " ms)");
        }
        return new Timing(tick, min, max);
    }

    // --- clients --------------------------------------------------------------------------

    private ClientPorts clientPorts(Ensemble ensemble) throws ConfigException {
        Endpoint plain = endpoint("clientPort", "clientPortAddress");
        Endpoint secure = endpoint("secureClientPort", "secureClientPortAddress");
        var me = ensemble.servers().get(ensemble.myId());
        if (me != null && me.client() != null) {
            if (plain != null && plain.port() != me.client().port()) {
                Written port = settings.parsed("clientPort");
                throw settings.wrong(
                        port == null ? new Written("clientPort", "", 0) : port,
                        "the client port of server." + me.id() + ", " + me.client().port());
            }
            plain = plain == null || plain.isWildcard() ? me.client() : plain;
        }
        if (plain == null && secure == null) {
            settings.warn("clientPort", "is not set: no client will be able to connect.");
        }
        int backlog =
                settings.wholeInt(
                        settings.parsed("clientPortListenBacklog"),
                        -1,
                        -1,
                        INT_MAX,
                        "connections, -1 for the system's choice");
        return new ClientPorts(plain, secure, backlog);
    }

    private @Nullable Endpoint endpoint(String portKey, String addressKey) throws ConfigException {
        int port = settings.wholeInt(settings.parsed(portKey), 0, 0, PORT_MAX, "a port");
        Written address = settings.parsed(addressKey);
        String host = settings.text(address, "");
        if (port == 0) {
            if (address != null) {
                throw settings.wrong(address, portKey + " to be set as well");
            }
            return null;
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Endpoint(host, port);
    }

    private ConnectionLimits connectionLimits() throws ConfigException {
        int fill = integer("connection_throttle_fill_time", 1, 0, INT_MAX, MILLIS);
        return new ConnectionLimits(
                settings.wholeInt(
                        settings.parsed("maxClientCnxns"),
                        60,
                        0,
                        INT_MAX,
                        "connections from one address, 0 for no limit"),
                integer("maxCnxns", 0, 0, INT_MAX, "connections, 0 for no limit"),
                integer("nio.sessionlessCnxnTimeout", 10_000, 1, INT_MAX, MILLIS),
                integer("nio.shutdownTimeout", 5000, 0, INT_MAX, MILLIS),
                flag("clientTcpKeepAlive", false),
                new Throttle(
                        integer("connection_throttle_tokens", 0, 0, INT_MAX, "tokens"),
                        fill,
                        integer("connection_throttle_fill_count", 1, 0, INT_MAX, "tokens"),
                        integer("connection_throttle_freeze_time", -1, -1, INT_MAX, MILLIS),
                        share("connection_throttle_drop_increase", 0.02),
                        share("connection_throttle_drop_decrease", 0.002),
                        share("connection_throttle_decrease_ratio", 0),
                        flag("connection_throttle_weight_enabled", false),
                        weight("connection_throttle_global_session_weight", 3),
                        weight("connection_throttle_local_session_weight", 1),
                        weight("connection_throttle_renew_session_weight", 2)));
    }

    private double share(String name, double fallback) throws ConfigException {
        return settings.fraction(settings.property(name), fallback, 0, 1);
    }

    private int weight(String name, int fallback) throws ConfigException {
        return integer(name, fallback, 1, INT_MAX, "tokens");
    }

    private RequestLimits requestLimits() throws ConfigException {
        // 64 bytes at least: less would not even hold a handshake.
        int frame = bareInteger("jute.maxbuffer", 1_048_575, 64, INT_MAX - 64, "bytes");
        return new RequestLimits(
                frame,
                settings.wholeInt(
                        settings.property("jute.maxbuffer.extrasize"), frame, 0, INT_MAX, "bytes"),
                integer("globalOutstandingLimit", 1000, 1, INT_MAX, "requests"),
                integer("largeRequestMaxBytes", 104_857_600, 1, INT_MAX, "bytes"),
                integer("largeRequestThreshold", -1, -1, INT_MAX, "bytes, -1 for off"),
                integer("request_throttle_max_requests", 0, 0, INT_MAX, "requests, 0 for off"),
                integer("request_throttle_stall_time", 100, 1, INT_MAX, MILLIS),
                flag("request_throttle_drop_stale", true),
                flag("request_stale_latency_check", false),
                flag("request_stale_connection_check", true),
                integer("request_throttler.shutdownTimeout", 10_000, 0, INT_MAX, MILLIS),
                integer("throttled_op_wait_time", 0, 0, INT_MAX, MILLIS + ", 0 for off"));
    }

    private Operate operate() {
        boolean readOnly = settings.flag(settings.bare("readonlymode.enabled"), false);
        Written written = settings.property("4lw.commands.whitelist");
        var words = new ArrayList<String>();
        if (written != null) {
            words.addAll(list(written));
        }
        // ZooKeeper adds these two whatever the list says: its own script and client need them.
        if (!words.contains("srvr")) {
            words.add("srvr");
        }
        if (readOnly && !words.contains("isro")) {
            words.add("isro");
        }
        return new Operate(words, readOnly);
    }

    // --- security -------------------------------------------------------------------------

    private Security security() throws ConfigException {
        boolean enforced = flag("enforce.auth.enabled", false);
        Written schemesWritten = settings.property("enforce.auth.schemes");
        List<String> schemes = list(schemesWritten);
        if (enforced && schemes.isEmpty()) {
            Written blamed = settings.property("enforce.auth.enabled");
            throw settings.wrong(
                    blamed == null ? new Written("enforce.auth.enabled", "", 0) : blamed,
                    "enforce.auth.schemes to name the schemes, for example sasl");
        }
        boolean bySasl = flag("sessionRequireClientSASLAuth", false);
        return new Security(
                flag("DigestAuthenticationProvider.enabled", true),
                textOrNull("DigestAuthenticationProvider.superDigest"),
                settings.nonEmpty(
                        settings.property("DigestAuthenticationProvider.digestAlg"), "SHA1"),
                textOrNull("X509AuthenticationProvider.superUser"),
                authProviders(),
                textOrNull("ensembleAuthName"),
                settings.text(settings.property("skipACL"), "no").equals("yes"),
                enforced ? schemes : bySasl ? List.of("sasl") : List.of(),
                bySasl,
                flag("allowSaslFailedClients", false),
                flag("enableEagerACLCheck", false),
                flag("IPAuthenticationProvider.usexforwardedfor", false));
    }

    private Map<String, AuthProvider> authProviders() {
        var providers = new LinkedHashMap<String, AuthProvider>();
        for (var entry : settings.propertiesWithPrefix("authProvider.").entrySet()) {
            Written written = entry.getValue();
            AuthProvider provider = ApacheClasses.authProvider(written.value());
            if (provider == AuthProvider.FOREIGN) {
                settings.notice(
                        new Notice(
                                Notice.Level.REFUSE,
                                written.key(),
                                "names the class "
                                        + written.value()
                                        + ", which Banyan cannot load: ACLs of its scheme would"
                                        + " open to nobody. Remove the line to start without it."));
            }
            providers.put(entry.getKey(), provider);
        }
        return providers;
    }

    private Tls tls(String prefix, boolean client) throws ConfigException {
        return new Tls(
                store(prefix + "keyStore."),
                store(prefix + "trustStore."),
                settings.text(settings.property(prefix + "protocol"), ""),
                list(settings.property(prefix + "enabledProtocols")),
                list(settings.property(prefix + "ciphersuites")),
                textOrNull(prefix + "context.supplier.class"),
                flag(prefix + "hostnameVerification", true),
                flag(prefix + "clientHostnameVerification", !client),
                flag(prefix + "allowReverseDnsLookup", !client),
                flag(prefix + "crl", false),
                flag(prefix + "ocsp", false),
                settings.oneOf(
                        settings.property(prefix + "clientAuth"), "need", "need", "want", "none"),
                integer(prefix + "handshakeDetectionTimeoutMillis", 5000, 1, INT_MAX, MILLIS),
                client ? settings.nonEmpty(settings.property("ssl.authProvider"), "x509") : "x509",
                client
                        ? settings.oneOf(
                                settings.property("ssl.sslProvider"),
                                "JDK",
                                "JDK",
                                "OPENSSL",
                                "OPENSSL_REFCNT")
                        : "JDK");
    }

    private Store store(String prefix) throws ConfigException {
        return new Store(
                textOrNull(prefix + "location"),
                settings.text(settings.property(prefix + "password"), ""),
                textOrNull(prefix + "passwordPath"),
                settings.oneOf(
                        settings.property(prefix + "type"),
                        "",
                        "",
                        "JKS",
                        "PEM",
                        "PKCS12",
                        "BCFKS"));
    }

    private Sasl sasl() throws ConfigException {
        String auth = "quorum.auth.";
        var superUsers = new ArrayList<String>();
        Written superUser = settings.property("superUser");
        if (superUser != null) {
            superUsers.add(superUser.value());
        }
        for (Written written : settings.propertiesWithPrefix("superUser.").values()) {
            superUsers.add(written.value());
        }
        // The second spelling is the one of the administrator's guide.
        Written alsoSuper = settings.property("SASLAuthenticationProvider.superUser");
        if (alsoSuper != null) {
            superUsers.add(alsoSuper.value());
        }
        Written threads = settings.parsed("quorum.cnxn.threads.size");
        return new Sasl(
                settings.nonEmpty(settings.property("sasl.serverconfig"), "Server"),
                textOrNull("SASLAuthenticationProvider.superPassword"),
                superUsers,
                textOrNull("letAnySaslUserDoX"),
                flag("kerberos.removeHostFromPrincipal", false),
                flag("kerberos.removeRealmFromPrincipal", false),
                flag("kerberos.canonicalizeHostNames", false),
                settings.text(settings.property("security.auth_to_local"), "DEFAULT"),
                flag("requireKerberosConfig", false),
                settings.text(settings.property("kinit"), "/usr/bin/kinit"),
                integer("kerberos.minReLoginTimeMs", 60_000, 0, INT_MAX, MILLIS),
                flag("fips-mode", true),
                settings.trueOrFalse(settings.parsed(auth + "enableSasl"), false),
                settings.trueOrFalse(settings.parsed(auth + "learnerRequireSasl"), false),
                settings.trueOrFalse(settings.parsed(auth + "serverRequireSasl"), false),
                settings.text(
                        settings.parsed(auth + "kerberos.servicePrincipal"), "zkquorum/localhost"),
                settings.text(settings.parsed(auth + "learner.saslLoginContext"), "QuorumLearner"),
                settings.text(settings.parsed(auth + "server.saslLoginContext"), "QuorumServer"),
                Math.max(20, settings.wholeInt(threads, 20, ANY_MIN, INT_MAX, "threads")));
    }

    // --- ensemble -------------------------------------------------------------------------

    private Peers peers(Storage storage, Ensemble ensemble) throws ConfigException {
        Written algorithm = settings.parsed("electionAlg");
        int electionAlgorithm = settings.wholeInt(algorithm, 3, ANY_MIN, INT_MAX, "3");
        if (algorithm != null && electionAlgorithm != 3) {
            throw settings.wrong(algorithm, "3, the only algorithm there is");
        }
        int initLimit = ticks("initLimit");
        int syncLimit = ticks("syncLimit");
        if (ensemble.isEnsemble()) {
            requireInEnsemble("initLimit", initLimit, "ticks for a learner to get its data");
            requireInEnsemble("syncLimit", syncLimit, "ticks a learner may lag");
            if (ensemble.myId() < 0) {
                throw settings.missing(
                        "server.N",
                        "the file "
                                + storage.dataDir().resolve("myid")
                                + " to hold this server's N, since the file names several servers");
            }
        }
        boolean syncEnabled = settings.trueOrFalse(settings.parsed("syncEnabled"), true);
        boolean multiAddress = flag("multiAddress.enabled", false);
        return new Peers(
                electionAlgorithm,
                initLimit,
                syncLimit,
                ticks("connectToLearnerMasterLimit"),
                settings.wholeInt(settings.parsed("observerMasterPort"), 0, 0, PORT_MAX, "a port"),
                settings.trueOrFalse(settings.parsed("quorumListenOnAllIPs"), false),
                flag("observer.syncEnabled", syncEnabled),
                settings.trueOrFalse(settings.parsed("localSessionsEnabled"), false),
                settings.trueOrFalse(settings.parsed("localSessionsUpgradingEnabled"), false),
                settings.trueOrFalse(settings.parsed("sslQuorum"), false),
                settings.trueOrFalse(settings.parsed("portUnification"), false),
                settings.trueOrFalse(settings.parsed("sslQuorumReloadCertFiles"), false),
                multiAddress,
                flag("multiAddress.reachabilityCheckEnabled", true),
                integer("multiAddress.reachabilityCheckTimeoutMs", 1000, 0, INT_MAX, MILLIS),
                !settings.text(settings.property("leaderServes"), "yes").equals("no"),
                integer("cnxTimeout", 5000, 1, INT_MAX, MILLIS),
                integer("quorumCnxnTimeoutMs", -1, -1, INT_MAX, MILLIS),
                integer("electionPortBindRetry", 3, 0, INT_MAX, "tries, 0 for endless"),
                flag("tcpKeepAlive", false),
                integer("fastleader.minNotificationInterval", 200, 1, INT_MAX, MILLIS),
                integer("fastleader.maxNotificationInterval", 60_000, 1, INT_MAX, MILLIS),
                integer("leader.maxTimeToWaitForEpoch", -1, -1, INT_MAX, MILLIS),
                integer("leader.maxConcurrentSnapSyncs", 10, 1, INT_MAX, "learners"),
                integer("leader.maxConcurrentDiffSyncs", 100, 1, INT_MAX, "learners"),
                integer("leader.ackLoggingFrequency", 1000, 1, INT_MAX, "transactions"),
                flagAlsoBare("leader.closeSocketAsync"),
                flagAlsoBare("learner.closeSocketAsync"),
                flagAlsoBare("learner.asyncSending"),
                integer("leaderConnectDelayDuringRetryMs", 100, 0, INT_MAX, MILLIS),
                flag("forceSnapshotSync", false),
                flag("forward_learner_requests_to_commit_processor_disabled", false),
                flag("follower.skipLearnerRequestToNextProcessor", false),
                integer("observer.reconnectDelayMs", 0, 0, INT_MAX, MILLIS),
                integer("observer.election.DelayMs", 200, 0, INT_MAX, MILLIS),
                integer("observerMaster.sizeLimit", 32 << 20, 1, INT_MAX, "bytes"),
                integer("messageTracker.BufferSize", 10, 1, INT_MAX, "messages"),
                flag("messageTracker.Enabled", false),
                settings.flag(settings.bare("leader.nodelay"), true),
                settings.flag(settings.bare("follower.nodelay"), true),
                settings.wholeLong(
                        settings.property("testingonly.initialZxid"),
                        -1,
                        -1,
                        Long.MAX_VALUE,
                        "a zxid"));
    }

    private int ticks(String key) throws ConfigException {
        return settings.wholeInt(settings.parsed(key), 0, 0, INT_MAX, "ticks");
    }

    private void requireInEnsemble(String key, int ticks, String meaning) throws ConfigException {
        if (ticks == 0) {
            throw settings.missing(key, "a number, 1 or more: " + meaning);
        }
    }

    private boolean flagAlsoBare(String name) {
        Written prefixed = settings.property(name);
        Written bare = settings.bare(name);
        return settings.flag(prefixed != null ? prefixed : bare, false);
    }

    // --- operation ------------------------------------------------------------------------

    private Admin admin() throws ConfigException {
        Written urlWritten = settings.property("admin.commandURL");
        String url = settings.nonEmpty(urlWritten, "/commands");
        if (!url.startsWith("/") && urlWritten != null) {
            throw settings.wrong(urlWritten, "a path that starts with a slash");
        }
        while (url.length() > 1 && url.endsWith("/")) {
            url = url.substring(0, url.length() - 1);
        }
        String host = settings.nonEmpty(settings.property("admin.serverAddress"), "0.0.0.0");
        Written version = settings.property("admin.httpVersion");
        int httpVersion = settings.wholeInt(version, 11, 0, INT_MAX, "10 or 11");
        return new Admin(
                flag("admin.enableServer", true),
                new Endpoint(
                        host.equals("0.0.0.0") ? "" : host,
                        integer("admin.serverPort", 8080, 0, PORT_MAX, "a port")),
                integer("admin.idleTimeout", 30_000, 0, INT_MAX, MILLIS),
                url,
                httpVersion,
                flag("admin.portUnification", false),
                flag("admin.forceHttps", false),
                flag("admin.needClientAuth", false),
                integer("admin.rateLimiterIntervalInMS", 300_000, 0, INT_MAX, MILLIS),
                flag("admin.snapshot.enabled", true),
                flag("admin.restore.enabled", true));
    }

    private Metrics metrics() throws ConfigException {
        Written className = settings.parsed("metricsProvider.className");
        boolean prometheus =
                className != null
                        && switch (ApacheClasses.metricsProvider(className.value())) {
                            case PROMETHEUS -> true;
                            case DEFAULT -> false;
                            case FOREIGN ->
                                    throw settings.wrong(
                                            className,
                                            String.join(" or ", ApacheClasses.METRICS_PROVIDERS));
                        };
        var options = new LinkedHashMap<String, String>();
        String prefix = "metricsProvider.";
        Map<String, Written> written = settings.parsedWithPrefix(prefix);
        for (var entry : written.entrySet()) {
            if (!entry.getKey().equals("metricsProvider.className")) {
                options.put(entry.getKey().substring(prefix.length()), entry.getValue().value());
            }
        }
        int port = settings.wholeInt(written.get(prefix + "httpPort"), 7000, 0, PORT_MAX, "a port");
        String host = settings.nonEmpty(written.get(prefix + "httpHost"), "0.0.0.0");
        boolean jvm = settings.flag(written.get(prefix + "exportJvmInfo"), true);
        for (String number :
                List.of("numWorkerThreads", "maxQueueSize", "workerShutdownTimeoutMs")) {
            // Of a worker pool that is not needed here; nonsense is refused all the same.
            settings.wholeInt(written.get(prefix + number), 1, 0, INT_MAX, number);
        }
        Set<String> known =
                Set.of(
                        "httpHost",
                        "httpPort",
                        "exportJvmInfo",
                        "numWorkerThreads",
                        "maxQueueSize",
                        "workerShutdownTimeoutMs");
        for (String option : options.keySet()) {
            if (!known.contains(option)) {
                settings.warn(
                        prefix + option,
                        "is not known and has no effect." + Nearest.hint(option, known));
            }
        }
        return new Metrics(
                prometheus ? new Endpoint(host.equals("0.0.0.0") ? "" : host, port) : null,
                jvm,
                options);
    }

    private Audit audit() {
        Written implementation = settings.property("audit.impl.class");
        if (implementation != null && !ApacheClasses.isAuditLogger(implementation.value())) {
            settings.warn(
                    implementation.key(),
                    "names the class "
                            + implementation.value()
                            + ", which Banyan cannot load; audit lines go to the logger "
                            + ApacheClasses.AUDIT_LOGGER
                            + ".");
        }
        return new Audit(flag("audit.enable", false));
    }

    private PauseMonitor pauseMonitor() throws ConfigException {
        return new PauseMonitor(
                settings.trueOrFalse(settings.parsed("jvm.pause.monitor"), false),
                settings.wholeLong(
                        settings.parsed("jvm.pause.sleep.time.ms"), 500, 1, Long.MAX_VALUE, MILLIS),
                settings.wholeLong(
                        settings.parsed("jvm.pause.info-threshold.ms"),
                        1000,
                        0,
                        Long.MAX_VALUE,
                        MILLIS),
                settings.wholeLong(
                        settings.parsed("jvm.pause.warn-threshold.ms"),
                        10_000,
                        0,
                        Long.MAX_VALUE,
                        MILLIS));
    }

    // --- short forms ----------------------------------------------------------------------

    private int integer(String name, int fallback, int min, int max, String unit)
            throws ConfigException {
        return settings.wholeInt(settings.property(name), fallback, min, max, unit);
    }

    private long longInteger(String name, long fallback, String unit) throws ConfigException {
        return settings.wholeLong(
                settings.property(name), fallback, Long.MIN_VALUE, Long.MAX_VALUE, unit);
    }

    private int bareInteger(String name, int fallback, int min, int max, String unit)
            throws ConfigException {
        return settings.wholeInt(settings.bare(name), fallback, min, max, unit);
    }

    /// ZooKeeper raises a smaller value to the least one instead of refusing it.
    private int atLeast(String name, int fallback, int least, String unit) throws ConfigException {
        Written written = settings.property(name);
        int value = settings.wholeInt(written, fallback, ANY_MIN, INT_MAX, unit);
        if (written != null && value < least) {
            settings.warn(written.key(), "is less than " + least + ", so " + least + " holds.");
            return least;
        }
        return value;
    }

    private boolean flag(String name, boolean fallback) {
        return settings.flag(settings.property(name), fallback);
    }

    private @Nullable String textOrNull(String name) {
        Written written = settings.property(name);
        return written == null || written.value().isEmpty() ? null : written.value();
    }

    private static List<String> list(@Nullable Written written) {
        var words = new ArrayList<String>();
        if (written != null) {
            for (String word : COMMA.split(written.value(), -1)) {
                if (!word.isBlank()) {
                    words.add(word.trim());
                }
            }
        }
        return words;
    }

    /// For messages: a word in the way files write it.
    static String lower(Object word) {
        return word.toString().toLowerCase(Locale.ROOT);
    }
}
