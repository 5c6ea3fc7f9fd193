package io.banyan.replica;

/// Invariants of our own making. A broken one is a bug of ours and stops the server.
final class Check {
    private Check() {}

    static void that(boolean holds, String invariant, long a, long b) {
        if (!holds) {
            throw new IllegalStateException(
                    invariant
                            + ": "
                            + a
                            + " (0x"
                            + Long.toHexString(a)
                            + "), "
                            + b
                            + " (0x"
                            + Long.toHexString(b)
                            + ")");
        }
    }
}
