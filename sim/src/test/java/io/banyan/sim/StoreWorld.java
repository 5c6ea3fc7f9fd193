package io.banyan.sim;

import io.banyan.store.Disk;
import io.banyan.store.EpochFiles;
import io.banyan.store.Purge;
import io.banyan.store.Recovery;
import io.banyan.store.Snapshot;
import io.banyan.store.SnapshotFiles;
import io.banyan.store.SnapshotWriter;
import io.banyan.store.StoreConfig;
import io.banyan.store.TxnLog;
import io.banyan.wire.Acl;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import io.banyan.wire.TxnHeader;
import io.banyan.wire.Zxid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A server reduced to its store: its state is the list of the transactions it applied, and its
/// snapshot holds one znode for each, so that what a recovery finds can be compared exactly.
///
/// Next to the store it keeps what it was promised: the history up to `durable`, and epochs.
final class StoreWorld {
    /// What the store can be asked to do.
    enum Op {
        APPEND,
        APPEND_LONG,
        SYNC,
        ROLL,
        SNAPSHOT,
        PURGE,
        TRUNCATE,
        INSTALL,
        EPOCH,
        RESTART
    }

    static final StoreConfig CONFIG = StoreConfig.DEFAULT.withPreAllocBytes(2048);

    /// zxid to payload, in order.
    record History(TreeMap<Long, ByteBuffer> txns) {
        History() {
            this(new TreeMap<>());
        }

        void put(long zxid, byte[] payload) {
            txns.put(zxid, ByteBuffer.wrap(payload));
        }

        long last() {
            return txns.isEmpty() ? 0 : txns.lastKey();
        }

        History upTo(long zxid) {
            return new History(new TreeMap<>(txns.headMap(zxid, true)));
        }
    }

    private final SimDisk disk;
    private TxnLog log;
    private Purge purge;
    private EpochFiles epochs;

    /// Everything appended, of the history that counts.
    History history;

    /// Acknowledged: must be there after any crash.
    long durable;

    /// Where a truncation that is under way leads; -1 if none is.
    long truncatingTo = -1;

    long epochSaved;
    long epochInFlight;
    private long epoch;
    private int serial;

    /// @param serial makes transactions of this life unlike those of others
    /// @throws IOException if recovery refuses the disk
    StoreWorld(SimDisk disk, int serial) throws IOException {
        this.disk = disk;
        this.serial = serial;
        var recovered = new Recovered();
        Recovery.Result result = recovered.run(disk);
        history = recovered.history;
        if (result.start() == Recovery.Start.FRESH) {
            writeSnapshot(0);
            Recovery.created(disk);
        }
        durable = history.last();
        log = new TxnLog(disk, CONFIG, durable);
        purge = new Purge(disk, CONFIG);
        epochs = EpochFiles.open(disk, durable);
        epochSaved = epochs.currentEpoch();
        epochInFlight = epochSaved;
        epoch = Math.max(Zxid.epoch(durable), epochSaved);
    }

    void run(Op op) throws IOException {
        switch (op) {
            case APPEND -> append(30);
            case APPEND_LONG -> append(1300);
            case SYNC -> sync();
            case ROLL -> {
                log.roll();
                durable = log.durableZxid();
            }
            case SNAPSHOT -> {
                log.roll();
                durable = log.durableZxid();
                writeSnapshot(durable);
            }
            case PURGE -> purge.run(1);
            case TRUNCATE -> truncate();
            case INSTALL -> install();
            case EPOCH -> newEpoch();
            case RESTART -> {
                sync();
                log.close();
                var again = new StoreWorld(disk, serial);
                if (!again.history.equals(history)) {
                    throw new AssertionError("a clean restart changed the history");
                }
                log = again.log;
                purge = again.purge;
                epochs = again.epochs;
            }
        }
    }

    private void append(int dataBytes) throws IOException {
        long zxid = epoch == Zxid.epoch(history.last()) ? history.last() + 1 : Zxid.of(epoch, 1);
        byte[] payload = payload(zxid, dataBytes);
        history.put(zxid, payload);
        log.append(zxid, payload);
    }

    private void sync() throws IOException {
        durable = log.sync();
    }

    /// As a learner is told to: back by two transactions, and on in a new epoch.
    private void truncate() throws IOException {
        sync();
        Long target = history.last();
        for (int i = 0; i < 2 && target != null; i++) {
            target = history.txns().lowerKey(target);
        }
        long zxid = target == null ? 0 : target;
        if (zxid < oldestRestorable()) {
            return;
        }
        truncatingTo = zxid;
        log.truncate(zxid);
        history = history.upTo(zxid);
        durable = zxid;
        truncatingTo = -1;
        newEpoch();
    }

    /// As a learner that gets an image: of what it has but for the last transaction, as of a leader
    /// that has delivered less than it logged.
    private void install() throws IOException {
        sync();
        Long before = history.txns().lowerKey(history.last());
        long zxid = before == null ? history.last() : before;
        truncatingTo = zxid;
        History image = history.upTo(zxid);
        log.replace(zxid, sink -> write(image, sink), null);
        history = image;
        durable = zxid;
        truncatingTo = -1;
        newEpoch();
    }

    private void newEpoch() throws IOException {
        epochInFlight = epochSaved + 1;
        epochs.saveAcceptedEpoch(epochInFlight);
        epochs.saveCurrentEpoch(epochInFlight);
        epochSaved = epochInFlight;
        epoch = epochSaved;
    }

    private long oldestRestorable() {
        return disk.list(Disk.Folder.SNAP).stream()
                .mapToLong(SnapshotFiles::zxidOf)
                .filter(zxid -> zxid >= 0)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void writeSnapshot(long zxid) throws IOException {
        try (var writer = SnapshotWriter.create(disk, CONFIG, zxid)) {
            write(history.upTo(zxid), writer);
            writer.finish(null);
        }
    }

    private static void write(History image, SnapshotSink to) throws IOException {
        to.node(new byte[0], 0, new byte[0], -1, STAT);
        for (var txn : image.txns().entrySet()) {
            byte[] path = ("/" + txn.getKey()).getBytes(StandardCharsets.UTF_8);
            to.node(path, path.length, txn.getValue().array(), -1, STAT);
        }
    }

    private static final StatPersisted STAT = new StatPersisted(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private byte[] payload(long zxid, int dataBytes) {
        var out = new JuteWriter();
        new TxnHeader(1, ++serial, zxid, 1000 + serial, OpCode.SET_DATA).encode(out);
        var data = new byte[dataBytes];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (1 + (serial * 31 + i) % 100);
        }
        out.writeBuffer(data);
        return out.toByteArray();
    }

    /// What a recovery finds.
    static final class Recovered implements Recovery.Target {
        History history = new History();
        @Nullable Snapshot snapshot;

        Recovery.Result run(SimDisk disk) throws IOException {
            Recovery.Result result =
                    Recovery.recover(disk, CONFIG, Recovery.Rules.DEFAULT, this, () -> 0);
            if (result.lastZxid() != history.last()
                    && !(snapshot != null && result.lastZxid() == snapshot.zxid())) {
                throw new AssertionError(result + " but told up to " + history.last());
            }
            return result;
        }

        @Override
        public SnapshotSink newSnapshot() {
            history = new History();
            return new SnapshotSink() {
                @Override
                public void session(long sessionId, int timeoutMillis) {}

                @Override
                public void acl(long key, List<Acl> acl) {}

                @Override
                public void node(
                        byte[] path,
                        int pathEnd,
                        byte @Nullable [] data,
                        long aclKey,
                        StatPersisted stat) {
                    if (pathEnd > 0 && data != null) {
                        var name = new String(path, 1, pathEnd - 1, StandardCharsets.UTF_8);
                        history.put(Long.parseLong(name), data);
                    }
                }
            };
        }

        @Override
        public void snapshotLoaded(Snapshot loaded) {
            snapshot = loaded;
        }

        @Override
        public void txn(long zxid, byte[] payload) {
            if (zxid <= history.last()) {
                throw new AssertionError(zxid + " after " + history.last());
            }
            history.put(zxid, payload);
        }
    }
}
