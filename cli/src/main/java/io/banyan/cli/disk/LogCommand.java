package io.banyan.cli.disk;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Json;
import io.banyan.cli.command.Run;
import io.banyan.store.Disk;
import io.banyan.store.FileDisk;
import io.banyan.store.LogDump;
import io.banyan.store.LogEntry;
import io.banyan.store.StoreConfig;
import io.banyan.wire.JuteReader;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.txn.TxnPayload;
import java.io.IOException;
import java.util.List;

/// `banyan log`.
final class LogCommand {
    private final Run run;
    private final TxnFilter filter;
    private final boolean withData;
    private long shown;
    private boolean isDamaged;

    private LogCommand(Run run) {
        this.run = run;
        this.filter = TxnFilter.of(run, System.currentTimeMillis());
        this.withData = run.has("--data");
    }

    static int run(Run run) throws IOException {
        var command = new LogCommand(run);
        for (DataFiles files : DataFiles.find(DataFiles.Kind.LOG, run.args())) {
            command.readAll(files);
        }
        return command.isDamaged ? ExitCode.REFUSED : ExitCode.OK;
    }

    private void readAll(DataFiles files) throws IOException {
        List<String> names = files.names();
        try (Disk disk = FileDisk.openUnlocked(files.folder())) {
            for (int i = 0; i < names.size(); i++) {
                long first = DataFiles.Kind.LOG.zxidOf(names.get(i));
                boolean isNewest = i == names.size() - 1;
                long next = isNewest ? -1 : DataFiles.Kind.LOG.zxidOf(names.get(i + 1));
                if (filter.mayBeIn(first, next)) {
                    read(disk, names.get(i), isNewest);
                }
            }
        }
    }

    private void read(Disk disk, String name, boolean isNewest) throws IOException {
        LogDump.Summary summary = LogDump.dump(disk, StoreConfig.DEFAULT, name, this::tell);
        String file = disk.describe(Disk.Folder.LOG, name);
        if (run.has("--summary") && !run.isJson()) {
            run.error(
                    file
                            + ": "
                            + summary.entries()
                            + " transactions, "
                            + shown
                            + " shown so far, ends at offset "
                            + summary.offset()
                            + ": "
                            + summary.ending());
        }
        // What a crash leaves behind the last whole batch; of an older file it would be a hole.
        if (summary.damaged() || (summary.torn() && !isNewest)) {
            isDamaged = true;
            run.error(
                    file
                            + ": damaged at offset "
                            + summary.offset()
                            + " ("
                            + summary.ending()
                            + ")"
                            + (summary.intactOffset() < 0
                                    ? ""
                                    : ", intact again at " + summary.intactOffset()));
        } else if (summary.torn()) {
            run.error(
                    file
                            + ": ends with an unfinished batch at offset "
                            + summary.offset()
                            + "; the next start cuts it off");
        }
    }

    private void tell(LogEntry entry) {
        TxnPayload payload;
        try {
            byte[] bytes = entry.payload();
            payload = TxnPayload.decode(new JuteReader(bytes, 0, bytes.length));
        } catch (MalformedRecord e) {
            isDamaged = true;
            run.error(
                    entry.file()
                            + ": offset "
                            + entry.offset()
                            + ": unreadable transaction: "
                            + e.getMessage());
            return;
        }
        if (!filter.takes(payload)) {
            return;
        }
        shown++;
        run.line(
                run.isJson()
                        ? Json.compact(TxnText.json(payload, withData))
                        : TxnText.line(payload, withData));
    }
}
