package io.banyan.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The administrator's guide of ZooKeeper 3.9 and its code, name by name.
class KnownKeysTest {
    private static final String PARSED =
            """
            dataLogDir clientPortAddress secureClientPort secureClientPortAddress observerMasterPort
            clientPortListenBacklog tickTime initLimit syncLimit connectToLearnerMasterLimit
            minSessionTimeout maxSessionTimeout maxClientCnxns peerType electionAlg
            quorumListenOnAllIPs standaloneEnabled reconfigEnabled syncEnabled localSessionsEnabled
            localSessionsUpgradingEnabled autopurge.snapRetainCount autopurge.purgeInterval sslQuorum
            portUnification sslQuorumReloadCertFiles quorum.auth.enableSasl
            quorum.auth.learnerRequireSasl quorum.auth.serverRequireSasl
            quorum.auth.kerberos.servicePrincipal quorum.auth.learner.saslLoginContext
            quorum.auth.server.saslLoginContext quorum.cnxn.threads.size multiAddress.enabled
            multiAddress.reachabilityCheckEnabled multiAddress.reachabilityCheckTimeoutMs oraclePath
            metricsProvider.className metricsProvider.httpPort jvm.pause.monitor
            jvm.pause.sleep.time.ms jvm.pause.info-threshold.ms jvm.pause.warn-threshold.ms
            """;
    private static final String PROPERTIES =
            """
            snapCount snapSizeLimitInKb txnLogSizeLimitInKb preAllocSize forceSync
            fsync.warningthresholdms commitLogCount snapshotSizeFactor snapshot.compression.method
            snapshot.trust.empty datadir.autocreate db.autocreate digest.enabled
            serializeLastProcessedZxid.enabled closeSessionTxn.enabled flushDelay
            maxWriteQueuePollTime maxBatchSize extendedTypesEnabled emulate353TTLNodes enforceQuota
            jute.maxbuffer.extrasize intBufferStartingSizeBytes serverCnxnFactory maxCnxns
            nio.numSelectorThreads nio.numWorkerThreads nio.directBufferBytes
            nio.sessionlessCnxnTimeout nio.shutdownTimeout netty.advancedFlowControl.enabled
            netty.server.outstandingHandshake.limit netty.server.earlyDropSecureConnectionHandshakes
            client.portUnification client.certReload clientTcpKeepAlive tcpKeepAlive
            globalOutstandingLimit largeRequestMaxBytes largeRequestThreshold
            request_throttle_max_requests request_throttle_stall_time request_throttle_drop_stale
            request_stale_latency_check request_stale_connection_check
            request_throttler.shutdownTimeout throttled_op_wait_time connection_throttle_tokens
            connection_throttle_fill_time connection_throttle_fill_count
            connection_throttle_freeze_time connection_throttle_drop_increase
            connection_throttle_drop_decrease connection_throttle_decrease_ratio
            connection_throttle_weight_enabled connection_throttle_global_session_weight
            connection_throttle_local_session_weight connection_throttle_renew_session_weight
            maxResponseCacheSize maxGetChildrenResponseCacheSize watchManagerName
            watcherCleanThreadsNum watcherCleanThreshold watcherCleanIntervalInSeconds
            maxInProcessingDeadWatchers bitHashCacheSize enableEagerACLCheck
            commitProcessor.numWorkerThreads commitProcessor.maxReadBatchSize
            commitProcessor.maxCommitBatchSize commitProcessor.shutdownTimeout pathStats.enabled
            pathStats.slotCapacity pathStats.slotDuration pathStats.maxDepth pathStats.sampleRate
            pathStats.initialDelay pathStats.delay pathStats.topPathMax 4lw.commands.whitelist
            leaderServes cnxTimeout quorumCnxnTimeoutMs electionPortBindRetry
            fastleader.minNotificationInterval fastleader.maxNotificationInterval
            leader.maxTimeToWaitForEpoch leader.maxConcurrentSnapSyncs leader.maxConcurrentDiffSyncs
            leader.ackLoggingFrequency leader.closeSocketAsync learner.closeSocketAsync
            learner.asyncSending leaderConnectDelayDuringRetryMs forceSnapshotSync
            forward_learner_requests_to_commit_processor_disabled
            follower.skipLearnerRequestToNextProcessor observer.syncEnabled
            observer.reconnectDelayMs observer.election.DelayMs observerMaster.sizeLimit
            messageTracker.BufferSize messageTracker.Enabled testingonly.initialZxid
            kerberos.canonicalizeHostNames DigestAuthenticationProvider.enabled
            DigestAuthenticationProvider.superDigest DigestAuthenticationProvider.digestAlg
            X509AuthenticationProvider.superUser SASLAuthenticationProvider.superPassword superUser
            superUser.1 letAnySaslUserDoX authProvider.1 ensembleAuthName skipACL
            enforce.auth.enabled enforce.auth.schemes sessionRequireClientSASLAuth
            allowSaslFailedClients sasl.serverconfig kerberos.removeHostFromPrincipal
            kerberos.removeRealmFromPrincipal security.auth_to_local requireKerberosConfig kinit
            kerberos.minReLoginTimeMs IPAuthenticationProvider.usexforwardedfor fips-mode
            admin.enableServer admin.serverAddress admin.serverPort admin.idleTimeout
            admin.commandURL admin.httpVersion admin.portUnification admin.forceHttps
            admin.needClientAuth admin.rateLimiterIntervalInMS admin.snapshot.enabled
            admin.restore.enabled audit.enable audit.impl.class jmx.log4j.disable ssl.authProvider
            ssl.sslProvider
            """;
    private static final String TLS =
            """
            keyStore.location keyStore.password keyStore.passwordPath keyStore.type
            trustStore.location trustStore.password trustStore.passwordPath trustStore.type protocol
            enabledProtocols ciphersuites context.supplier.class hostnameVerification
            clientHostnameVerification allowReverseDnsLookup crl ocsp clientAuth
            handshakeDetectionTimeoutMillis
            """;
    private static final List<String> BARE =
            List.of(
                    "jute.maxbuffer",
                    "readonlymode.enabled",
                    "znode.container.checkIntervalMs",
                    "znode.container.maxPerMinute",
                    "znode.container.maxNeverUsedIntervalMs",
                    "leader.nodelay",
                    "follower.nodelay",
                    "fsync.warningthresholdms");

    /// Each of these asks for the one before it.
    private static final String SASL_OF_PEERS =
            "quorum.auth.enableSasl=true\nquorum.auth.learnerRequireSasl=true\n";

    /// A value that is good for a key; most take a number or a word.
    private static List<String> candidates() {
        return List.of(
                "1000",
                "60000",
                "3",
                "0.5",
                "true",
                "10.0.0.1",
                "gz",
                "participant",
                "need",
                "JKS",
                "JDK",
                "/x",
                "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider");
    }

    private static boolean isUnknown(ServerConfig config) {
        return config.notices().stream()
                .anyMatch(notice ->
                        notice.message().startsWith("is not known")
                                || notice.message().startsWith("has no effect"));
    }

    private static ServerConfig accepted(String key, boolean inFile) {
        for (String value : candidates()) {
            String base =
                    "dataDir=/nowhere\nclientPort=2181\nsecureClientPort=2182\n"
                            + (key.startsWith("enforce.auth") ? "enforce.auth.schemes=sasl\n" : "")
                            + (key.endsWith("RequireSasl") ? SASL_OF_PEERS : "");
            String line = key.equals("secureClientPort") ? "" : key + "=" + value + "\n";
            Map<String, String> system = new LinkedHashMap<>();
            if (!inFile) {
                system.put(key, value);
            }
            try {
                return ZooCfg.parse(inFile ? base + line : base, "zoo.cfg", system);
            } catch (ConfigException anotherValueIsNeeded) {
                continue;
            }
        }
        throw new AssertionError("no value is good for " + key);
    }

    private static List<String> names(String text) {
        return List.of(text.trim().split("\\s+", -1));
    }

    @Test
    void everyParsedKeyIsKnownInTheFile() {
        for (String key : names(PARSED)) {
            assertThat(isUnknown(accepted(key, true))).as(key).isFalse();
        }
    }

    @Test
    void everyPropertyIsKnownInTheFileAndAsSystemProperty() {
        for (String name : names(PROPERTIES)) {
            assertThat(isUnknown(accepted(name, true))).as(name).isFalse();
            assertThat(isUnknown(accepted("zookeeper." + name, false))).as("-D" + name).isFalse();
        }
    }

    @Test
    void everyTlsPropertyIsKnownForClientsAndForPeers() {
        for (String name : names(TLS)) {
            assertThat(isUnknown(accepted("ssl." + name, true))).as(name).isFalse();
            assertThat(isUnknown(accepted("ssl.quorum." + name, true))).as(name).isFalse();
        }
    }

    @Test
    void everyBarePropertyIsKnownAsSystemPropertyOnly() {
        for (String name : BARE) {
            assertThat(isUnknown(accepted(name, false))).as(name).isFalse();
            assertThat(isUnknown(accepted("zookeeper." + name, false)))
                    .as("zookeeper." + name)
                    .isEqualTo(!name.equals("fsync.warningthresholdms"));
        }
    }
}
