package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.Id;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who may do what: the rules of ACLs.
final class Permissions {
    private final TreeConfig config;

    Permissions(TreeConfig config) {
        this.config = config;
    }

    /// Whether `acl` gives `caller` at least one of the permissions `needed`.
    boolean allows(List<Acl> acl, int needed, Caller caller) {
        if (config.skipAcl() || acl.isEmpty() || caller.isSuper()) {
            return true;
        }
        for (Acl entry : acl) {
            if ((entry.perms() & needed) != 0 && concerns(entry.id(), caller)) {
                return true;
            }
        }
        return false;
    }

    private boolean concerns(Id wanted, Caller caller) {
        if (wanted.equals(Id.ANYONE)) {
            return true;
        }
        AuthScheme scheme = scheme(wanted.scheme());
        String aclId = wanted.id();
        if (scheme == null || aclId == null) {
            return false;
        }
        for (Id id : caller.ids()) {
            String connectionId = id.id();
            if (scheme.name().equals(id.scheme())
                    && connectionId != null
                    && scheme.matches(connectionId, aclId)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable AuthScheme scheme(@Nullable String name) {
        for (AuthScheme scheme : config.schemes()) {
            if (scheme.name().equals(name)) {
                return scheme;
            }
        }
        return null;
    }

    /// The list that a znode gets when a client asks for `wanted`: without repetitions, and `auth`
    /// replaced by who the caller is.
    ///
    /// @return null if it is no valid list
    @Nullable List<Acl> resolve(@Nullable List<Acl> wanted, Caller caller) {
        if (wanted == null || wanted.isEmpty()) {
            return null;
        }
        var resolved = new ArrayList<Acl>(wanted.size());
        for (Acl entry : new LinkedHashSet<Acl>(wanted)) {
            String scheme = entry.id().scheme();
            String id = entry.id().id();
            if (entry.id().equals(Id.ANYONE)) {
                resolved.add(entry);
            } else if ("auth".equals(scheme)) {
                int before = resolved.size();
                for (Id own : caller.ids()) {
                    AuthScheme ownScheme = scheme(own.scheme());
                    if (ownScheme != null && ownScheme.isAuthenticated()) {
                        resolved.add(new Acl(entry.perms(), own));
                    }
                }
                if (resolved.size() == before) {
                    return null;
                }
            } else {
                AuthScheme known = scheme(scheme);
                if (known == null || id == null || !known.isValid(id)) {
                    return null;
                }
                resolved.add(entry);
            }
        }
        return resolved;
    }

    /// The list as those see it who may not administer it: a digest's hash is theirs alone.
    static List<Acl> masked(List<Acl> acl) {
        var masked = new ArrayList<Acl>(acl.size());
        for (Acl entry : acl) {
            String id = entry.id().id();
            int colon = id == null ? -1 : id.indexOf(':');
            if ("digest".equals(entry.id().scheme()) && id != null && colon >= 0) {
                Id hidden = new Id("digest", id.substring(0, colon) + ":x");
                masked.add(new Acl(entry.perms(), hidden));
            } else {
                masked.add(entry);
            }
        }
        return masked;
    }
}
