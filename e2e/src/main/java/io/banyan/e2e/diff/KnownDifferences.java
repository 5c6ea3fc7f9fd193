package io.banyan.e2e.diff;

import io.banyan.e2e.raw.Op;
import java.util.List;
import java.util.regex.Pattern;

/// Every difference from Apache ZooKeeper 3.9.5 that is meant, each with its reason. What is not
/// here and not mapped away by [Comparison] is a bug.
enum KnownDifferences {
    /// Mapped by [Comparison]; here for the table.
    MALFORMED_WRITE_TAKES_A_ZXID(
            "a write whose body cannot be read",
            "Apache logs an error under a zxid that is in use already; two transactions with one"
                    + " zxid are a hazard for every replica, so ours takes a fresh one; in an"
                    + " ensemble the clients of Apache's followers get no answer from then on"),
    /// Covered by [#covers].
    SET_WATCHES_HIDES_UNREADABLE_NODES(
            "setWatches for a node that the client may not read",
            "3.9.5 tells a client of the change of a node that it may not read, 3.9.6 does not any"
                    + " more; nor do we"),
    /// Never generated: it depends on the moment.
    WRITE_BEHIND_A_PENDING_SET_ACL(
            "a write right behind a setACL of the same node that is not yet applied",
            "Apache still checks it against the old ACL; ours against the new one"),
    /// Passed over by [Runner].
    BODY_BEHIND_AN_ERROR(
            "a multiRead that fails as a whole",
            "Apache sends a body behind the error, which the protocol does not have and no client"
                    + " reads"),
    /// Covered by [#covers].
    ACL_WITHOUT_ID(
            "an ACL entry whose scheme is null, or is world with a null id",
            "Apache fails with a null pointer, -5; ours refuses the ACL, -114, as for other schemes"),
    /// Never generated.
    SASL_WITHOUT_TOKEN(
            "sasl with a null token", "Apache's connection dies of a null pointer; ours answers"),
    /// Never generated.
    OVERSIZED_FRAME(
            "a frame longer than jute.maxbuffer after the handshake",
            "Apache hangs up; ours answers -5 in its place, skips its bytes and keeps the connection"),
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

    private static final Pattern NULL_IN_ACL = Pattern.compile("(\\[|, )null:|world:null:");

    private final String what;
    private final String why;

    KnownDifferences(String what, String why) {
        this.what = what;
        this.why = why;
    }

    /// Whether a step's outcomes may differ as they do.
    static boolean covers(Step step, List<Token> left, List<Token> right) {
        if (step instanceof Step.Call call
                && NULL_IN_ACL.matcher(Field.texts(call.body())).find()
                && errIs(left, -5)
                && errIs(right, -114)) {
            return true;
        }
        return step instanceof Step.Call call
                && (call.op() == Op.SET_WATCHES || call.op() == Op.SET_WATCHES2)
                && withoutWatchEvents(left).equals(withoutWatchEvents(right))
                && left.size() > right.size();
    }

    private static boolean errIs(List<Token> tokens, int err) {
        return tokens.stream()
                .anyMatch(t ->
                        t instanceof Token.Text text
                                && text.text().startsWith("#")
                                && text.text().endsWith(" err " + err));
    }

    /// The texts of all but what setWatches itself tells, which has no zxid.
    private static List<String> withoutWatchEvents(List<Token> tokens) {
        return tokens.stream()
                .filter(t -> !(t instanceof Token.Event e && e.zxid().zxid() == -1))
                .filter(t -> !(t instanceof Token.HeaderZxid))
                .map(t -> t instanceof Token.Event e ? e.text() : t.toString())
                .toList();
    }

    @Override
    public String toString() {
        return what + ": " + why;
    }
}
