package io.banyan.store;

import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.StatPersisted;
import io.banyan.wire.TxnHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Transactions and logs for tests.
final class Logs {
    private Logs() {}

    static byte[] payload(long zxid, int dataBytes) {
        return payload(zxid, dataBytes, OpCode.SET_DATA);
    }

    static byte[] payload(long zxid, int dataBytes, int type) {
        var out = new JuteWriter();
        new TxnHeader(7, (int) zxid, zxid, 1000 + zxid, type).encode(out);
        for (int i = 0; i < dataBytes; i++) {
            out.writeByte(1 + (int) (zxid * 31 + i) % 100);
        }
        return out.toByteArray();
    }

    /// One file with these entries, all synced.
    static void write(Disk disk, StoreConfig config, int dataBytes, long... zxids)
            throws IOException {
        try (var log = new TxnLog(disk, config, zxids[0] - 1)) {
            for (long zxid : zxids) {
                log.append(zxid, payload(zxid, dataBytes));
            }
            log.sync();
        }
    }

    static List<Long> read(Disk disk, long from) throws IOException {
        var zxids = new ArrayList<Long>();
        try (var reader = LogReader.from(disk, StoreConfig.DEFAULT, from)) {
            for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
                zxids.add(entry.zxid());
            }
        }
        return zxids;
    }

    static void snapshot(Disk disk, StoreConfig config, long zxid) throws IOException {
        try (var writer = SnapshotWriter.create(disk, config, zxid)) {
            writer.node(new byte[0], 0, new byte[0], -1, STAT);
            writer.finish(new ZxidDigest(zxid, ZxidDigest.VERSION, 4711));
        }
    }

    static final StatPersisted STAT = new StatPersisted(1, 2, 3, 4, 5, 6, 7, 8, 9);
}
