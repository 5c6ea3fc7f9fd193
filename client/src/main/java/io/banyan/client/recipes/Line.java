package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Paths;
import io.banyan.client.Registration;
import io.banyan.client.Session;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A line of sequential ephemerals below one path: who came first stands first, and everyone
/// watches only the one they wait for, so that one who goes wakes one.
final class Line {
    /// Whom of those before it a place waits for.
    interface Rule {
        /// @param name of one before it
        boolean waitsFor(String name);
    }

    /// Everyone waits for all who came before.
    static final Rule EVERYONE = name -> true;

    private static final int DIGITS = 10;

    /// A place is taken even by who will not wait: the round trip has this time.
    private static final Duration TAKE_MIN = Duration.ofSeconds(2);

    /// A server that does not answer in this time is not waited for.
    private static final Duration TAKE_MAX = Duration.ofSeconds(15);

    /// A connection that does not come in this time is not waited for.
    private static final Duration CONNECT_MAX = Duration.ofSeconds(30);

    private final Banyan banyan;
    private final String path;

    Line(Banyan banyan, String path) {
        this.banyan = banyan;
        this.path = Paths.require(path);
    }

    /// Waits for its turn.
    ///
    /// @return empty if it did not come in time
    Optional<Lease> enter(String prefix, byte @Nullable [] data, Rule rule, long deadlineNanos)
            throws InterruptedException {
        while (true) {
            Session session = connected(deadlineNanos);
            if (session == null) {
                return Optional.empty();
            }
            try {
                return enterIn(session.id(), prefix, data, rule, deadlineNanos);
            } catch (BanyanException.Interrupted e) {
                throw interrupted();
            } catch (BanyanException.NoNode e) {
                // Servers may take an empty container away at any time.
                Places.container(banyan, path);
            } catch (BanyanException.Timeout e) {
                if (deadlineNanos - System.nanoTime() > 0) {
                    throw e;
                }
                return Optional.empty();
            } catch (BanyanException.SessionExpired | Attempt.PlaceLost e) {
                // The place was lost, and nothing else: stand at the end again.
                if (deadlineNanos - System.nanoTime() <= 0) {
                    return Optional.empty();
                }
            }
        }
    }

    private @Nullable Session connected(long deadlineNanos) throws InterruptedException {
        long left = Math.max(deadlineNanos - System.nanoTime(), TAKE_MIN.toNanos());
        try {
            Duration wait = Duration.ofNanos(left);
            return banyan.awaitConnected(wait.compareTo(CONNECT_MAX) < 0 ? wait : CONNECT_MAX);
        } catch (BanyanException.Interrupted e) {
            throw interrupted();
        } catch (BanyanException.Timeout e) {
            if (deadlineNanos - System.nanoTime() <= 0) {
                return null;
            }
            throw e;
        }
    }

    /// The flag was set by who threw it; an `InterruptedException` says it instead.
    private static InterruptedException interrupted() {
        Thread.interrupted();
        return new InterruptedException();
    }

    private Optional<Lease> enterIn(
            long sessionId, String prefix, byte @Nullable [] data, Rule rule, long deadlineNanos)
            throws InterruptedException {
        long left = deadlineNanos - System.nanoTime();
        var answerTime =
                Duration.ofNanos(Math.max(TAKE_MIN.toNanos(), Math.min(left, TAKE_MAX.toNanos())));
        long lookUntilNanos = Deadline.after(answerTime);
        var attempt = new Attempt(banyan, sessionId, answerTime, path, prefix, data, rule);
        Registration listening =
                banyan.addListener(event -> {
                    switch (event.state()) {
                        case EXPIRED, AUTH_FAILED, CLOSED -> attempt.doubt();
                        case CONNECTING, CONNECTED, READ_ONLY, DISCONNECTED, LAPSED -> {}
                    }
                });
        boolean held = false;
        try {
            Optional<Attempt.Turn> turn = await(attempt, deadlineNanos, lookUntilNanos);
            held = turn.isPresent();
            return turn.map(mine ->
                    new Lease(banyan, sessionId, mine.created(), List.of(), mine.footing()));
        } finally {
            listening.close();
            if (!held) {
                attempt.leave();
            }
        }
    }

    /// @param lookUntilNanos when even who will not wait has seen whether it is free
    private static Optional<Attempt.Turn> await(
            Attempt attempt, long deadlineNanos, long lookUntilNanos) throws InterruptedException {
        try {
            return Optional.of(Places.await(attempt.turn(), deadlineNanos));
        } catch (TimeoutException e) {
            try {
                Places.await(attempt.looked(), lookUntilNanos);
                return attempt.turn().isDone()
                        ? Optional.of(Places.await(attempt.turn()))
                        : Optional.empty();
            } catch (TimeoutException later) {
                return Optional.empty();
            }
        }
    }

    /// What the server put behind the name, by which the line is ordered.
    ///
    /// @return -1 if it did not
    static long number(String name) {
        if (name.length() <= DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = name.length() - DIGITS; i < name.length(); i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    String path() {
        return path;
    }

    /// Their names, the first first, by a server's word of just now; empty where nobody ever stood.
    List<String> contenders() {
        try {
            return banyan.children(path).names().stream()
                    .filter(name -> number(name) >= 0)
                    .sorted(Comparator.comparingLong(Line::number))
                    .toList();
        } catch (BanyanException.NoNode e) {
            return List.of();
        }
    }
}
