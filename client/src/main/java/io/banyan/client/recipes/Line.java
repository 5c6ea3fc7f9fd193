package io.banyan.client.recipes;

import io.banyan.client.AsyncBanyan;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Children;
import io.banyan.client.CreateMode;
import io.banyan.client.Created;
import io.banyan.client.Paths;
import io.banyan.client.Registration;
import io.banyan.client.Session;
import io.banyan.wire.Acl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A line of sequential ephemerals below one path: who came first stands first, and everyone
/// watches only the one they wait for, so that one who goes wakes one.
final class Line {
    /// Whom of those before it a place waits for.
    interface Rule {
        /// @param ahead those before it, the first first
        /// @return null if none is in the way
        @Nullable String blocker(List<Place> ahead);
    }

    /// One who stands in the line.
    ///
    /// @param number by which the line is ordered
    record Place(String name, long number) {}

    /// @param line as it was when the place was there, or earlier; null if it is not known
    private record Taken(Created created, @Nullable Children line) {}

    private static final int DIGITS = 10;

    /// A place is taken even by who will not wait: the round trip has this time.
    private static final Duration TAKE_MIN = Duration.ofSeconds(2);

    /// A server that does not answer in this time is not waited for.
    private static final long TAKE_MAX_NANOS = Duration.ofSeconds(15).toNanos();

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
            } catch (BanyanException.SessionExpired e) {
                // The place was lost with the session, and nothing else: stand at the end again.
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
        long takeUntil = Deadline.after(TAKE_MIN);
        Taken mine =
                take(
                        sessionId,
                        prefix,
                        data,
                        takeUntil - deadlineNanos > 0 ? takeUntil : deadlineNanos);
        if (mine == null) {
            return Optional.empty();
        }
        boolean held = false;
        try {
            held = awaitTurn(sessionId, mine, rule, deadlineNanos);
            return held
                    ? Optional.of(new Lease(banyan, sessionId, mine.created))
                    : Optional.empty();
        } finally {
            if (!held) {
                Places.discard(banyan.async().inSession(sessionId), mine.created.path());
            }
        }
    }

    private @Nullable Taken take(
            long sessionId, String prefix, byte @Nullable [] data, long deadlineNanos)
            throws InterruptedException {
        // Beside the mark of the create itself: by this one it is found when nobody waits for it.
        String mark = prefix + Places.mark() + "-";
        while (true) {
            boolean answered = false;
            try {
                long left = Math.max(1, deadlineNanos - System.nanoTime());
                AsyncBanyan inSession =
                        banyan.async()
                                .inSession(sessionId)
                                .withTimeout(Duration.ofNanos(Math.min(left, TAKE_MAX_NANOS)));
                CompletableFuture<Created> making =
                        inSession.createOnce(
                                Paths.child(path, mark),
                                data,
                                CreateMode.EPHEMERAL.sequential(),
                                Acl.OPEN);
                // In the same packet: it is answered behind the create, and most often shows it.
                CompletableFuture<Optional<Children>> reading =
                        inSession
                                .children(path)
                                .handle((line, failure) -> Optional.ofNullable(line));
                Children line = Places.await(reading).orElse(null);
                Created created = Places.await(making);
                answered = true;
                return new Taken(created, line);
            } catch (BanyanException.NoNode e) {
                answered = true;
                // Servers may take an empty container away between the two.
                Places.container(banyan, path);
            } catch (BanyanException.Timeout e) {
                if (deadlineNanos - System.nanoTime() <= 0) {
                    return null;
                }
                throw e;
            } finally {
                if (!answered) {
                    Places.discardMarked(banyan.async().inSession(sessionId), path, mark);
                }
            }
        }
    }

    private boolean awaitTurn(long sessionId, Taken mine, Rule rule, long deadlineNanos)
            throws InterruptedException {
        Banyan inSession = banyan.inSession(sessionId);
        String own = mine.created.name();
        Children line = mine.line;
        if (line == null || !line.names().contains(own)) {
            line = inSession.children(path);
        }
        while (true) {
            String blocker = rule.blocker(before(number(own), line));
            if (blocker == null) {
                return true;
            }
            if (deadlineNanos - System.nanoTime() <= 0) {
                return false;
            }
            if (!awaitGone(inSession, sessionId, Paths.child(path, blocker), deadlineNanos)) {
                return false;
            }
            line = inSession.children(path);
        }
    }

    /// @return false if it did not go in time
    private boolean awaitGone(Banyan inSession, long sessionId, String blocker, long deadlineNanos)
            throws InterruptedException {
        var changed = new CompletableFuture<@Nullable Void>();
        Registration listening =
                banyan.addListener(event -> {
                    switch (event.state()) {
                        case EXPIRED, AUTH_FAILED, CLOSED -> changed.complete(null);
                        case CONNECTING, CONNECTED, READ_ONLY, DISCONNECTED, LAPSED -> {}
                    }
                });
        try {
            if (inSession.exists(blocker, event -> changed.complete(null)).isPresent()) {
                boolean isStillOurs =
                        banyan.session().map(each -> each.id() == sessionId).orElse(false);
                if (isStillOurs) {
                    Places.await(changed, deadlineNanos);
                }
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        } finally {
            listening.close();
        }
    }

    /// Those with a smaller number, the first first. What is not of the line is left out.
    private static List<Place> before(long number, Children line) {
        var places = new ArrayList<Place>();
        for (String name : line.names()) {
            long each = number(name);
            if (each >= 0 && each < number) {
                places.add(new Place(name, each));
            }
        }
        // Last, since it is mostly few who are left.
        places.sort(Comparator.comparingLong(Place::number));
        return places;
    }

    /// What the server put behind the name.
    ///
    /// @return -1 if it did not
    private static long number(String name) {
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

    /// By a server's word of just now; empty where nobody ever stood.
    List<Place> contenders() {
        try {
            return before(Long.MAX_VALUE, banyan.children(path));
        } catch (BanyanException.NoNode e) {
            return List.of();
        }
    }

    /// Everyone waits for the one before them.
    static @Nullable String last(List<Place> ahead) {
        return ahead.isEmpty() ? null : ahead.get(ahead.size() - 1).name();
    }
}
