package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Paths;
import io.banyan.client.WatchEvent;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for a number of things to have happened, once.
///
/// Every count is a persistent znode of its own, so that it is counted once whatever breaks, and
/// outlives whoever counted. A latch is over for good; {@link #reset} is for the next use.
///
/// Thread-safe.
public final class Latch {
    private static final Logger LOG = LoggerFactory.getLogger(Latch.class);

    private final Banyan banyan;
    private final String path;
    private final int count;

    /// @param count how many are waited for; the same for all
    public Latch(Banyan banyan, String path, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count=" + count);
        }
        this.banyan = banyan;
        this.path = Paths.require(path);
        this.count = count;
    }

    /// One of them has happened.
    public void countDown() {
        String mine = Paths.child(path, UUID.randomUUID().toString());
        while (true) {
            try {
                banyan.create(mine, null);
                return;
            } catch (BanyanException.NodeExists e) {
                // Nobody else has this name: the attempt whose answer was lost.
                return;
            } catch (BanyanException.ConnectionLost e) {
                LOG.debug("latch {} counts again: {}", path, e.getMessage());
            } catch (BanyanException.NoNode e) {
                banyan.createAll(path);
            }
        }
    }

    /// How many are missing, by a server's word of just now.
    public int remaining() {
        try {
            return Math.max(0, count - banyan.children(path).names().size());
        } catch (BanyanException.NoNode e) {
            return count;
        }
    }

    /// Waits for all of them.
    ///
    /// @return false if some were missing all the while
    public boolean await(Duration wait) throws InterruptedException {
        long deadlineNanos = Deadline.after(wait);
        while (true) {
            var changed = new CompletableFuture<WatchEvent>();
            try {
                if (banyan.children(path, changed::complete).names().size() >= count) {
                    return true;
                }
                Places.await(changed, deadlineNanos);
            } catch (BanyanException.NoNode e) {
                banyan.createAll(path);
            } catch (TimeoutException e) {
                return false;
            }
        }
    }

    /// Forgets all counts. Only when nobody waits or counts.
    public void reset() {
        banyan.deleteAll(path);
    }
}
