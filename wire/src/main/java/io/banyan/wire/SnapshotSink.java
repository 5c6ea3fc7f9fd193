package io.banyan.wire;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The content of a snapshot, told piece by piece in the order of ZooKeeper's file: all sessions,
/// then all ACL lists, then all nodes depth first, a parent before its children.
///
/// The tree tells its content to a sink that writes a file, and a file is told to a sink that
/// builds a tree.
public interface SnapshotSink {
    /// @param timeoutMillis negotiated timeout
    void session(long sessionId, int timeoutMillis) throws IOException;

    /// @param key number by which nodes refer to this list, > 0
    void acl(long key, List<Acl> acl) throws IOException;

    /// @param path UTF-8 of the whole path, empty for the root; owned by the caller and valid only
    ///   during the call
    /// @param pathEnd index behind the path's last byte; it starts at 0
    /// @param data the node's data; not to be modified; null and empty are different
    /// @param aclKey a key told to {@link #acl}, or -1 for {@link Acl#OPEN}
    void node(byte[] path, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted stat)
            throws IOException;
}
