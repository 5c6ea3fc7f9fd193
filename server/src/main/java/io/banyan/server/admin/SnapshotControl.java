package io.banyan.server.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;

/// Taking a snapshot out of the running server and putting one in. Implemented by the host; may be
/// called by any thread and may block.
public interface SnapshotControl {
    /// What credentials are good for.
    enum Access {
        /// Nobody knows them.
        NOT_AUTHENTICATED,
        /// Known, but without all permissions on the root.
        NOT_AUTHORIZED,
        ADMITTED
    }

    /// A snapshot in the format of the snapshot files, uncompressed.
    ///
    /// @param lastZxid of the state in it
    /// @param bytes length of the body
    /// @param body read once and closed by the caller
    record Snapshot(long lastZxid, long bytes, InputStream body) {}

    /// @param scheme as of `addauth` (`digest`, `ip`, ...)
    /// @param credentials what follows the scheme
    /// @param from the address of the caller
    Access check(String scheme, byte[] credentials, InetAddress from);

    /// Exact at one transaction; serving goes on meanwhile.
    Snapshot take() throws IOException;

    /// Replaces the whole state by a snapshot: sessions end, watches are gone.
    ///
    /// @param body a snapshot file, read to its end, not closed
    /// @return the last transaction of the state in it
    /// @throws IOException it is no whole snapshot; then the state is what it was
    long restore(InputStream body) throws IOException;
}
