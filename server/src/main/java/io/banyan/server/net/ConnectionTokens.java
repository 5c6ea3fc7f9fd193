package io.banyan.server.net;

import io.banyan.server.config.ServerConfig.Throttle;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// How many clients may shake hands at a time (`connection_throttle_*`): a bucket that fills with
/// time, and where a freeze time is set, a chance of being turned away that grows while the bucket
/// is empty and falls while it is full (BLUE, as a router's queue knows it).
///
/// Thread-safe: one bucket for all event loops, asked once a connection.
final class ConnectionTokens {
    private final Throttle rule;
    private final LongSupplier clockMillis;
    private final DoubleSupplier random;
    private final int newSessionWeight;
    private int tokens;
    private long filledMillis;
    private long judgedMillis;
    private double dropChance;

    /// @param clockMillis monotonic
    /// @param random from 0 to 1, without 1
    /// @param localSessions whether new sessions are this server's own
    ConnectionTokens(
            Throttle rule, LongSupplier clockMillis, DoubleSupplier random, boolean localSessions) {
        this.newSessionWeight =
                localSessions ? rule.localSessionWeight() : rule.globalSessionWeight();
        this.rule = rule;
        this.clockMillis = clockMillis;
        this.random = random;
        tokens = rule.tokens();
        filledMillis = clockMillis.getAsLong();
        judgedMillis = filledMillis;
    }

    /// @param sessionId of the connect request, 0 for a new session
    /// @return whether this client may go on
    synchronized boolean take(long sessionId) {
        if (rule.tokens() == 0) {
            return true;
        }
        long now = clockMillis.getAsLong();
        fill(now);
        if (rule.freezeMillis() != -1 && isUnlucky(now)) {
            return false;
        }
        int needed = weight(sessionId);
        if (tokens < needed) {
            return false;
        }
        tokens -= needed;
        return true;
    }

    /// Tokens that are missing from a full bucket.
    synchronized int deficit() {
        return rule.tokens() - tokens;
    }

    /// From 0 to 1.
    synchronized double dropChance() {
        return dropChance;
    }

    private int weight(long sessionId) {
        if (!rule.weighted()) {
            return 1;
        }
        return sessionId == 0 ? newSessionWeight : rule.renewSessionWeight();
    }

    private void fill(long now) {
        long passed = now - filledMillis;
        if (passed > rule.fillMillis()) {
            long more = passed * rule.fillCount() / Math.max(1, rule.fillMillis());
            tokens = (int) Math.min(rule.tokens(), tokens + more);
            filledMillis = now;
        }
    }

    private boolean isUnlucky(long now) {
        if (now - judgedMillis > rule.freezeMillis()) {
            judgedMillis = now;
            long fullEnough = Math.round(rule.tokens() * rule.decreaseRatio());
            if (tokens == 0) {
                dropChance = Math.min(1, dropChance + rule.dropIncrease());
            } else if (rule.tokens() - tokens <= fullEnough) {
                dropChance = Math.max(0, dropChance - rule.dropDecrease());
            }
        }
        return random.getAsDouble() < dropChance;
    }
}
