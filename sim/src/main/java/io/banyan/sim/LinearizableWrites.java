package io.banyan.sim;

import io.banyan.wire.ErrorCode;
import java.util.Arrays;

/// Promise 5: outcomes are those of the model, one after the other by zxid ({@link Model} judges
/// each transaction, this class what clients were told); and an order that clients could observe is
/// the order of zxids.
final class LinearizableWrites {
    private static final String PROMISE = "LinearizableWrites";

    private long acknowledgedZxid;

    /// The highest zxid of any acknowledged write; a request sent from now on comes behind it.
    long acknowledgedZxid() {
        return acknowledgedZxid;
    }

    /// @param floorZxid {@link #acknowledgedZxid} when the request was sent
    void acknowledged(
            Request request, Model.Outcome outcome, int err, byte[] body, long floorZxid) {
        Violation.unless(
                outcome.zxid() > floorZxid,
                PROMISE,
                request
                        + " took place at "
                        + History.hex(outcome.zxid())
                        + " though it was sent after "
                        + History.hex(floorZxid)
                        + " was acknowledged");
        Violation.unless(
                err == outcome.err(),
                PROMISE,
                request + " was told " + err + ", by the model " + outcome.err());
        byte[] wanted = outcome.body();
        Violation.unless(
                err != ErrorCode.OK || Arrays.equals(body, wanted == null ? new byte[0] : wanted),
                PROMISE,
                request + " at " + History.hex(outcome.zxid()) + ": the reply is not the model's");
        acknowledgedZxid = Math.max(acknowledgedZxid, outcome.zxid());
    }
}
