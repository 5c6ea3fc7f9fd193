package io.banyan.zab;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Who votes, and which sets of voters decide.
///
/// Majority: more than half of the voters. Hierarchical: more than half of the groups, each by more
/// than half of its weight; groups without weight do not count.
public final class Electorate {
    private final SortedSet<Long> voters;
    private final SortedMap<Long, Long> weights;

    /// Group of each voter; empty if the majority of voters decides.
    private final SortedMap<Long, Long> groups;

    private final SortedMap<Long, Long> groupWeights = new TreeMap<>();

    private Electorate(
            SortedSet<Long> voters, SortedMap<Long, Long> weights, SortedMap<Long, Long> groups) {
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("an ensemble needs a server that votes");
        }
        this.voters = voters;
        this.weights = weights;
        this.groups = groups;
        groups.forEach((server, group) -> groupWeights.merge(group, weightOf(server), Long::sum));
        groupWeights.values().removeIf(weight -> weight == 0);
    }

    public static Electorate majority(Collection<Long> voters) {
        return new Electorate(new TreeSet<>(voters), new TreeMap<>(), new TreeMap<>());
    }

    /// @param groups group of each voter
    /// @param weights of voters; 1 for those not in it
    public static Electorate hierarchical(Map<Long, Long> groups, Map<Long, Long> weights) {
        return new Electorate(
                new TreeSet<>(groups.keySet()), new TreeMap<>(weights), new TreeMap<>(groups));
    }

    public SortedSet<Long> voters() {
        return java.util.Collections.unmodifiableSortedSet(voters);
    }

    public boolean contains(long serverId) {
        return voters.contains(serverId);
    }

    /// @return 0 for a server that must not lead
    public long weightOf(long serverId) {
        return weights.getOrDefault(serverId, 1L);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Electorate that
                && voters.equals(that.voters)
                && weights.equals(that.weights)
                && groups.equals(that.groups);
    }

    @Override
    public int hashCode() {
        return Objects.hash(voters, weights, groups);
    }

    /// Whether these servers, as far as they vote, can decide.
    public boolean isQuorum(Collection<Long> servers) {
        if (groups.isEmpty()) {
            int count = 0;
            for (long voter : voters) {
                if (servers.contains(voter)) {
                    count++;
                }
            }
            return count > voters.size() / 2;
        }
        var won = new TreeMap<Long, Long>();
        groups.forEach((server, group) -> {
            if (servers.contains(server)) {
                won.merge(group, weightOf(server), Long::sum);
            }
        });
        int groupsWon = 0;
        for (var group : groupWeights.entrySet()) {
            if (won.getOrDefault(group.getKey(), 0L) > group.getValue() / 2) {
                groupsWon++;
            }
        }
        return groupsWon > groupWeights.size() / 2;
    }
}
