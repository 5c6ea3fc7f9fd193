package io.banyan.server.config;

import static io.banyan.server.config.Settings.ANY_MIN;
import static io.banyan.server.config.Settings.INT_MAX;
import static io.banyan.server.config.Settings.MILLIS;
import static io.banyan.server.config.Settings.PORT_MAX;

import io.banyan.server.config.ServerConfig.Ensemble;
import io.banyan.server.config.ServerConfig.Peers;
import io.banyan.server.config.ServerConfig.Storage;
import io.banyan.server.config.Settings.Written;

/// Keys of an ensemble, beside its members ({@link Membership}).
final class PeerKeys {
    private final Settings settings;

    PeerKeys(Settings settings) {
        this.settings = settings;
    }

    Peers peers(Storage storage, Ensemble ensemble) throws ConfigException {
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
        boolean multiAddress = settings.flag("multiAddress.enabled", false);
        return new Peers(
                electionAlgorithm,
                initLimit,
                syncLimit,
                ticks("connectToLearnerMasterLimit"),
                settings.wholeInt(settings.parsed("observerMasterPort"), 0, 0, PORT_MAX, "a port"),
                settings.trueOrFalse(settings.parsed("quorumListenOnAllIPs"), false),
                settings.flag("observer.syncEnabled", syncEnabled),
                settings.trueOrFalse(settings.parsed("localSessionsEnabled"), false),
                settings.trueOrFalse(settings.parsed("localSessionsUpgradingEnabled"), false),
                settings.trueOrFalse(settings.parsed("sslQuorum"), false),
                settings.trueOrFalse(settings.parsed("portUnification"), false),
                settings.trueOrFalse(settings.parsed("sslQuorumReloadCertFiles"), false),
                multiAddress,
                settings.flag("multiAddress.reachabilityCheckEnabled", true),
                settings.integer(
                        "multiAddress.reachabilityCheckTimeoutMs", 1000, 0, INT_MAX, MILLIS),
                !settings.text(settings.property("leaderServes"), "yes").equals("no"),
                settings.integer("cnxTimeout", 5000, 1, INT_MAX, MILLIS),
                settings.integer("quorumCnxnTimeoutMs", -1, -1, INT_MAX, MILLIS),
                settings.integer("electionPortBindRetry", 3, 0, INT_MAX, "tries, 0 for endless"),
                settings.flag("tcpKeepAlive", false),
                settings.integer("fastleader.minNotificationInterval", 200, 1, INT_MAX, MILLIS),
                settings.integer("fastleader.maxNotificationInterval", 60_000, 1, INT_MAX, MILLIS),
                settings.integer("leader.maxTimeToWaitForEpoch", -1, -1, INT_MAX, MILLIS),
                settings.integer("leader.maxConcurrentSnapSyncs", 10, 1, INT_MAX, "learners"),
                settings.integer("leader.maxConcurrentDiffSyncs", 100, 1, INT_MAX, "learners"),
                settings.integer("leader.ackLoggingFrequency", 1000, 1, INT_MAX, "transactions"),
                flagAlsoBare("leader.closeSocketAsync"),
                flagAlsoBare("learner.closeSocketAsync"),
                flagAlsoBare("learner.asyncSending"),
                settings.integer("leaderConnectDelayDuringRetryMs", 100, 0, INT_MAX, MILLIS),
                settings.flag("forceSnapshotSync", false),
                settings.flag("forward_learner_requests_to_commit_processor_disabled", false),
                settings.flag("follower.skipLearnerRequestToNextProcessor", false),
                settings.integer("observer.reconnectDelayMs", 0, 0, INT_MAX, MILLIS),
                settings.integer("observer.election.DelayMs", 200, 0, INT_MAX, MILLIS),
                settings.integer("observerMaster.sizeLimit", 0, 1, INT_MAX, "bytes"),
                settings.integer("messageTracker.BufferSize", 10, 1, INT_MAX, "messages"),
                settings.flag("messageTracker.Enabled", false),
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
}
