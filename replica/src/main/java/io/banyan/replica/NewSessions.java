package io.banyan.replica;

/// What a client without a session gets from a member of an ensemble: `localSessionsEnabled` and
/// `localSessionsUpgradingEnabled`.
public enum NewSessions {
    /// A session that every server knows, made by a transaction.
    GLOBAL,
    /// One that only this server knows. It owns no ephemerals.
    LOCAL,
    /// One that only this server knows, until its client creates an ephemeral.
    LOCAL_UNTIL_EPHEMERAL;

    boolean areLocal() {
        return this != GLOBAL;
    }
}
