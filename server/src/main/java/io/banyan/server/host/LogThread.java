package io.banyan.server.host;

import io.banyan.replica.Effect;
import io.banyan.replica.Input;
import io.banyan.replica.QuorumsOnDisk;
import io.banyan.store.Disk;
import io.banyan.store.Disk.Folder;
import io.banyan.store.EpochFiles;
import io.banyan.store.Recovery;
import io.banyan.store.StoreConfig;
import io.banyan.store.TxnLog;
import io.banyan.store.WholeFile;
import io.banyan.store.ZxidDigest;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Zxid;
import io.banyan.zab.Quorums;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The only writer of history: appends everything that waits, then syncs once for all; saves
/// epochs, cuts the history, replaces it by an image.
final class LogThread extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(LogThread.class);
    private static final long IDLE_WAIT_MILLIS = 10_000;

    private final Disk disk;
    private final StoreConfig config;
    private final ZnodeTree tree;
    private final TxnLog log;
    private final @Nullable EpochFiles epochs;
    private final Inbox<Effect> inbox = new Inbox<>();
    private final Inbox<Input> replica;
    private final HostEvents events;
    private int unsyncedTxns;
    private boolean syncWanted;
    private volatile boolean stopping;

    /// @param epochs null for a server that stands alone
    LogThread(
            Disk disk,
            StoreConfig config,
            ZnodeTree tree,
            TxnLog log,
            @Nullable EpochFiles epochs,
            Inbox<Input> replica,
            HostEvents events) {
        super("banyan-log");
        this.disk = disk;
        this.config = config;
        this.tree = tree;
        this.log = log;
        this.epochs = epochs;
        this.replica = replica;
        this.events = events;
    }

    /// @param effects what is to be done with the history, in order
    void post(List<Effect> effects) {
        inbox.post(effects);
    }

    /// Works off what was posted, then ends.
    void finish() throws InterruptedException {
        stopping = true;
        inbox.post(List.of(new Effect.Sync(log.lastZxid())));
        join();
    }

    @Override
    public void run() {
        try {
            List<Effect> taken = new ArrayList<>();
            do {
                taken.clear();
                taken = inbox.take(taken, IDLE_WAIT_MILLIS);
                write(taken);
            } while (!stopping || inbox.size() > 0);
            log.close();
        } catch (IOException | RuntimeException e) {
            LOG.debug("details", e);
            replica.post(List.of(new Input.DiskFailed("the transaction log failed: " + e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            replica.post(List.of(new Input.DiskFailed("the log thread was interrupted")));
        }
    }

    private void write(List<Effect> taken) throws IOException {
        for (int i = 0; i < taken.size(); i++) {
            switch (taken.get(i)) {
                case Effect.Append append -> {
                    log.append(append.zxid(), append.payload());
                    unsyncedTxns++;
                }
                // Later appends of this round are synced along with earlier ones.
                case Effect.Sync sync -> syncWanted = true;
                case Effect.RollLog roll -> {
                    log.sync();
                    log.roll();
                }
                case Effect.SaveAcceptedEpoch save -> {
                    sync();
                    epochs().saveAcceptedEpoch(save.epoch());
                    replica.post(List.of(new Input.AcceptedEpochSaved(save.epoch())));
                }
                case Effect.SaveCurrentEpoch save -> {
                    sync();
                    epochs().saveCurrentEpoch(save.epoch());
                    replica.post(List.of(new Input.CurrentEpochSaved(save.epoch())));
                }
                case Effect.SaveQuorums save -> saveQuorums(save.quorums());
                case Effect.Truncate truncate -> truncate(truncate);
                case Effect.Install install -> install(install);
                case Effect other -> throw new IllegalStateException(other + " is not the log's");
            }
        }
        if (syncWanted) {
            sync();
        }
    }

    private void saveQuorums(Quorums quorums) throws IOException {
        List<Quorums> saved =
                QuorumsOnDisk.decode(WholeFile.read(disk, Folder.SNAP, QuorumsOnDisk.NAME));
        byte[] content = QuorumsOnDisk.encode(saved.isEmpty() ? null : saved.getLast(), quorums);
        WholeFile.replace(disk, Folder.SNAP, QuorumsOnDisk.NAME, content);
    }

    private void sync() throws IOException {
        syncWanted = false;
        if (unsyncedTxns == 0) {
            return;
        }
        int txns = unsyncedTxns;
        unsyncedTxns = 0;
        long begin = System.nanoTime();
        long durableZxid = log.sync();
        events.synced(txns, System.nanoTime() - begin);
        replica.post(List.of(new Input.Synced(durableZxid)));
    }

    private void truncate(Effect.Truncate truncate) throws IOException {
        sync();
        log.truncate(truncate.zxid());
        io.banyan.tree.State reloaded = truncate.reload() ? reload(truncate.zxid()) : null;
        LOG.info("history cut behind zxid={}", Zxid.hex(truncate.zxid()));
        replica.post(List.of(new Input.Truncated(truncate.zxid(), reloaded)));
    }

    /// What is on disk now.
    private io.banyan.tree.State reload(long zxid) throws IOException {
        var target = new RecoveredTree(tree);
        Recovery.Result result =
                Recovery.recover(disk, config, Recovery.Rules.DEFAULT, target, System::nanoTime);
        io.banyan.tree.State state = target.state();
        if (state.zxid() != zxid) {
            throw new IOException(
                    "the history was cut behind zxid "
                            + Zxid.hex(zxid)
                            + ", but what is left ends at "
                            + Zxid.hex(state.zxid())
                            + " ("
                            + result.start()
                            + ")");
        }
        return state;
    }

    private void install(Effect.Install install) throws IOException {
        sync();
        long begin = System.nanoTime();
        io.banyan.tree.State state = install.state();
        log.replace(
                install.zxid(),
                state::writeTo,
                new ZxidDigest(install.zxid(), ZxidDigest.VERSION, state.digest()));
        LOG.info(
                "image of the leader is on disk zxid={} znodes={} millis={}",
                Zxid.hex(install.zxid()),
                state.nodeCount(),
                (System.nanoTime() - begin) / 1_000_000);
        replica.post(List.of(new Input.Installed(install.zxid())));
    }

    private EpochFiles epochs() {
        if (epochs == null) {
            throw new IllegalStateException("a server on its own has no epochs");
        }
        return epochs;
    }
}
