package io.banyan.client.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Paths;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One leader among candidates, in the order in which they came.
///
/// ```java
/// try (var election = new LeaderElection(banyan, "/leader", "host-7", lease -> {
///     while (lease.isHeld()) {
///         work(lease.token());
///     }
/// })) {
///     election.start();
///     ...
/// }
/// ```
///
/// Holds: at most one candidate has a lease that {@link Lease#guard} lets through. The leader is
/// told that its time is over before another can lead: {@link Lease#isHeld} is false and its thread
/// is interrupted when the session may have expired by our own clock, which is no later than by a
/// server's. Who ignores both still cannot do harm to what checks the token.
///
/// A candidate whose session is lost stands again with the next session; one that crashes is
/// followed when its session times out. When `lead` returns or throws, the candidate steps down,
/// and stands again at the end of the line until it is closed.
///
/// Thread-safe. Holds a thread between `start` and `close`.
public final class LeaderElection implements AutoCloseable {
    /// What a leader does. It should return soon after an interrupt.
    @FunctionalInterface
    public interface Leader {
        /// @param lease the leadership; closing it steps down
        /// @throws Exception is logged, and ends this term
        void lead(Lease lease) throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
    private static final String PREFIX = "candidate-";

    /// Between attempts to stand that failed, as while no server can be reached.
    private static final long PAUSE_MILLIS = 100;

    private final Banyan banyan;
    private final Line line;
    private final String id;
    private final Leader leader;
    private final Thread thread;
    private final Object lock = new Object();
    private @Nullable Lease lease;
    private boolean leading;
    private boolean closed;

    /// @param path where the candidates stand; for this election alone
    /// @param id by which others know this candidate, as a host name
    public LeaderElection(Banyan banyan, String path, String id, Leader leader) {
        this.banyan = banyan;
        this.line = new Line(banyan, path);
        this.id = id;
        this.leader = leader;
        this.thread = new Thread(this::run, "election " + path + " " + id);
        thread.setDaemon(true);
    }

    /// Stands for election, from a thread of its own.
    ///
    /// @throws IllegalThreadStateException if it was started before
    public void start() {
        thread.start();
    }

    /// The leadership, while this candidate has it.
    public Optional<Lease> leadership() {
        synchronized (lock) {
            return Optional.ofNullable(lease).filter(Lease::isHeld);
        }
    }

    public boolean isLeader() {
        return leadership().isPresent();
    }

    /// Id of the leader, by a server's word of just now; it may have stepped down meanwhile.
    public Optional<String> leader() {
        return candidates().stream().findFirst();
    }

    /// Ids of all candidates in their order; the first one leads.
    public List<String> candidates() {
        return line.contenders().stream()
                .map(name -> banyan.find(Paths.child(line.path(), name)))
                .flatMap(Optional::stream)
                .map(node -> node.text())
                .toList();
    }

    private void run() {
        while (!isClosed()) {
            try {
                Lease won =
                        line.enter(PREFIX, id.getBytes(UTF_8), Line.EVERYONE, Deadline.never())
                                .orElseThrow();
                term(won);
            } catch (InterruptedException e) {
                // By close, which the loop sees; or by a lease that was lost as its term ended.
                LOG.debug("election path={} id={} interrupted", line.path(), id);
            } catch (BanyanException.Closed | BanyanException.AuthFailed e) {
                LOG.info("election path={} id={} ends: {}", line.path(), id, e.getMessage());
                return;
            } catch (BanyanException e) {
                LOG.warn("election path={} id={} stands again: {}", line.path(), id, e.toString());
                pause();
            }
        }
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            LOG.debug("election path={} id={} interrupted", line.path(), id);
        }
    }

    private void term(Lease won) {
        try (won) {
            synchronized (lock) {
                if (closed) {
                    return;
                }
                lease = won;
                leading = true;
            }
            won.onLost(this::interruptLeader);
            leader.lead(won);
        } catch (InterruptedException e) {
            LOG.debug("election path={} id={} the leader was interrupted", line.path(), id);
        } catch (Exception e) {
            LOG.error("election path={} id={} the leader failed", line.path(), id, e);
        } finally {
            synchronized (lock) {
                leading = false;
                lease = null;
            }
            // One that came too late is not for the next term.
            Thread.interrupted();
        }
    }

    private void interruptLeader() {
        synchronized (lock) {
            if (leading) {
                thread.interrupt();
            }
        }
    }

    /// Steps down or out of the line, and waits for a running `lead` to return.
    @Override
    public void close() {
        close(Duration.ofSeconds(10));
    }

    /// @param patience how long a running `lead` may take to return; the leadership is given up
    ///   before it does only if it takes longer
    public void close(Duration patience) {
        synchronized (lock) {
            closed = true;
        }
        thread.interrupt();
        if (Objects.equals(Thread.currentThread(), thread)) {
            return;
        }
        try {
            thread.join(Math.max(1, patience.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lock) {
            if (lease != null) {
                LOG.warn("election path={} id={} the leader does not return", line.path(), id);
                lease.close();
            }
        }
    }
}
