package io.banyan.zab;

/// Invariants of our own; a broken one is a bug, and going on would make it worse.
final class Check {
    private Check() {}

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + what);
        }
    }

    static void that(boolean holds, String what, long a, long b) {
        if (!holds) {
            throw new IllegalStateException(
                    "broken invariant: " + what + ": " + Zxids.hex(a) + ", " + Zxids.hex(b));
        }
    }
}
