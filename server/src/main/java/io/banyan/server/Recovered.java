package io.banyan.server;

import io.banyan.replica.Members;
import io.banyan.replica.QuorumsOnDisk;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.host.RecoveredTree;
import io.banyan.server.host.SnapshotFile;
import io.banyan.server.operate.ServerFacts;
import io.banyan.store.Disk.Folder;
import io.banyan.store.EpochFiles;
import io.banyan.store.FileDisk;
import io.banyan.store.Recovery;
import io.banyan.store.StoreConfig;
import io.banyan.store.WholeFile;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.MalformedRecord;
import io.banyan.zab.Entry;
import io.banyan.zab.Past;
import io.banyan.zab.Quorums;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a starting server found on its disk.
///
/// @param wantsSnapshot the next start would be slow, or differ, without a new snapshot
/// @param newest the last transactions, for those who learn from this server
/// @param quorums who decides; null where the members never change
/// @param txns of the log, replayed on the snapshot
record Recovered(
        State state,
        boolean wantsSnapshot,
        ServerFacts.LastSnapshot snapshot,
        List<Entry> newest,
        @Nullable Quorums quorums,
        long txns,
        long loadMillis,
        long replayMillis) {
    private static final Logger LOG = LoggerFactory.getLogger(Recovered.class);

    long millis() {
        return loadMillis + replayMillis;
    }

    Past past(EpochFiles epochs) {
        return new Past(
                epochs.acceptedEpoch(),
                epochs.currentEpoch(),
                snapshot.zxid() < 0 && txns == 0 ? Past.UNKNOWN : state.zxid(),
                Math.max(0, snapshot.zxid()),
                newest);
    }

    /// Reads snapshot and log, or begins an empty database where the configuration allows it.
    ///
    /// @throws IOException if there is nothing to begin with, or what is there cannot be read
    static Recovered from(
            ServerConfig config, StoreConfig storeConfig, FileDisk disk, ZnodeTree tree)
            throws IOException {
        ServerConfig.Storage storage = config.storage();
        boolean isMember = config.ensemble().isEnsemble();
        var target =
                isMember
                        ? new RecoveredTree(
                                tree, storage.commitsKeptInMemory(), Mapping.historyBytesMax())
                        : new RecoveredTree(tree);
        var rules = new Recovery.Rules(storage.trustEmptySnapshot(), storage.createEmptyDatabase());
        Recovery.Result result =
                Recovery.recover(disk, storeConfig, rules, target, System::nanoTime);
        Quorums quorums = quorums(config, disk, target);
        return switch (result.start()) {
            case FRESH -> {
                State state = tree.fresh();
                SnapshotFile.write(disk, storeConfig, state);
                Recovery.created(disk);
                LOG.info("new database dataDir={}", storage.dataDir());
                yield new Recovered(state, false, snapshotOf(0), List.of(), quorums, 0, 0, 0);
            }
            case SNAPSHOT, LOG_ONLY -> {
                State found = target.state();
                // A member changes its state by transactions only, as all others do.
                State state = isMember ? found : tree.withoutOrphans(found);
                report(result, state);
                boolean longLog = result.txns() > storage.snapshotEveryTxns() / 2;
                boolean swept = state.nodeCount() != found.nodeCount();
                yield new Recovered(
                        state,
                        longLog || swept || result.start() == Recovery.Start.LOG_ONLY,
                        snapshotOf(result.snapshot() == null ? -1 : result.snapshot().zxid()),
                        target.newest(),
                        quorums,
                        result.txns(),
                        result.loadNanos() / 1_000_000,
                        result.replayNanos() / 1_000_000);
            }
            case UNINITIALIZED -> {
                if (isMember) {
                    LOG.warn(
                            "no database in {}, and zookeeper.db.autocreate=false: this server"
                                    + " votes again when it has copied the data from the others",
                            storage.dataDir());
                    yield new Recovered(
                            tree.fresh(), false, snapshotOf(-1), List.of(), quorums, 0, 0, 0);
                }
                throw new IOException(
                        "no database in "
                                + storage.dataDir()
                                + ", and zookeeper.db.autocreate=false forbids making one."
                                + " Put a file named initialize there to allow it once.");
            }
        };
    }

    private static @Nullable Quorums quorums(
            ServerConfig config, FileDisk disk, RecoveredTree target) throws IOException {
        ServerConfig.Ensemble ensemble = config.ensemble();
        if (!ensemble.isEnsemble() || !ensemble.reconfigEnabled()) {
            return null;
        }
        Members own = Members.parse(ensemble.text().getBytes(StandardCharsets.UTF_8));
        if (own == null) {
            throw new IOException("no membership: " + ensemble.text());
        }
        // What only the kernel has so far is a promise from here on.
        disk.syncFolder(Folder.SNAP);
        try {
            byte[] saved = WholeFile.read(disk, Folder.SNAP, QuorumsOnDisk.NAME);
            return target.quorums(own.configuration(), QuorumsOnDisk.decode(saved));
        } catch (MalformedRecord e) {
            throw new IOException(
                    disk.describe(Folder.SNAP, QuorumsOnDisk.NAME)
                            + " is damaged: empty this server's version-2 directories and let it"
                            + " copy the data from the others",
                    e);
        }
    }

    private static ServerFacts.LastSnapshot snapshotOf(long zxid) {
        return new ServerFacts.LastSnapshot(zxid, zxid < 0 ? 0 : System.currentTimeMillis() / 1000);
    }

    private static void report(Recovery.Result result, State state) {
        for (String each : result.invalidSnapshots()) {
            LOG.warn("snapshot passed over: {}", each);
        }
        LOG.info(
                "recovered zxid=0x{} znodes={} sessions={} txnsReplayed={} tornBytes={} loadMillis={}"
                        + " replayMillis={}",
                Long.toHexString(state.zxid()),
                state.nodeCount(),
                state.sessionCount(),
                result.txns(),
                result.tornBytes(),
                result.loadNanos() / 1_000_000,
                result.replayNanos() / 1_000_000);
    }
}
