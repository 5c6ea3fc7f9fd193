package io.banyan.tree;

import io.banyan.wire.Id;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One way of saying who somebody is, as in the first half of `digest:bob:...`.
///
/// Pure and immutable: the same arguments always give the same answer, on every server. Called from
/// any thread. `world` and `auth` are no schemes of this kind, the tree knows them itself.
public interface AuthScheme {
    /// The name before the colon.
    String name();

    /// Whether an ACL entry of the scheme `auth` stands for ids of this scheme.
    boolean isAuthenticated();

    /// Whether `aclId` may stand in an ACL.
    boolean isValid(String aclId);

    /// Whether a connection with `connectionId` is meant by an ACL entry with `aclId`, both of this
    /// scheme.
    boolean matches(String connectionId, String aclId);

    /// What an auth packet of this scheme proves.
    ///
    /// @param data the packet's token; read, never kept
    /// @return ids to add to the connection, maybe none; null if it proves nothing
    @Nullable List<Id> authenticate(byte[] data);

    /// Whether who proves nothing is told so, or finds its connection closed.
    default boolean answersFailure() {
        return true;
    }

    /// The user part of an id of this scheme, as `whoAmI` shows it.
    String userName(String id);
}
