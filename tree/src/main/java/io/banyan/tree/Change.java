package io.banyan.tree;

import io.banyan.wire.Acl;
import java.util.Arrays;
import java.util.List;

/// One thing that happened to one znode, for watches and metrics.
///
/// @param path UTF-8 of the whole path; not to be modified
/// @param dataBytes of the data that the znode has now; 0 of a deleted one
/// @param acl the znode's ACL, of a deleted one its last
/// @param parentAcl for the event NodeChildrenChanged of the parent; empty where there is none
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into the array
public record Change(Kind kind, byte[] path, int dataBytes, List<Acl> acl, List<Acl> parentAcl) {
    /// What happened.
    public enum Kind {
        CREATED,
        DELETED,
        DATA_CHANGED
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Change that
                && kind == that.kind
                && Arrays.equals(path, that.path)
                && dataBytes == that.dataBytes
                && acl.equals(that.acl)
                && parentAcl.equals(that.parentAcl);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(path);
    }

    @Override
    public String toString() {
        return kind + " " + new String(path, java.nio.charset.StandardCharsets.UTF_8);
    }
}
