package io.banyan.sim;

import io.banyan.replica.Effect;
import io.banyan.replica.Gateway;
import io.banyan.replica.Input;
import io.banyan.replica.Membership;
import io.banyan.replica.QuorumsOnDisk;
import io.banyan.replica.Replica;
import io.banyan.store.Disk.Folder;
import io.banyan.store.EpochFiles;
import io.banyan.store.Recovery;
import io.banyan.store.StoreConfig;
import io.banyan.store.WholeFile;
import io.banyan.tree.State;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.ZnodeTree;
import io.banyan.zab.Message;
import io.banyan.zab.Past;
import io.banyan.zab.Quorums;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One server: a machine with a {@link SimDisk} and clocks, on which the production recovery starts
/// a {@link Life}. It dies and comes back, and what can go wrong with it is asked for here.
///
/// A power failure loses any part of what was not synced, an end of the process loses nothing that
/// reached the kernel. Confined to the simulation's thread.
final class SimServer implements Lane.Owner {
    static final StoreConfig STORE = StoreConfig.DEFAULT.withPreAllocBytes(2048);
    private static final long RETRY_MICROS = 50_000;

    /// An operator needs so long to see that a server refuses its disk.
    private static final long OPERATOR_MICROS = 500_000;

    private final int id;
    private final World world;
    private final Setup setup;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final RandomGenerator diskRandom;
    private final long bootMillis;
    private final int clockPercent;

    private SimDisk disk;
    private int life;
    private boolean up;
    private boolean machineOn = true;
    private boolean frozen;
    private boolean mayBegin = true;
    private boolean restarting;
    private boolean loseUnsynced;
    private int effectsUntilCrash = -1;
    private @Nullable Class<?> crashBefore;
    private @Nullable Boolean crashKeeps;
    private long wallOffsetMillis;

    /// The present one, or what is left of the last one.
    private @Nullable Life latest;

    SimServer(int id, World world, RandomGenerator random, RandomGenerator diskRandom) {
        this.id = id;
        this.world = world;
        this.setup = world.setup();
        this.timeline = world.timeline();
        this.random = random;
        this.diskRandom = diskRandom;
        this.bootMillis = 1_000_000L + random.nextInt(1_000_000);
        int drift = setup.driftPercent();
        this.clockPercent = 100 + (drift == 0 ? 0 : random.nextInt(2 * drift + 1) - drift);
        this.disk = new SimDisk(setup.blockBytes());
    }

    static ZnodeTree newTree() {
        var defaults = TreeConfig.defaults();
        return new ZnodeTree(
                new TreeConfig(true, true, false, false, true, true, defaults.schemes()));
    }

    int id() {
        return id;
    }

    int life() {
        return life;
    }

    // ---- life and death

    boolean isUp() {
        return up;
    }

    /// Whether its kernel answers.
    boolean isMachineOn() {
        return machineOn;
    }

    boolean isServing() {
        return up && latest != null && latest.isServing();
    }

    /// Whether its port for observers is open, if it has one.
    boolean isFollowing() {
        return up && latest != null && latest.isFollowing();
    }

    /// Whether it answers reads because it has no leader.
    boolean isReadOnly() {
        return up && latest != null && latest.isReadOnly();
    }

    @Override
    public boolean lives(int ofLife) {
        return up && ofLife == life;
    }

    @Override
    public void crashed() {
        Boolean keeps = crashKeeps;
        if (keeps == null) {
            powerFails("in a call of the disk");
        } else {
            crashKeeps = null;
            powerFailsKeeping(keeps);
        }
    }

    /// Starts it unless it runs, is starting, or is to stay away.
    void start() {
        if (up || frozen) {
            return;
        }
        life++;
        machineOn = true;
        restarting = false;
        try {
            begin();
        } catch (SimCrash e) {
            trace("power fails during recovery");
            loseUnsynced();
            startAfter(RETRY_MICROS);
        } catch (IOException e) {
            recoveryFailed(e);
        }
    }

    private void startAfter(long micros) {
        if (!restarting) {
            restarting = true;
            timeline.after(
                    micros,
                    () -> {
                        if (restarting) {
                            start();
                        }
                    });
        }
    }

    private void recoveryFailed(IOException e) {
        trace("recovery failed: " + e.getMessage());
        if (loseUnsynced) {
            loseUnsynced();
        }
        if (SimDisk.isInjected(e)) {
            startAfter(RETRY_MICROS);
        } else if (world.agreement().isDamaged(id)) {
            timeline.after(
                    OPERATOR_MICROS,
                    () -> {
                        if (!up) {
                            wipe();
                            startAfter(RETRY_MICROS);
                        }
                    });
        } else {
            throw new Violation("AcknowledgedMeansKept", "recovery refused its disk: " + e);
        }
    }

    private void begin() throws IOException {
        var target = new RecoveredState(world, Long.MAX_VALUE);
        var rules = new Recovery.Rules(false, mayBegin);
        Recovery.Result result = Recovery.recover(disk, STORE, rules, target, () -> 0);
        State state = target.finish();
        if (result.start() == Recovery.Start.FRESH) {
            state = world.start();
            Life.writeSnapshot(disk, state);
            Recovery.created(disk);
        }
        boolean empty = result.start() == Recovery.Start.UNINITIALIZED;
        long lastZxid = empty ? Past.UNKNOWN : state.zxid();
        EpochFiles epochs = setup.isEnsemble() ? EpochFiles.open(disk, lastZxid) : null;
        if (empty) {
            world.recoveredNothing();
        } else {
            world.agreement().recovered(id, target.path(state));
            world.recovered(this, state);
            mayBegin = false;
        }
        if (epochs != null) {
            world.epochs().recovered(id, epochs.acceptedEpoch(), epochs.currentEpoch());
        }
        Quorums quorums = setup.isReconfigurable() ? recoveredQuorums(target) : null;
        up = true;
        Past past =
                epochs == null
                        ? null
                        : new Past(
                                world.plants().has(PlantedBug.EPOCH_NOT_CHECKED)
                                        ? epochs.currentEpoch()
                                        : epochs.acceptedEpoch(),
                                epochs.currentEpoch(),
                                lastZxid,
                                empty ? Past.UNKNOWN : target.snapshotZxid(state),
                                empty ? List.of() : target.newest(setup.historyTxns()));
        latest = new Life(this, world, random, disk, state, lastZxid, epochs, past, quorums);
        trace(
                "starts "
                        + result.start()
                        + " last="
                        + History.hex(lastZxid)
                        + " txns="
                        + result.txns()
                        + " torn="
                        + result.tornBytes());
        world.network().reconsider(this);
    }

    private Quorums recoveredQuorums(RecoveredState target) throws IOException {
        // As with the epochs: what only the kernel has is a promise from here on.
        disk.syncFolder(Folder.SNAP);
        List<Quorums> saved =
                QuorumsOnDisk.decode(WholeFile.read(disk, Folder.SNAP, QuorumsOnDisk.NAME));
        Quorums quorums = target.quorums(world.ownMembers(id).configuration(), saved);
        trace("knows " + quorums);
        return quorums;
    }

    /// The machine is off at once.
    void powerFails(String when) {
        trace("power fails " + when);
        machineOn = false;
        world.network().powerFailed(this);
        loseUnsynced();
        dies();
    }

    /// As {@link #powerFails}, and all or nothing of what was not synced is lost.
    void powerFailsKeeping(boolean unsynced) {
        trace("power fails, unsynced is " + (unsynced ? "kept" : "lost"));
        machineOn = false;
        world.network().powerFailed(this);
        disk = disk.crashed(piece -> unsynced);
        dies();
    }

    private void loseUnsynced() {
        loseUnsynced = false;
        int kept = diskRandom.nextInt(4);
        disk =
                disk.crashed(piece ->
                        switch (kept) {
                            case 0 -> false;
                            case 1 -> true;
                            default -> diskRandom.nextBoolean();
                        });
    }

    /// The process ends; the kernel keeps what it was given.
    void processEnds(String why) {
        trace("process ends: " + why);
        world.network().processEnded(this);
        if (loseUnsynced) {
            loseUnsynced();
        }
        dies();
    }

    private void dies() {
        up = false;
        life++;
        effectsUntilCrash = -1;
        crashBefore = null;
        disk.crashAt(-1);
        disk.failAt(-1, SimDisk.Fault.IO_ERROR);
        if (latest != null) {
            latest.end();
        }
        world.network().reconsider(this);
        if (world.restarts()) {
            startAfter(1 + random.nextInt(500_000));
        }
    }

    /// It stays away for good.
    void freeze() {
        frozen = true;
        restarting = false;
        if (up) {
            powerFails("for good");
        }
    }

    // ---- faults

    void crashAfterEffects(int effects) {
        effectsUntilCrash = effects;
    }

    /// The power fails when the log thread is about to carry out an effect of this kind.
    ///
    /// @param keeping what was not synced; null: any part of it
    void crashBefore(Class<?> effect, @Nullable Boolean keeping) {
        crashBefore = effect;
        crashKeeps = keeping;
    }

    /// The replica's thread is about to carry out one more.
    void beforeEffect() {
        if (effectsUntilCrash >= 0 && effectsUntilCrash-- == 0) {
            powerFails("between two effects");
        }
    }

    /// The log thread is about to carry this out.
    void beforeDisk(Effect effect) {
        if (crashBefore != null && crashBefore.isInstance(effect)) {
            crashBefore = null;
            throw new SimCrash(disk.calls());
        }
    }

    void crashInDisk(int callsFromNow) {
        disk.crashAt(disk.calls() + callsFromNow);
    }

    void failDisk(int callsFromNow, SimDisk.Fault fault) {
        disk.failAt(disk.calls() + callsFromNow, fault);
        // The kernel has marked the lost pages clean: only a power failure shows what is there.
        loseUnsynced |= fault == SimDisk.Fault.SYNC_LOST;
    }

    /// There is room for only so much more on its disk, until somebody makes room.
    void fillDisk(int freeBytes, long micros) {
        trace("disk has room for " + freeBytes + " bytes only");
        disk.setCapacityBytes(disk.usedBytes() + freeBytes);
        timeline.after(micros, () -> disk.setCapacityBytes(Long.MAX_VALUE));
    }

    /// Bits of a log or a snapshot flip while it is off.
    void rot() {
        List<String> files =
                disk.list(Folder.LOG).stream()
                        .filter(name -> name.startsWith("log.") || name.startsWith("snapshot."))
                        .filter(name -> disk.bytes(Folder.LOG, name).length > 0)
                        .toList();
        if (!files.isEmpty()) {
            String file = files.get(diskRandom.nextInt(files.size()));
            int offset = diskRandom.nextInt(disk.bytes(Folder.LOG, file).length);
            trace("rot in " + file + " at " + offset);
            world.agreement().damaged(id);
            disk.rot(Folder.LOG, file, offset, 1 + diskRandom.nextInt(255));
        }
    }

    /// Its operator empties its directories.
    void wipe() {
        if (up) {
            processEnds("emptied");
        }
        trace("is emptied");
        disk = new SimDisk(setup.blockBytes());
        world.agreement().emptied(id);
        world.epochs().forget(id);
    }

    /// Nothing goes wrong any more.
    void heal() {
        disk.setCapacityBytes(Long.MAX_VALUE);
        disk.crashAt(-1);
        disk.failAt(-1, SimDisk.Fault.IO_ERROR);
        effectsUntilCrash = -1;
    }

    /// See {@link Life#pause}.
    void pause(int which, long micros) {
        if (latest != null) {
            latest.pause(which, micros);
        }
    }

    /// See {@link Life#pauseLog}.
    void pauseLog(long micros) {
        if (latest != null) {
            latest.pauseLog(micros);
        }
    }

    void stepWallClock(long millis) {
        wallOffsetMillis += millis;
        trace("wall clock steps by " + millis);
    }

    // ---- clocks

    private long localMicros() {
        return timeline.nowMicros() * clockPercent / 100;
    }

    long nowMillis() {
        long factor = setup.bug() == PlantedBug.EARLY_EXPIRY ? 3 : 1;
        return bootMillis + localMicros() / 1_000 * factor;
    }

    long nowNanos() {
        return (bootMillis * 1_000 + localMicros()) * 1_000;
    }

    long wallMillis() {
        return 1_700_000_000_000L + localMicros() / 1_000 + wallOffsetMillis;
    }

    // ---- the network

    void opened(long number, SimLink link) {
        if (latest != null) {
            latest.opened(number, link);
        }
    }

    /// See {@link Life#fromNetwork}.
    void fromNetwork(Input input) {
        if (up && latest != null) {
            latest.fromNetwork(input);
        }
    }

    /// See {@link Life#hears}.
    void hears(long link, int from, Message message) {
        if (up && latest != null) {
            latest.hears(link, from, message);
        }
    }

    /// A client's first packet got through.
    void accept(SimConnection connection) {
        if (latest != null) {
            latest.accept(connection);
        }
    }

    void gone(SimConnection connection) {
        if (latest != null) {
            latest.gone(connection);
        }
    }

    List<SimConnection> connections() {
        return latest == null ? List.of() : latest.connections();
    }

    // ---- for checks, traces and scenarios

    @Nullable State liveState() {
        return latest == null ? null : latest.replica().state();
    }

    @Nullable Replica replica() {
        return up && latest != null ? latest.replica() : null;
    }

    List<Gateway> gateways() {
        return latest == null ? List.of() : latest.gateways();
    }

    String name() {
        return id + "." + life;
    }

    /// Role, epoch, and zxids logged, durable, committed as far as it knows.
    String columns() {
        LogAgreement of = world.agreement();
        Replica now = replica();
        Membership is = now == null ? null : now.membership();
        String role =
                !up
                        ? "x"
                        : is == null
                                ? "L"
                                : switch (is.state()) {
                                    case LOOKING -> "?";
                                    case FOLLOWING -> "F";
                                    case LEADING -> "L";
                                    case OBSERVING -> "O";
                                };
        return role
                + (isServing() ? "s " : "  ")
                + (is == null ? 0 : is.epoch())
                + " "
                + Long.toHexString(of.loggedZxid(id))
                + " "
                + Long.toHexString(of.durableZxid(id))
                + " "
                + Long.toHexString(of.deliveredZxid(id));
    }

    void trace(String event) {
        world.trace(this, event);
    }
}
