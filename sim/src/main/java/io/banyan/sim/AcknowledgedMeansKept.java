package io.banyan.sim;

/// Promise 2: an acknowledged write is in the canonical history for ever; an ambiguous one may be
/// in it, once.
final class AcknowledgedMeansKept {
    private static final String PROMISE = "AcknowledgedMeansKept";

    private final History history;

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
}
