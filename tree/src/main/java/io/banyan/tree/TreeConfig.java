package io.banyan.tree;

import java.util.List;

/// What an operator may choose about the tree. Every server of an ensemble should choose the same.
///
/// @param digestEnabled keep the tree digest and write it behind every transaction
///   (`zookeeper.digest.enabled`)
/// @param extendedTypesEnabled TTL nodes exist (`zookeeper.extendedTypesEnabled`); otherwise their
///   owners are read as session ids
/// @param emulate353TtlNodes TTL owners as ZooKeeper 3.5.3 encoded them
///   (`zookeeper.emulate353TTLNodes`); only with `extendedTypesEnabled`
/// @param enforceQuota refuse writes beyond a hard quota (`zookeeper.enforceQuota`)
/// @param skipAcl nothing is checked (`zookeeper.skipACL`)
/// @param closeSessionTxnPaths the transaction that closes a session lists its ephemerals
///   (`zookeeper.closeSessionTxn.enabled`)
/// @param schemes who may be named in an ACL, apart from `world` and `auth`; the first of a name
///   counts
public record TreeConfig(
        boolean digestEnabled,
        boolean extendedTypesEnabled,
        boolean emulate353TtlNodes,
        boolean enforceQuota,
        boolean skipAcl,
        boolean closeSessionTxnPaths,
        List<AuthScheme> schemes) {

    public TreeConfig {
        schemes = List.copyOf(schemes);
    }

    /// ZooKeeper's defaults: digests on, `ip` and `digest` without a super user, all else off.
    public static TreeConfig defaults() {
        return new TreeConfig(
                true,
                false,
                false,
                false,
                false,
                true,
                List.of(new IpScheme(), new DigestScheme(null, "SHA1")));
    }
}
