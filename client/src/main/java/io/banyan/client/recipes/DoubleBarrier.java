package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Created;
import io.banyan.client.Paths;
import io.banyan.client.Session;
import io.banyan.client.WatchEvent;
import io.banyan.wire.Stat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Many begin together and end together.
///
/// `enter` returns when so many participants have entered; `leave` when all have left. A
/// participant whose session is lost counts as not there: before the start others go on waiting,
/// and at the end nobody waits for it. One whose own session is lost hears of it by {@link
/// BanyanException.SessionExpired}. After all have left it can be used again.
///
/// One object for each participant and use; `enter` and `leave` by one thread.
public final class DoubleBarrier {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(30);

    private final Banyan banyan;
    private final String path;
    private final String open;
    private final String entered;
    private final int participants;
    private final String name;
    private @Nullable Banyan inSession;

    /// @param name of this participant, unlike all others', without slashes
    /// @param participants how many begin together; the same for all
    public DoubleBarrier(Banyan banyan, String path, String name, int participants) {
        if (participants < 1) {
            throw new IllegalArgumentException("participants=" + participants);
        }
        this.banyan = banyan;
        this.path = Paths.require(path);
        this.open = Paths.child(path, "open");
        this.entered = Paths.child(path, "entered");
        this.name = name;
        this.participants = participants;
    }

    /// Waits until all have entered.
    ///
    /// @return false if they have not in time; then this one has not either
    public boolean enter(Duration wait) throws InterruptedException {
        long deadlineNanos = Deadline.after(wait);
        Session session = banyan.awaitConnected(CONNECT_MAX);
        Banyan pinned = banyan.inSession(session.id());
        inSession = pinned;
        Places.container(banyan, path);
        Places.container(banyan, entered);
        Created mine = pinned.createOnce(Paths.child(entered, name), null, CreateMode.EPHEMERAL);
        boolean isOpen = false;
        try {
            isOpen = awaitOpen(pinned, mine.stat().czxid(), deadlineNanos);
        } finally {
            if (!isOpen) {
                Places.discard(pinned.async(), Paths.child(entered, name));
            }
        }
        return isOpen;
    }

    /// The last one opens it for all: whoever comes to look later finds it open, though some may
    /// have left by then.
    private boolean awaitOpen(Banyan pinned, long sinceZxid, long deadlineNanos)
            throws InterruptedException {
        while (true) {
            var opened = new CompletableFuture<WatchEvent>();
            Optional<Stat> stat = pinned.exists(open, opened::complete);
            if (stat.isPresent() && stat.get().czxid() > sinceZxid) {
                return true;
            }
            if (stat.isPresent()) {
                // It cannot have opened without us: it is of an earlier use, all of whom crashed.
                Places.discard(pinned.async(), open);
            } else if (pinned.children(entered).names().size() >= participants) {
                try {
                    pinned.create(open, null);
                } catch (BanyanException.NodeExists | BanyanException.ConnectionLost e) {
                    // Open, or to be looked at again.
                    continue;
                }
                return true;
            }
            try {
                Places.await(opened, deadlineNanos);
            } catch (TimeoutException e) {
                return false;
            }
        }
    }

    /// Waits until all who entered have left.
    ///
    /// @return false if they have not in time; this one has left all the same
    public boolean leave(Duration wait) throws InterruptedException {
        Banyan pinned = inSession;
        if (pinned == null) {
            throw new IllegalStateException("leaves before it has entered");
        }
        Places.discard(pinned.async(), Paths.child(entered, name));
        boolean isEmpty = awaitEntered(pinned, List::isEmpty, Deadline.after(wait));
        if (isEmpty) {
            try {
                pinned.delete(open);
            } catch (BanyanException.NoNode | BanyanException.ConnectionLost e) {
                // By another who left, or it will be in the way of nobody but a next use, whose
                // participants are all of this one.
                return true;
            }
        }
        return isEmpty;
    }

    private boolean awaitEntered(Banyan pinned, Predicate<List<String>> wanted, long deadlineNanos)
            throws InterruptedException {
        while (true) {
            var changed = new CompletableFuture<WatchEvent>();
            try {
                if (wanted.test(pinned.children(entered, changed::complete).names())) {
                    return true;
                }
                Places.await(changed, deadlineNanos);
            } catch (BanyanException.NoNode e) {
                return true;
            } catch (TimeoutException e) {
                return false;
            }
        }
    }
}
