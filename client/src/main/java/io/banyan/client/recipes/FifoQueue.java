package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Multi;
import io.banyan.client.Node;
import io.banyan.client.Paths;
import io.banyan.client.WatchEvent;
import io.banyan.wire.ErrorCode;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A queue of small items, each done by one consumer.
///
/// Holds: an item that was put is there once; items are handed out in the order in which they were
/// put; an item is with one consumer at a time. {@link Item#done} takes it out for good; an item
/// whose consumer closes it without that, crashes, or loses its session, is handed out again,
/// first. So each item is done at least once, and exactly once if what is done goes through {@link
/// Item#done(Consumer)} into the same tree.
///
/// For thousands of items, not for millions: each is a znode, and all names are read to find the
/// first. Thread-safe.
public final class FifoQueue {
    private static final Logger LOG = LoggerFactory.getLogger(FifoQueue.class);
    private static final int DIGITS = 10;

    private final Banyan banyan;
    private final String items;
    private final String claims;
    private final Claims owners;

    /// An item that is with this consumer. Confined to one thread at a time.
    public final class Item implements AutoCloseable {
        private final String name;
        private final byte[] data;
        private final Lease claim;

        private Item(String name, byte[] data, Lease claim) {
            this.name = name;
            this.data = data;
            this.claim = claim;
        }

        public byte[] data() {
            return data.clone();
        }

        /// While it is held nobody else has the item.
        public Lease claim() {
            return claim;
        }

        /// Takes it out of the queue.
        ///
        /// @throws BanyanException.MultiFailed if the claim was lost: then it will be handed out
        ///   again
        public void done() {
            done(writes -> {});
        }

        /// Takes it out of the queue in one step with writes: all or nothing. Tries again when an
        /// answer is lost, and finds out whether it was done.
        ///
        /// @param writes adds to the multi what was made of the item; may be called several times
        /// @throws BanyanException.MultiFailed if the claim was lost (with `NO_NODE` of its path),
        ///   so that it was done before that or not at all; or one of the writes was refused
        public void done(Consumer<Multi> writes) {
            while (!tryDone(writes)) {
                LOG.debug("queue item={} the answer was lost: again", name);
            }
            claim.close();
        }

        private boolean tryDone(Consumer<Multi> writes) {
            var multi = new Multi();
            claim.guard(multi);
            multi.delete(Paths.child(items, name));
            writes.accept(multi);
            try {
                banyan.multi(multi);
                return true;
            } catch (BanyanException.ConnectionLost e) {
                return false;
            } catch (BanyanException.MultiFailed e) {
                if (e.code() == ErrorCode.NO_NODE && e.index() == 1) {
                    // Only who has the claim takes it out: an attempt of ours whose answer was
                    // lost.
                    return true;
                }
                throw e;
            }
        }

        /// Gives it back, unless it is done.
        @Override
        public void close() {
            claim.close();
        }
    }

    public FifoQueue(Banyan banyan, String path) {
        this.banyan = banyan;
        this.items = Paths.child(path, "items");
        this.claims = Paths.child(path, "claims");
        this.owners = new Claims(banyan, claims, Paths.child(path, "tokens"));
    }

    /// Puts it at the end, once, although connections break.
    ///
    /// @throws BanyanException.SessionExpired if the session ended meanwhile: it may be in or not
    public void put(byte[] data) {
        while (true) {
            try {
                banyan.createOnce(
                        Paths.child(items, "item-"), data, CreateMode.PERSISTENT.sequential());
                return;
            } catch (BanyanException.NoNode e) {
                banyan.createAll(items);
            }
        }
    }

    /// How many are in it, those with consumers included, by a server's word of just now.
    public int size() {
        try {
            return banyan.children(items).names().size();
        } catch (BanyanException.NoNode e) {
            return 0;
        }
    }

    /// Waits for the first item that nobody has.
    ///
    /// @return empty if there was none all the while
    public Optional<Item> take(Duration wait) throws InterruptedException {
        long deadlineNanos = Deadline.after(wait);
        banyan.createAll(items);
        banyan.createAll(claims);
        while (true) {
            var changed = new CompletableFuture<WatchEvent>();
            // The watches before the lists: what changes after them is not missed.
            List<String> all = banyan.children(items, changed::complete).names();
            var claimed = new HashSet<>(banyan.children(claims, changed::complete).names());
            List<String> free =
                    all.stream()
                            .filter(name -> !claimed.contains(name))
                            .sorted(Comparator.comparing(FifoQueue::number))
                            .toList();
            for (String name : free) {
                Optional<Item> item = claim(name);
                if (item.isPresent()) {
                    return item;
                }
            }
            try {
                Places.await(changed, deadlineNanos);
            } catch (TimeoutException e) {
                return Optional.empty();
            }
        }
    }

    private static String number(String name) {
        return name.substring(Math.max(0, name.length() - DIGITS));
    }

    private Optional<Item> claim(String name) {
        Optional<Lease> held;
        try {
            held = owners.claim(name);
        } catch (BanyanException.SessionExpired e) {
            return Optional.empty();
        }
        if (held.isEmpty()) {
            return Optional.empty();
        }
        Lease claim = held.get();
        // Another may have done it, and let its claim go, since the list was read.
        Optional<Node> node = banyan.find(Paths.child(items, name));
        if (node.isEmpty()) {
            claim.close();
            return Optional.empty();
        }
        return Optional.of(new Item(name, node.get().bytes(), claim));
    }
}
