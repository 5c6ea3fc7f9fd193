package io.banyan.zab;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Who decides at this moment, as far as one server knows.
///
/// Invariant: `current` is committed, and so are all before it. `lastSeen` is the same, or the one
/// that follows it and stands in this server's log without being known as committed: then every
/// decision needs a quorum of each. A third one is not proposed before the second is committed.
///
/// @param current the newest configuration that is known to be committed
/// @param lastSeen the newest one of all
public record Quorums(Configuration current, Configuration lastSeen) {
    public Quorums {
        Check.that(
                current.version() <= lastSeen.version(),
                "configurations rise",
                current.version(),
                lastSeen.version());
    }

    @Override
    public String toString() {
        return isPending() ? current + ", then " + lastSeen : current.toString();
    }

    static Quorums of(Configuration only) {
        return new Quorums(only, only);
    }

    /// Of an ensemble whose members never change.
    ///
    /// @param text of the membership, for NEWLEADER
    public static Quorums fixed(Electorate electorate, Set<Long> observers, byte[] text) {
        return of(new Configuration(0, electorate, observers, Map.of(), text));
    }

    /// Whether a change waits for its commit.
    public boolean isPending() {
        return current.version() != lastSeen.version();
    }

    /// Whether these servers can decide.
    public boolean isQuorum(Collection<Long> servers) {
        return current.electorate().isQuorum(servers)
                && (!isPending() || lastSeen.electorate().isQuorum(servers));
    }

    SortedSet<Long> voters() {
        if (!isPending()) {
            return current.electorate().voters();
        }
        var all = new TreeSet<>(current.electorate().voters());
        all.addAll(lastSeen.electorate().voters());
        return all;
    }

    boolean isVoter(long serverId) {
        return current.electorate().contains(serverId) || lastSeen.electorate().contains(serverId);
    }

    boolean isMember(long serverId) {
        return current.isMember(serverId) || lastSeen.isMember(serverId);
    }

    /// See {@link Electorate#weightOf}; a server has to have a weight in one of the two.
    long weightOf(long serverId) {
        return Math.max(weightIn(current, serverId), weightIn(lastSeen, serverId));
    }

    private static long weightIn(Configuration of, long serverId) {
        return of.electorate().contains(serverId) ? of.electorate().weightOf(serverId) : 0;
    }
}
