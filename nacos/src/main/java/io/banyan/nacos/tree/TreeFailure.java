package io.banyan.nacos.tree;

/// Why an operation on the tree gave no answer of its own.
public final class TreeFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// What the caller can do.
    public enum Kind {
        /// There is no leader, or the connection to it broke. Whether the operation was carried out
        /// is unknown if it had begun; a later try may succeed.
        UNAVAILABLE,
        /// Others were faster again and again.
        CONTENDED,
        /// The tree refuses it; another try will not help.
        REFUSED,
        /// The session that was to own something is gone.
        EXPIRED
    }

    private final Kind kind;

    public TreeFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
