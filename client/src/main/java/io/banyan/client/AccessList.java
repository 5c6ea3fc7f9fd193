package io.banyan.client;

import io.banyan.wire.Acl;
import io.banyan.wire.Stat;
import java.util.List;

/// Who may do what with a znode.
///
/// @param stat its `aversion` is what a conditional `setAcl` takes
public record AccessList(List<Acl> acl, Stat stat) {
    public AccessList {
        acl = List.copyOf(acl);
    }
}
