package io.banyan.server.log;

/// What a failure began with: libraries wrap what an operator can act upon.
public final class RootCause {
    private RootCause() {}

    /// @return the failure itself if nothing caused it
    public static Throwable of(Throwable failure) {
        Throwable root = failure;
        Throwable cause = failure.getCause();
        while (cause != null) {
            root = cause;
            cause = root.getCause();
        }
        return root;
    }

    /// For a line of the log; `null` as a word if it says nothing.
    public static String message(Throwable failure) {
        return String.valueOf(of(failure).getMessage());
    }
}
