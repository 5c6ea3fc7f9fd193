package io.banyan.server.config;

import static io.banyan.server.config.Settings.ANY_MIN;
import static io.banyan.server.config.Settings.INT_MAX;
import static io.banyan.server.config.Settings.MILLIS;

import io.banyan.server.config.ServerConfig.Compression;
import io.banyan.server.config.ServerConfig.Containers;
import io.banyan.server.config.ServerConfig.Purge;
import io.banyan.server.config.ServerConfig.Storage;
import io.banyan.server.config.Settings.Written;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Keys of directories, log, snapshots and what cleans them up.
final class StorageKeys {
    private final Settings settings;

    StorageKeys(Settings settings) {
        this.settings = settings;
    }

    Storage storage() throws ConfigException {
        Written written = settings.parsed("dataDir");
        if (written == null || written.value().isEmpty()) {
            throw settings.missing(
                    "dataDir", "the directory for snapshots; there is no default for it");
        }
        Path dataDir = path(written);
        Written log = settings.parsed("dataLogDir");
        Path dataLogDir = log == null || log.value().isEmpty() ? dataDir : path(log);
        int flushDelay = settings.integer("flushDelay", 0, 0, INT_MAX, MILLIS);
        Written slowSync = settings.property("fsync.warningthresholdms");
        Written slowSyncBare = settings.bare("fsync.warningthresholdms");
        return new Storage(
                dataDir,
                dataLogDir,
                settings.atLeast("snapCount", 100_000, 2, "transactions"),
                settings.longInteger("snapSizeLimitInKb", 4_194_304, "KiB"),
                settings.longInteger("txnLogSizeLimitInKb", -1, "KiB"),
                settings.integer("preAllocSize", 65_536, 0, 1 << 21, "KiB"),
                forceSync(),
                settings.wholeLong(
                        slowSync != null ? slowSync : slowSyncBare,
                        1000,
                        0,
                        Long.MAX_VALUE,
                        MILLIS),
                settings.atLeast("commitLogCount", 500, 500, "transactions"),
                snapshotSizeFactor(),
                compression(),
                settings.flag("snapshot.trust.empty", false),
                settings.flag("datadir.autocreate", true),
                settings.flag("db.autocreate", true),
                settings.flag("digest.enabled", true),
                settings.flag("serializeLastProcessedZxid.enabled", true),
                settings.flag("closeSessionTxn.enabled", true),
                flushDelay,
                settings.integer("maxWriteQueuePollTime", flushDelay / 3, 0, INT_MAX, MILLIS),
                settings.integer("maxBatchSize", 1000, 0, INT_MAX, "transactions"),
                settings.flag("extendedTypesEnabled", false),
                settings.flag("emulate353TTLNodes", false),
                settings.flag("enforceQuota", false));
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
            default -> Compression.NONE;
        };
    }

    Purge purge() throws ConfigException {
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

    Containers containers() throws ConfigException {
        return new Containers(
                settings.bareInteger("znode.container.checkIntervalMs", 60_000, 1, INT_MAX, MILLIS),
                settings.bareInteger("znode.container.maxPerMinute", 10_000, 1, INT_MAX, "znodes"),
                settings.wholeLong(
                        settings.bare("znode.container.maxNeverUsedIntervalMs"),
                        0,
                        0,
                        Long.MAX_VALUE,
                        MILLIS));
    }
}
