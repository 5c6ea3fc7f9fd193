package io.banyan.sim;

import io.banyan.replica.Connection;
import io.banyan.replica.Gateway;

/// Promise 9: once everything is healed every client is answered in time; and no queue grows beyond
/// its bound.
final class Liveness {
    private static final String PROMISE = "Liveness";

    /// More than any bound that a connection's order, a gateway's inbox or the log's may have here.
    private static final int QUEUE_MAX = 20_000;

    void answered(String client, boolean done, long afterMillis) {
        Violation.unless(
                done,
                PROMISE,
                client + " is not served " + afterMillis + " ms after all is healed");
    }

    /// @param what should have come true
    void reached(boolean done, String what, long afterMillis) {
        Violation.unless(
                done, PROMISE, what + " not within " + afterMillis + " ms after all is healed");
    }

    void queue(String what, int length) {
        Violation.unless(length <= QUEUE_MAX, PROMISE, what + " holds " + length);
    }

    void gateway(Gateway gateway) {
        for (Connection each : gateway.connections()) {
            Violation.unless(
                    each.outstanding() <= 2_000, PROMISE, each + " has " + each.outstanding());
        }
    }
}
