package io.banyan.store;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The reading end of the log: entries in order, over all files. Confined to one thread; may run
/// beside the writer, whose unsynced entries it may or may not see.
@SuppressWarnings("DoNotCallSuggester") // Until the next commit.
public final class LogReader implements Closeable {

    private LogReader() {}

    /// @param zxid the first entry wanted; the log must hold it, or nothing behind it but a later
    ///   epoch
    public static LogReader from(Disk disk, StoreConfig config, long zxid) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    /// @return the next entry, null behind the last
    /// @throws CorruptFile if an entry in the middle is damaged or missing
    public @Nullable LogEntry next() throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    @Override
    public void close() throws IOException {}
}
