package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.Node;
import io.banyan.client.Paths;
import io.banyan.client.Registration;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Who is alive: members with a name and some data, and a live list of them.
///
/// A member is in the list from when its {@link Member#joined} completes until it leaves or its
/// session ends; one that crashes is in it until its session times out. A member whose session is
/// lost joins again with the next one by itself. The list is as old as the connection of the client
/// that reads it: without one it stays what it was.
///
/// Thread-safe.
public final class Group implements AutoCloseable {
    /// One who joined.
    public static final class Member implements AutoCloseable {
        private final Presence presence;
        private final String name;

        private Member(Presence presence, String name) {
            this.presence = presence;
            this.name = name;
        }

        public String name() {
            return name;
        }

        /// Completes when others can see it; with the client's exception if they never will. While
        /// somebody else has the name it waits for that one to go.
        public CompletableFuture<@Nullable Void> joined() {
            return presence.present().copy();
        }

        /// Changes what others see of it.
        public void update(byte[] data) {
            presence.update(data);
        }

        /// Leaves. Does not wait for a server.
        @Override
        public void close() {
            presence.close();
        }
    }

    private final Banyan banyan;
    private final String path;
    private final SubtreeCache cache;

    /// Begins to follow the list.
    ///
    /// @param path where the members are; for this group alone
    public Group(Banyan banyan, String path) {
        this.banyan = banyan;
        this.path = path;
        this.cache = SubtreeCache.open(banyan, path);
    }

    /// Joins, and stays until it is closed, whatever becomes of this object.
    ///
    /// @param name without slashes; for one member at a time
    public Member join(String name, byte[] data) {
        return new Member(new Presence(banyan, Paths.child(path, name), data), name);
    }

    /// Waits until the list is whole for the first time.
    public void awaitReady(Duration wait) throws InterruptedException, TimeoutException {
        cache.awaitReady(wait);
    }

    /// Names of the members and their data, sorted by name.
    public Map<String, byte[]> members() {
        var members = new TreeMap<String, byte[]>();
        for (Node each : cache.children(path)) {
            members.put(Paths.name(each.path()), each.bytes());
        }
        return members;
    }

    /// Is given the list after every change, and at once if it is whole. On the event thread.
    public Registration listen(Consumer<Map<String, byte[]>> listener) {
        return Settled.listen(banyan, cache, () -> listener.accept(members()));
    }

    /// Follows no more. Members stay.
    @Override
    public void close() {
        cache.close();
    }
}
