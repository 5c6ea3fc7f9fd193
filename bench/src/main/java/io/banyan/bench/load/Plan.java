package io.banyan.bench.load;

/// How hard and how long the generator presses.
///
/// Without a rate it is a closed loop: each connection keeps `depth` requests in flight. With a
/// rate it is an open one: bursts of `depth` requests are due at even times, connection after
/// connection, whether or not the server has answered the earlier ones, and a latency counts from
/// the time the request was due, so that a server that stalls is charged for all that waited.
///
/// @param depth requests in flight per connection, or in a burst
/// @param ratePerSecond of all connections together, 0 for a closed loop
/// @param limit requests to send in all; the run ends when all are answered. 0 for no limit
/// @param warmMillis answered but not counted
/// @param measureMillis counted; ignored with a limit, which counts everything
/// @param expectedError an error code that is no error in this run (-110 when building), or 0
public record Plan(
        int depth,
        double ratePerSecond,
        int limit,
        long warmMillis,
        long measureMillis,
        int expectedError) {

    /// More than this in flight on one connection would be the generator's memory, not load.
    static final int DEPTH_MAX = 4096;

    public Plan {
        if (depth < 1 || depth > DEPTH_MAX) {
            throw new IllegalArgumentException("depth=" + depth + ", not 1 to " + DEPTH_MAX);
        }
        if (ratePerSecond < 0 || limit < 0 || warmMillis < 0 || measureMillis < 0) {
            throw new IllegalArgumentException("negative rate, limit or time");
        }
    }

    public static Plan closedLoop(int depth, long warmMillis, long measureMillis) {
        return new Plan(depth, 0, 0, warmMillis, measureMillis, 0);
    }

    public static Plan paced(int depth, double ratePerSecond, long warmMillis, long millis) {
        return new Plan(depth, ratePerSecond, 0, warmMillis, millis, 0);
    }

    public static Plan exactly(int requests, int depth) {
        return new Plan(depth, 0, requests, 0, 0, 0);
    }

    public Plan expecting(int errorCode) {
        return new Plan(depth, ratePerSecond, limit, warmMillis, measureMillis, errorCode);
    }
}
