package io.banyan.sim;

/// The power fails in the middle of a call to a {@link SimDisk}. An error, so that no code under
/// test mistakes it for something it could handle.
public final class SimCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimCrash(int call) {
        super("crash in disk call " + call, null, false, false);
    }
}
