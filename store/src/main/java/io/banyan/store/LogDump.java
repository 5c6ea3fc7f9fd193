package io.banyan.store;

import java.io.IOException;
import java.util.function.Consumer;

/// Looking into one log file, for tools: damage is reported, not thrown.
public final class LogDump {
    private LogDump() {}

    /// How the file ends.
    ///
    /// @param entries told
    /// @param offset where the last of them ends, in bytes from the start of the file
    /// @param ending `end of the file`, `padding`, or what is wrong behind the last entry
    /// @param torn the end is that of an unfinished batch, as a crash leaves it
    /// @param damaged the end is none a crash explains: durable entries are damaged
    /// @param intactOffset of the first intact entry behind the damage, -1 if there is none
    public record Summary(
            long entries,
            long offset,
            String ending,
            boolean torn,
            boolean damaged,
            long intactOffset) {}

    /// @param name of a file in the folder `LOG`
    /// @param to is told each intact entry up to the first damage
    public static Summary dump(Disk disk, StoreConfig config, String name, Consumer<LogEntry> to)
            throws IOException {
        try (var reader = LogFileReader.open(disk, config, name)) {
            long entries = 0;
            for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
                to.accept(entry);
                entries++;
            }
            LogFileReader.End end = reader.end();
            boolean damaged =
                    switch (end.ending()) {
                        case CLEAN, TORN -> false;
                        case CUT, CORRUPT -> true;
                    };
            return new Summary(
                    entries,
                    end.offset(),
                    end.what(),
                    end.ending() == LogFileReader.Ending.TORN,
                    damaged,
                    end.intactOffset());
        }
    }
}
