package io.banyan.sim;

/// A promise was broken. An error, so that no code under test takes it for its own.
public final class Violation extends Error {
    private static final long serialVersionUID = 1L;

    /// @param promise simple name of the checker
    Violation(String promise, String what) {
        super(promise + ": " + what);
    }

    static void unless(boolean holds, String promise, String what) {
        if (!holds) {
            throw new Violation(promise, what);
        }
    }
}
