package io.banyan.sim;

import io.banyan.replica.Effect;
import io.banyan.replica.Input;
import io.banyan.replica.QuorumsOnDisk;
import io.banyan.store.Disk.Folder;
import io.banyan.store.EpochFiles;
import io.banyan.store.Recovery;
import io.banyan.store.TxnLog;
import io.banyan.store.WholeFile;
import io.banyan.store.ZxidDigest;
import io.banyan.tree.State;
import io.banyan.zab.Quorums;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The log thread of a simulated server: carries out, in their order, the effects that change the
/// history on disk. What waits is taken together, and synced once.
final class SimLog {
    private final World world;
    private final SimServer server;
    private final SimDisk disk;
    private final @Nullable EpochFiles epochs;
    private final Consumer<Input> toReplica;
    private final List<Effect> inbox = new ArrayList<>();
    private TxnLog log;

    /// @param epochs null for a server on its own
    SimLog(
            World world,
            SimServer server,
            SimDisk disk,
            long lastZxid,
            @Nullable EpochFiles epochs,
            Consumer<Input> toReplica) {
        this.world = world;
        this.server = server;
        this.disk = disk;
        this.epochs = epochs;
        this.toReplica = toReplica;
        this.log = new TxnLog(disk, SimServer.STORE, lastZxid);
    }

    void take(Effect effect) {
        inbox.add(effect);
    }

    /// Works off what waits.
    void run() {
        if (inbox.isEmpty()) {
            return;
        }
        var taken = List.copyOf(inbox);
        inbox.clear();
        try {
            boolean sync = false;
            for (Effect each : taken) {
                server.beforeDisk(each);
                switch (each) {
                    case Effect.Append append -> log.append(append.zxid(), append.payload());
                    case Effect.Sync _ -> sync = true;
                    case Effect.RollLog _ -> {
                        log.sync();
                        log.roll();
                    }
                    default -> {
                        if (sync) {
                            sync = false;
                            sync();
                        }
                        seldom(each);
                    }
                }
            }
            if (sync) {
                sync();
            }
        } catch (IOException e) {
            if (!SimDisk.isInjected(e) && !world.agreement().isDamaged(server.id())) {
                throw new Violation("Liveness", "the log failed: " + e);
            }
            server.trace("the log failed: " + e.getMessage());
            toReplica.accept(new Input.DiskFailed("disk"));
        }
    }

    private void sync() throws IOException {
        if (world.plants().has(PlantedBug.EPOCH_BEFORE_HISTORY) && !server.isServing()) {
            toReplica.accept(new Input.Synced(log.lastZxid()));
            return;
        }
        synced(log.sync());
        toReplica.accept(new Input.Synced(log.durableZxid()));
    }

    private void synced(long durable) {
        world.agreement().synced(server.id(), durable);
        if (world.isTraced()) {
            server.trace("synced " + History.hex(durable));
        }
    }

    private void seldom(Effect effect) throws IOException {
        switch (effect) {
            case Effect.SaveAcceptedEpoch save -> {
                synced(log.sync());
                if (!world.plants().has(PlantedBug.ACCEPTED_EPOCH_LOST)) {
                    files().saveAcceptedEpoch(save.epoch());
                }
                world.epochs().acceptedSaved(server.id(), save.epoch());
                server.trace("accepted epoch " + save.epoch());
                toReplica.accept(new Input.AcceptedEpochSaved(save.epoch()));
            }
            case Effect.SaveCurrentEpoch save -> {
                if (!world.plants().has(PlantedBug.EPOCH_BEFORE_HISTORY)) {
                    synced(log.sync());
                }
                if (!world.plants().has(PlantedBug.CURRENT_EPOCH_LOST)) {
                    files().saveCurrentEpoch(save.epoch());
                }
                world.epochs().currentSaved(server.id(), save.epoch());
                server.trace("current epoch " + save.epoch());
                toReplica.accept(new Input.CurrentEpochSaved(save.epoch()));
            }
            case Effect.SaveQuorums save -> saveQuorums(save.quorums());
            case Effect.Truncate cut -> truncate(cut);
            case Effect.Install install -> install(install);
            default -> throw new IllegalStateException(effect + " is not the log's");
        }
    }

    private void saveQuorums(Quorums quorums) throws IOException {
        List<Quorums> saved =
                QuorumsOnDisk.decode(WholeFile.read(disk, Folder.SNAP, QuorumsOnDisk.NAME));
        byte[] content = QuorumsOnDisk.encode(saved.isEmpty() ? null : saved.getLast(), quorums);
        WholeFile.replace(disk, Folder.SNAP, QuorumsOnDisk.NAME, content);
        server.trace("saved " + quorums);
    }

    private EpochFiles files() {
        if (epochs == null) {
            throw new IllegalStateException("a server on its own has no epochs");
        }
        return epochs;
    }

    private void truncate(Effect.Truncate cut) throws IOException {
        long last = log.lastZxid();
        synced(log.sync());
        world.agreement().cutting(server.id(), cut.zxid());
        State former = world.plants().has(PlantedBug.TRUNCATION_KEEPS_STATE) ? recovered() : null;
        if (world.plants().has(PlantedBug.TRUNCATION_KEEPS_TAIL) && last > cut.zxid()) {
            // The first transaction to be removed stays.
            long kept = cut.zxid() + 1;
            if (log.lastZxid() > kept && world.history().isKnown(kept)) {
                log.truncate(kept);
            }
            State state = recovered(cut.zxid());
            log = new TxnLog(disk, SimServer.STORE, cut.zxid());
            done(cut, state);
            return;
        }
        log.truncate(cut.zxid());
        done(cut, former != null ? former : cut.reload() ? recovered() : null);
    }

    private void done(Effect.Truncate cut, @Nullable State reloaded) {
        world.agreement().cut(server.id(), cut.zxid());
        server.trace("truncated to " + History.hex(cut.zxid()));
        toReplica.accept(new Input.Truncated(cut.zxid(), cut.reload() ? reloaded : null));
    }

    private void install(Effect.Install install) throws IOException {
        State state = install.state();
        world.agreement().cutting(server.id(), install.zxid());
        log.replace(
                install.zxid(),
                state::writeTo,
                new ZxidDigest(install.zxid(), ZxidDigest.VERSION, state.digest()));
        world.agreement().cut(server.id(), install.zxid());
        server.trace("installed " + History.hex(install.zxid()));
        toReplica.accept(new Input.Installed(install.zxid()));
    }

    private State recovered() throws IOException {
        return recovered(Long.MAX_VALUE);
    }

    private State recovered(long upTo) throws IOException {
        var target = new RecoveredState(world, upTo);
        Recovery.recover(disk, SimServer.STORE, Recovery.Rules.DEFAULT, target, () -> 0);
        return target.finish();
    }

    long lastZxid() {
        return log.lastZxid();
    }
}
