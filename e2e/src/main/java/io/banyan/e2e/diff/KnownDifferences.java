package io.banyan.e2e.diff;

import java.util.List;

/// Every difference from Apache ZooKeeper 3.9.5 that is meant, each with its reason. What is not
/// here and not mapped away by [Comparison] is a bug.
enum KnownDifferences {
    /// Mapped by [Comparison]; here for the table.
    MALFORMED_WRITE_TAKES_A_ZXID(
            "a write whose body cannot be read",
            "Apache logs an error under a zxid that is in use already; two transactions with one"
                    + " zxid are a hazard for every replica, so ours takes a fresh one"),
    /// Never generated.
    CLIENT_DELETE_CONTAINER(
            "opcode 20 from a client",
            "3.9.5 runs it without a permission check, 3.9.6 hangs up; so do we"),
    /// Never generated: it ends Apache's server.
    TTL_NODE_WITHOUT_TTL(
            "createTTL with the flags of another kind and a negative time",
            "Apache accepts it, logs it and stops for good when it applies it; ours refuses it"),
    /// Never generated.
    CLIENT_CREATE_SESSION(
            "opcode -10 from a client",
            "Apache makes a second record of the running session; nobody needs that"),
    /// Never generated.
    WRONG_PASSWORD_CLOSES_OTHERS(
            "a wrong password for a session that has a connection",
            "Apache hangs up on the rightful owner before it looks at the password");

    private final String what;
    private final String why;

    KnownDifferences(String what, String why) {
        this.what = what;
        this.why = why;
    }

    /// Whether a step's outcomes may differ as they do.
    static boolean covers(Step step, List<Token> left, List<Token> right) {
        return false;
    }

    @Override
    public String toString() {
        return what + ": " + why;
    }
}
