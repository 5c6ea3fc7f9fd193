package io.banyan.e2e.soak;

/// One request of one client, and what came of it.
///
/// @param session id of the session it was made under
/// @param key which znode, by number
/// @param value written, or read
/// @param invokedNanos before it was sent
/// @param returnedNanos when the answer was there; [#NEVER] if none came
/// @param err of the protocol, 0 for done
/// @param zxid in the header of the answer
/// @param mzxid of a read: of the write whose value it shows
/// @param version of the znode, after a write or as read
/// @param expected version that a conditional write asked for, [#ANY] for others and for reads
/// @param syncedNanos of a read right behind a sync: when the sync was sent; [#NEVER] for others
record Operation(
        Kind kind,
        int client,
        long session,
        int key,
        long value,
        long invokedNanos,
        long returnedNanos,
        int err,
        long zxid,
        long mzxid,
        int version,
        int expected,
        long syncedNanos) {
    static final long NEVER = Long.MAX_VALUE;
    static final int ANY = -1;

    enum Kind {
        WRITE,
        READ
    }

    boolean isAnswered() {
        return returnedNanos != NEVER;
    }

    boolean isDone() {
        return isAnswered() && err == 0;
    }

    boolean isConditional() {
        return expected != ANY;
    }

    /// A write without an answer, of which a read has shown that it happened, as if its answer had
    /// come with that of the read.
    Operation doneBefore(Operation read) {
        return new Operation(
                kind,
                client,
                session,
                key,
                value,
                invokedNanos,
                read.returnedNanos,
                0,
                read.mzxid,
                read.mzxid,
                read.version,
                expected,
                syncedNanos);
    }
}
