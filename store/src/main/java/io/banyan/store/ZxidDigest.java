package io.banyan.store;

/// The digest of the whole tree right after one transaction.
///
/// @param version of the digest's formula, 2 today; others are not to be compared
public record ZxidDigest(long zxid, int version, long digest) {
    public static final int VERSION = 2;
}
