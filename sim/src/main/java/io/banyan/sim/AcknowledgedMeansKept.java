package io.banyan.sim;

/// Promise 2: an acknowledged write is in the canonical history for ever; an ambiguous one may be
/// in it, once.
final class AcknowledgedMeansKept {
    private static final String PROMISE = "AcknowledgedMeansKept";

    private final History history;
    private long shownZxid;

    AcknowledgedMeansKept(History history) {
        this.history = history;
    }

    /// A client was told of an outcome, in a reply with this zxid.
    Model.Outcome acknowledged(long sessionId, int cxid, long zxid) {
        Model.Outcome outcome = history.outcome(sessionId, cxid);
        if (outcome == null || outcome.zxid() > zxid) {
            throw new Violation(
                    PROMISE,
                    "request "
                            + cxid
                            + " of session "
                            + History.hex(sessionId)
                            + " was acknowledged at "
                            + History.hex(zxid)
                            + " but committed "
                            + (outcome == null ? "never" : "at " + History.hex(outcome.zxid())));
        }
        return outcome;
    }

    /// A client was shown this much.
    void shown(long zxid) {
        shownZxid = Math.max(shownZxid, zxid);
    }

    /// A server came back with this as its last transaction.
    void recovered(long lastZxid) {
        Violation.unless(
                lastZxid >= Math.max(shownZxid, history.committedZxid()),
                PROMISE,
                "recovered up to "
                        + History.hex(lastZxid)
                        + ", but "
                        + History.hex(history.committedZxid())
                        + " was committed and "
                        + History.hex(shownZxid)
                        + " shown");
        Violation.unless(
                lastZxid == history.committedZxid() || history.isProposed(lastZxid),
                PROMISE,
                "recovered " + History.hex(lastZxid) + ", which nobody proposed");
    }
}
