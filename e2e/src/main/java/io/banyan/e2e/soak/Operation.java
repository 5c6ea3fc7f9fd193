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
/// @param version of the znode, after a write or as read; [#UNTOLD] through a door that has no word
///   for it
/// @param expected version that a conditional write asked for, [#ANY] for others and for reads
/// @param expectedValue that a conditional write asked for, [#ANY] for others and for reads
/// @param syncedNanos of a read right behind a sync: when the sync was sent; [#NEVER] for others
public record Operation(
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
        long expectedValue,
        long syncedNanos) {
    public static final long NEVER = Long.MAX_VALUE;
    public static final int ANY = -1;
    public static final int UNTOLD = -2;

    /// The error of a conditional write that did not find what it asked for.
    public static final int BAD_VERSION = -103;

    public enum Kind {
        WRITE,
        READ
    }

    /// One that asks for no value.
    Operation(
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
        this(
                kind,
                client,
                session,
                key,
                value,
                invokedNanos,
                returnedNanos,
                err,
                zxid,
                mzxid,
                version,
                expected,
                ANY,
                syncedNanos);
    }

    public boolean isAnswered() {
        return returnedNanos != NEVER;
    }

    public boolean isDone() {
        return isAnswered() && err == 0;
    }

    boolean isConditional() {
        return expected != ANY || expectedValue != ANY;
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
                expectedValue,
                syncedNanos);
    }
}
