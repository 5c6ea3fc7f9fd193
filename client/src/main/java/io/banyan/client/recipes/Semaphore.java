package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Created;
import io.banyan.client.Multi;
import io.banyan.client.Paths;
import io.banyan.wire.Stat;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A number of permits, given in the order in which they were asked for.
///
/// Holds: at most so many leases at a time are let through by {@link Lease#guard}, if all clients
/// of this path were made with the same number. Sessions and crashes are as for {@link FairLock}: a
/// permit comes back when its session ends.
///
/// Whoever wants a permit first waits for its turn, by a {@link FairLock}, and with it, alone, for
/// a permit to be free. So a permit that is given back wakes one client.
///
/// Thread-safe.
public final class Semaphore {
    private final Banyan banyan;
    private final Line line;
    private final String held;
    private final int permits;

    /// @param permits at least 1, and the same for all clients
    public Semaphore(Banyan banyan, String path, int permits) {
        if (permits < 1) {
            throw new IllegalArgumentException("permits=" + permits);
        }
        this.banyan = banyan;
        this.line = new Line(banyan, Paths.child(path, "line"));
        this.held = Paths.child(path, "held");
        this.permits = permits;
    }

    /// Waits for one.
    ///
    /// @throws BanyanException if there is no connection within the request timeout, or the client
    ///   has ended
    public Lease acquire() throws InterruptedException {
        return enter(Deadline.never()).orElseThrow();
    }

    /// @return empty if there was none all the while
    public Optional<Lease> tryAcquire(Duration wait) throws InterruptedException {
        return enter(Deadline.after(wait));
    }

    /// Permits that nobody holds, by a server's word of just now.
    public int available() {
        try {
            return Math.max(0, permits - banyan.children(held).names().size());
        } catch (BanyanException.NoNode e) {
            return permits;
        }
    }

    private Optional<Lease> enter(long deadlineNanos) throws InterruptedException {
        while (true) {
            Optional<Lease> turn = line.enter("turn-", null, Line.EVERYONE, deadlineNanos);
            if (turn.isEmpty()) {
                return Optional.empty();
            }
            try (Lease mine = turn.get()) {
                return awaitPermit(mine, deadlineNanos);
            } catch (TurnLost e) {
                if (deadlineNanos - System.nanoTime() <= 0) {
                    return Optional.empty();
                }
            } catch (BanyanException.Interrupted e) {
                Thread.interrupted();
                throw new InterruptedException();
            }
        }
    }

    /// The turn went with its session: wait for another one.
    private static final class TurnLost extends Exception {
        TurnLost(Throwable cause) {
            super(cause);
        }
    }

    private Optional<Lease> awaitPermit(Lease turn, long deadlineNanos)
            throws InterruptedException, TurnLost {
        Banyan inSession = banyan.inSession(turn.sessionId());
        try {
            while (true) {
                var changed = new CompletableFuture<@Nullable Void>();
                int taken;
                try {
                    taken =
                            inSession
                                    .children(held, event -> changed.complete(null))
                                    .names()
                                    .size();
                } catch (BanyanException.NoNode e) {
                    Places.container(banyan, held);
                    continue;
                }
                if (taken < permits) {
                    return Optional.of(take(turn, inSession));
                }
                Places.await(
                        CompletableFuture.anyOf(changed, turn.ended()).thenApply(any -> true),
                        deadlineNanos);
            }
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (BanyanException.SessionExpired e) {
            throw new TurnLost(e);
        }
    }

    /// While it has the turn nobody else takes a permit, so the count can only have become less.
    private Lease take(Lease turn, Banyan inSession) throws TurnLost {
        String path = Paths.child(held, "permit-" + UUID.randomUUID());
        while (true) {
            var multi = new Multi();
            turn.guard(multi);
            Multi.Op<Created> permit = multi.create(path, null, CreateMode.EPHEMERAL);
            try {
                return lease(turn, inSession.multi(multi).get(permit));
            } catch (BanyanException.ConnectionLost | BanyanException.Timeout e) {
                inSession.sync(held);
                Optional<Stat> made = inSession.exists(path);
                if (made.isPresent()) {
                    return lease(turn, new Created(path, made.get()));
                }
            } catch (BanyanException.MultiFailed e) {
                if (e.index() == 0) {
                    throw new TurnLost(e);
                }
                // The container went meanwhile: it was empty.
                Places.container(banyan, held);
            }
        }
    }

    private Lease lease(Lease turn, Created permit) {
        return new Lease(banyan, turn.sessionId(), permit);
    }
}
