package io.banyan.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that an operator can set, checked and with its defaults. Immutable.
///
/// Read by {@link ZooCfg}; the parts follow the sections of ZooKeeper's guide. What a key is called
/// there stands at each component when the name here differs.
///
/// @param text the configuration file as it was at start, empty without one (`icfg`)
/// @param properties the system properties as ZooKeeper would have them after reading the file:
///   those of the JVM, and `zookeeper.k` for every key `k` that is not parsed (`sysp`)
/// @param notices what main must log, or refuse to start for
public record ServerConfig(
        String text,
        Map<String, String> properties,
        List<Notice> notices,
        Storage storage,
        Purge purge,
        Containers containers,
        Timing timing,
        ClientPorts clientPorts,
        ConnectionLimits connectionLimits,
        RequestLimits requestLimits,
        Operate operate,
        Security security,
        Tls clientTls,
        Tls peerTls,
        Sasl sasl,
        Ensemble ensemble,
        Peers peers,
        Admin admin,
        Metrics metrics,
        Audit audit,
        PauseMonitor pauseMonitor,
        Tuning tuning) {

    public ServerConfig {
        properties = Map.copyOf(properties);
        notices = List.copyOf(notices);
    }

    /// What `bin/banyan server` uses without a file: client port 2181, ticks of 2000 ms, purge on.
    public static ServerConfig standaloneDefaults(Path dataDir) {
        return standaloneDefaults(dataDir, Map.of());
    }

    /// @param systemProperties the JVM's, which may set whatever ZooKeeper reads from them
    public static ServerConfig standaloneDefaults(
            Path dataDir, Map<String, String> systemProperties) {
        try {
            return ZooCfg.parse(
                    ZooCfg.linesFor(2181, dataDir.toString(), 2000, 60),
                    "built-in defaults",
                    systemProperties);
        } catch (ConfigException wrong) {
            throw new IllegalArgumentException(wrong.getMessage(), wrong);
        }
    }

    /// The same with another client port; 0 lets the system choose.
    public ServerConfig withClientPort(Endpoint plain) {
        return withPorts(plain, clientPorts.secure());
    }

    /// The same with another port for TLS; 0 lets the system choose.
    public ServerConfig withSecurePort(Endpoint secure) {
        return withPorts(clientPorts.plain(), secure);
    }

    private ServerConfig withPorts(@Nullable Endpoint plain, @Nullable Endpoint secure) {
        return with(
                new ClientPorts(
                        plain,
                        secure,
                        clientPorts.acceptBacklog(),
                        clientPorts.unified(),
                        clientPorts.reloadsCertificates(),
                        clientPorts.handshakesMax(),
                        clientPorts.dropsHandshakesEarly()),
                admin);
    }

    /// The same with another admin port, or none.
    public ServerConfig withAdmin(Admin other) {
        return with(clientPorts, other);
    }

    private ServerConfig with(ClientPorts otherPorts, Admin otherAdmin) {
        return new ServerConfig(
                text,
                properties,
                notices,
                storage,
                purge,
                containers,
                timing,
                otherPorts,
                connectionLimits,
                requestLimits,
                operate,
                security,
                clientTls,
                peerTls,
                sasl,
                ensemble,
                peers,
                otherAdmin,
                metrics,
                audit,
                pauseMonitor,
                tuning);
    }

    /// How a snapshot is compressed on disk (`snapshot.compression.method`).
    public enum Compression {
        NONE,
        GZ,
        SNAPPY
    }

    /// Files and what goes into them.
    ///
    /// @param dataDir snapshots, myid, epoch files
    /// @param dataLogDir transaction logs; the data directory unless set
    /// @param snapshotEveryTxns `snapCount`; a server waits between half of it and all of it
    /// @param snapshotEveryLogKib `snapSizeLimitInKb`; 0 or less: no limit by size
    /// @param rollLogAtKib `txnLogSizeLimitInKb`; 0 or less: no limit
    /// @param preallocateKib `preAllocSize`: how far a log is extended ahead of its end
    /// @param forceSync false: a write is acknowledged before it is on disk
    /// @param slowSyncWarningMillis `fsync.warningthresholdms`
    /// @param commitsKeptInMemory `commitLogCount`
    /// @param snapshotSizeFactor share of the snapshot's size up to which a learner is brought up
    ///   from the log on disk; below 0: never
    /// @param trustEmptySnapshot start on logs without a snapshot
    /// @param createDataDir `datadir.autocreate`
    /// @param createEmptyDatabase `db.autocreate`
    /// @param treeDigest `digest.enabled`
    /// @param snapshotHasLastZxid `serializeLastProcessedZxid.enabled`: the trailer of 3.9
    /// @param closeSessionNamesPaths `closeSessionTxn.enabled`
    /// @param flushDelayMillis how long a batch of the log may wait for company
    /// @param queuePollMillisMax `maxWriteQueuePollTime`
    /// @param batchTxnsMax `maxBatchSize`
    /// @param extendedTypes `extendedTypesEnabled`: TTL znodes
    /// @param ttlNodesAs353 `emulate353TTLNodes`
    /// @param enforceQuota hard quotas refuse writes
    public record Storage(
            Path dataDir,
            Path dataLogDir,
            int snapshotEveryTxns,
            long snapshotEveryLogKib,
            long rollLogAtKib,
            int preallocateKib,
            boolean forceSync,
            long slowSyncWarningMillis,
            int commitsKeptInMemory,
            double snapshotSizeFactor,
            Compression compression,
            boolean trustEmptySnapshot,
            boolean createDataDir,
            boolean createEmptyDatabase,
            boolean treeDigest,
            boolean snapshotHasLastZxid,
            boolean closeSessionNamesPaths,
            long flushDelayMillis,
            long queuePollMillisMax,
            int batchTxnsMax,
            boolean extendedTypes,
            boolean ttlNodesAs353,
            boolean enforceQuota) {}

    /// Deleting old snapshots and logs. On unless the file says `autopurge.purgeInterval=0`;
    /// ZooKeeper's default is off.
    ///
    /// @param snapshotsKept `autopurge.snapRetainCount`, at least 3
    public record Purge(boolean on, int snapshotsKept, int intervalHours) {}

    /// The reaper of empty containers and of TTL znodes.
    ///
    /// @param neverUsedMillisMax a container that never had a child goes after this; 0: never
    public record Containers(
            int checkIntervalMillis, int deletesPerMinuteMax, long neverUsedMillisMax) {}

    /// Ticks and session timeouts, in milliseconds.
    public record Timing(
            int tickMillis, int sessionTimeoutMillisMin, int sessionTimeoutMillisMax) {}

    /// Where clients come in.
    ///
    /// @param plain null: no plaintext port
    /// @param secure null: no TLS port
    /// @param acceptBacklog `clientPortListenBacklog`; -1: the system's choice
    /// @param unified `client.portUnification`: TLS on the plaintext port as well
    /// @param reloadsCertificates `client.certReload`
    /// @param handshakesMax `netty.server.outstandingHandshake.limit`; 0 or less: no limit
    /// @param dropsHandshakesEarly `netty.server.earlyDropSecureConnectionHandshakes`: no TLS
    ///   handshake while nobody is served
    public record ClientPorts(
            @Nullable Endpoint plain,
            @Nullable Endpoint secure,
            int acceptBacklog,
            boolean unified,
            boolean reloadsCertificates,
            int handshakesMax,
            boolean dropsHandshakesEarly) {
        /// Whether any port is for TLS.
        public boolean tls() {
            return secure != null || unified;
        }
    }

    /// @param perIpMax `maxClientCnxns`; 0: no limit
    /// @param totalMax `maxCnxns`; 0: no limit
    /// @param sessionlessMillisMax a connection without a handshake is closed after this
    /// @param shutdownMillisMax how long connections get to close
    public record ConnectionLimits(
            int perIpMax,
            int totalMax,
            int sessionlessMillisMax,
            int shutdownMillisMax,
            boolean tcpKeepAlive,
            Throttle throttle) {}

    /// Random refusal of connections when tokens run out (`connection_throttle_*`).
    ///
    /// @param tokens 0: off
    /// @param freezeMillis -1: the drop probability stays
    public record Throttle(
            int tokens,
            int fillMillis,
            int fillCount,
            int freezeMillis,
            double dropIncrease,
            double dropDecrease,
            double decreaseRatio,
            boolean weighted,
            int globalSessionWeight,
            int localSessionWeight,
            int renewSessionWeight) {}

    /// @param frameBytesMax `jute.maxbuffer`: of a frame from a client
    /// @param extraBytes `jute.maxbuffer.extrasize`: what a stored record may have beyond it
    /// @param outstandingMax `globalOutstandingLimit`
    /// @param largeRequestBytesMax sum of the large requests in work
    /// @param largeRequestThresholdBytes -1: no request counts as large
    /// @param inWorkMax `request_throttle_max_requests`; 0: off
    /// @param stallMillis `request_throttle_stall_time`
    /// @param dropStale `request_throttle_drop_stale`
    /// @param staleIfTooLate `request_stale_latency_check`
    /// @param staleIfClosed `request_stale_connection_check`
    /// @param shutdownMillisMax `request_throttler.shutdownTimeout`
    /// @param throttledWaitMillisMax `throttled_op_wait_time`; 0: off
    public record RequestLimits(
            int frameBytesMax,
            int extraBytes,
            int outstandingMax,
            int largeRequestBytesMax,
            int largeRequestThresholdBytes,
            int inWorkMax,
            int stallMillis,
            boolean dropStale,
            boolean staleIfTooLate,
            boolean staleIfClosed,
            int shutdownMillisMax,
            int throttledWaitMillisMax) {}

    /// Four-letter words and read-only mode.
    ///
    /// @param fourLetterWords the words of the white list as written, `*` for all of them; `srvr`
    ///   is always among them, as in ZooKeeper
    /// @param readOnlyMode `readonlymode.enabled`
    public record Operate(List<String> fourLetterWords, boolean readOnlyMode) {
        public Operate {
            fourLetterWords = List.copyOf(fourLetterWords);
        }

        /// Whether a four-letter word (in lower case) is answered.
        public boolean admits(String word) {
            return fourLetterWords.contains("*") || fourLetterWords.contains(word);
        }
    }

    /// Who may do what.
    ///
    /// @param superDigest `user:hash`, null if there is no super user by password
    /// @param digestAlgorithm as `MessageDigest` names it
    /// @param x509SuperUser distinguished name, null if none
    /// @param authProviders `authProvider.N`: N to the provider's kind
    /// @param ensembleAuthName null if not set
    /// @param skipAcl no ACL is checked
    /// @param enforcedSchemes schemes of which every connection must have one before any request;
    ///   empty: not enforced
    /// @param enforcedBySasl `sessionRequireClientSASLAuth`, the older spelling
    /// @param checkAclsEagerly `enableEagerACLCheck`
    public record Security(
            boolean digestEnabled,
            @Nullable String superDigest,
            String digestAlgorithm,
            @Nullable String x509SuperUser,
            Map<String, AuthProvider> authProviders,
            @Nullable String ensembleAuthName,
            boolean skipAcl,
            List<String> enforcedSchemes,
            boolean enforcedBySasl,
            boolean saslFailedClientsMayStay,
            boolean checkAclsEagerly,
            boolean ipFromForwardedFor) {
        public Security {
            authProviders = Map.copyOf(authProviders);
            enforcedSchemes = List.copyOf(enforcedSchemes);
        }
    }

    /// The providers that ZooKeeper ships, by the class names that its files use.
    public enum AuthProvider {
        DIGEST,
        IP,
        SASL,
        X509,
        ENSEMBLE,
        KEY,
        /// A class of the operator's own: Banyan does not load it.
        FOREIGN
    }

    /// Keys and certificates of one side (`ssl.` for clients, `ssl.quorum.` for peers).
    ///
    /// @param protocol empty: TLSv1.3 if the JVM has it
    /// @param enabledProtocols empty: the JVM's
    /// @param cipherSuites empty: the JVM's
    /// @param clientAuth `need`, `want` or `none`
    /// @param contextSupplierClass null if not set
    /// @param authProvider scheme that names a TLS client (client side only)
    /// @param provider `JDK` or `OPENSSL` (client side only)
    public record Tls(
            Store keyStore,
            Store trustStore,
            String protocol,
            List<String> enabledProtocols,
            List<String> cipherSuites,
            @Nullable String contextSupplierClass,
            boolean hostnameVerification,
            boolean clientHostnameVerification,
            boolean allowReverseDns,
            boolean crl,
            boolean ocsp,
            String clientAuth,
            int handshakeDetectionMillis,
            String authProvider,
            String provider) {
        public Tls {
            enabledProtocols = List.copyOf(enabledProtocols);
            cipherSuites = List.copyOf(cipherSuites);
        }
    }

    /// One key or trust store.
    ///
    /// @param location null: none
    /// @param password empty: none; not read from `passwordPath` yet
    /// @param passwordPath a file with the password, which wins; null: none
    /// @param type empty: by the file's extension
    public record Store(
            @Nullable String location,
            String password,
            @Nullable String passwordPath,
            String type) {
        /// Without the password.
        @Override
        public String toString() {
            return "Store[" + location + ", type=" + type + "]";
        }
    }

    /// SASL of clients (`sasl.`) and of peers (`quorum.auth.`).
    ///
    /// @param serverSection `sasl.serverconfig`: the JAAS section
    /// @param superPassword null if not set
    /// @param superUsers `superUser` and `superUser.*`
    /// @param anyUserDoes `letAnySaslUserDoX`, null if not set
    public record Sasl(
            String serverSection,
            @Nullable String superPassword,
            List<String> superUsers,
            @Nullable String anyUserDoes,
            boolean removeHost,
            boolean removeRealm,
            boolean canonicalizeHostNames,
            String authToLocal,
            boolean requireKerberosConfig,
            String kinit,
            int minReloginMillis,
            boolean fipsMode,
            boolean peersEnabled,
            boolean learnerRequires,
            boolean serverRequires,
            String peerServicePrincipal,
            String peerLearnerSection,
            String peerServerSection,
            int peerThreads) {
        public Sasl {
            superUsers = List.copyOf(superUsers);
        }
    }

    /// What a server of the ensemble does: vote or only listen.
    public enum Role {
        PARTICIPANT,
        OBSERVER
    }

    /// One `server.N` line.
    ///
    /// @param addresses one or more (separated by a bar in the file), each with its two ports
    /// @param client null if the line names no client port
    public record Server(
            long id, List<PeerAddress> addresses, Role role, @Nullable Endpoint client) {
        public Server {
            addresses = List.copyOf(addresses);
        }

        /// What stands behind `server.N=`.
        public String text() {
            return MembershipText.of(this);
        }
    }

    /// One way to reach a peer.
    public record PeerAddress(String host, int quorumPort, int electionPort) {}

    /// Who belongs to the ensemble.
    ///
    /// @param myId -1 if there is no `myid` file, or none that names a server
    /// @param servers by id
    /// @param groups `group.G`: the ids of its members; empty: a plain majority
    /// @param weights `weight.N`; a server that is not named here weighs 1
    /// @param version of a dynamic configuration; 0 without one
    /// @param dynamicConfigFile null: the membership stands in the main file
    /// @param oraclePath null if not set
    public record Ensemble(
            long myId,
            Map<Long, Server> servers,
            Map<Long, List<Long>> groups,
            Map<Long, Long> weights,
            long version,
            Role role,
            boolean standaloneEnabled,
            boolean reconfigEnabled,
            @Nullable Path dynamicConfigFile,
            @Nullable String oraclePath) {
        public Ensemble {
            servers = Map.copyOf(servers);
            groups = Map.copyOf(groups);
            weights = Map.copyOf(weights);
        }

        /// Whether this server starts as one of an ensemble: several voters, or one that may not
        /// stand alone.
        public boolean isEnsemble() {
            long voters =
                    servers.values().stream().filter(s -> s.role() == Role.PARTICIPANT).count();
            return voters > 1 || (!standaloneEnabled && voters > 0);
        }

        /// As servers tell it each other, and as `/zookeeper/config` holds it.
        public String text() {
            return MembershipText.of(this);
        }
    }

    /// How the servers of an ensemble talk.
    ///
    /// @param learnerConnectTicks `connectToLearnerMasterLimit`; 0: as `initLimit`
    /// @param observerMasterPort 0: off
    /// @param electionSocketTimeoutMillis `quorumCnxnTimeoutMs`; -1: ticks times sync limit
    /// @param electionBindRetries `electionPortBindRetry`; 0: endless
    /// @param waitForEpochMillisMax `leader.maxTimeToWaitForEpoch`; -1: as `initLimit`
    /// @param observerMasterBytesMax `observerMaster.sizeLimit`; 0: not set
    /// @param initialZxid `testingonly.initialZxid`; -1: not set
    public record Peers(
            int electionAlgorithm,
            int initLimitTicks,
            int syncLimitTicks,
            int learnerConnectTicks,
            int observerMasterPort,
            boolean listenOnAllAddresses,
            boolean observersSync,
            boolean localSessions,
            boolean localSessionsUpgrade,
            boolean tls,
            boolean tlsPortUnification,
            boolean tlsReload,
            boolean multiAddress,
            boolean multiAddressReachabilityCheck,
            int multiAddressReachabilityMillis,
            boolean leaderServesClients,
            int electionConnectMillis,
            int electionSocketTimeoutMillis,
            int electionBindRetries,
            boolean electionKeepAlive,
            int notificationIntervalMillisMin,
            int notificationIntervalMillisMax,
            int waitForEpochMillisMax,
            int snapSyncsMax,
            int diffSyncsMax,
            int ackLoggingEvery,
            boolean leaderClosesAsync,
            boolean learnerClosesAsync,
            boolean learnerSendsAsync,
            int leaderConnectRetryMillis,
            boolean forceSnapshotSync,
            boolean forwardReadsDisabled,
            boolean followerSkipsNextProcessor,
            int observerReconnectMillis,
            int observerElectionMillis,
            int observerMasterBytesMax,
            int messagesTracked,
            boolean messageTracker,
            boolean leaderNoDelay,
            boolean followerNoDelay,
            long initialZxid) {}

    /// The admin server.
    ///
    /// @param commandUrl path prefix of the commands, with a leading slash and no trailing one
    /// @param snapshotIntervalMillis `admin.rateLimiterIntervalInMS`: between two snapshots, and
    ///   between two restores
    public record Admin(
            boolean enabled,
            Endpoint listen,
            int idleMillisMax,
            String commandUrl,
            int httpVersion,
            boolean tlsPortUnification,
            boolean tlsOnly,
            boolean needClientCertificate,
            int snapshotIntervalMillis,
            boolean snapshotEnabled,
            boolean restoreEnabled) {

        /// The same, switched off.
        public Admin off() {
            return new Admin(
                    false,
                    listen,
                    idleMillisMax,
                    commandUrl,
                    httpVersion,
                    tlsPortUnification,
                    tlsOnly,
                    needClientCertificate,
                    snapshotIntervalMillis,
                    snapshotEnabled,
                    restoreEnabled);
        }
    }

    /// @param prometheus the endpoint, null with ZooKeeper's default provider (`mntr` only)
    /// @param options the rest of `metricsProvider.*`, without that prefix
    /// @param jvm `exportJvmInfo`
    public record Metrics(@Nullable Endpoint prometheus, boolean jvm, Map<String, String> options) {
        public Metrics {
            options = Map.copyOf(options);
        }
    }

    /// Who changed what, one line each.
    public record Audit(boolean enabled) {}

    /// @param sleepMillis between two looks
    public record PauseMonitor(
            boolean on, long sleepMillis, long infoThresholdMillis, long warnThresholdMillis) {}

    /// Dials of ZooKeeper's own machinery that has no counterpart here: read and checked, so that a
    /// file that sets them is understood; each that is set gets a notice.
    ///
    /// @param values by ZooKeeper's name; only those that were set
    public record Tuning(Map<String, String> values) {
        public Tuning {
            values = Map.copyOf(values);
        }
    }
}
