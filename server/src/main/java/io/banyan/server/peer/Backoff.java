package io.banyan.server.peer;

/// How long to wait before the next dial: longer each time, up to a limit, for ever. Confined to
/// one thread.
final class Backoff {
    private static final int FIRST_MILLIS = 25;
    private static final int LAST_MILLIS = 2_000;

    private int nextMillis = FIRST_MILLIS;

    int nextMillis() {
        int millis = nextMillis;
        nextMillis = Math.min(LAST_MILLIS, 2 * nextMillis);
        return millis;
    }

    void reset() {
        nextMillis = FIRST_MILLIS;
    }
}
