package io.banyan.store;

import io.banyan.wire.Acl;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes one snapshot file: into a temporary name first, and under its real name once it is
/// durable. Confined to one thread, which need not be the log's.
///
/// Use: create, tell everything to it as {@link SnapshotSink}, {@link #finish}, close. Closing
/// without a finish removes the temporary file.
@SuppressWarnings("DoNotCallSuggester") // Until the next commit.
public final class SnapshotWriter implements SnapshotSink, Closeable {

    private SnapshotWriter() {}

    /// @param zxid of the state to be written
    public static SnapshotWriter create(Disk disk, StoreConfig config, long zxid)
            throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    @Override
    public void session(long sessionId, int timeoutMillis) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    @Override
    public void acl(long key, List<Acl> acl) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    @Override
    public void node(byte[] path, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted s)
            throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    /// Writes the seals and trailers and makes the file durable under its name.
    ///
    /// @param digest of the tree that was written; null: not known
    /// @return bytes of the file
    public long finish(@Nullable ZxidDigest digest) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    @Override
    public void close() throws IOException {}
}
