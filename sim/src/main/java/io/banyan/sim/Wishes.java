package io.banyan.sim;

import io.banyan.replica.Members;
import io.banyan.replica.Members.Member;
import io.banyan.wire.ReconfigRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Who the members of a simulated ensemble are at first, and what clients wish them to be: others
/// that join, leave, get a vote or lose it, one by one or all at once.
final class Wishes {
    private static final int QUORUM_PORT = 2888;
    private static final int ELECTION_PORT = 3888;
    private static final int CLIENT_PORT = 2181;

    private Wishes() {}

    static Members initial(Setup setup) {
        var servers = new TreeMap<Long, Member>();
        for (long id = 1; id <= setup.voters() + setup.observers(); id++) {
            servers.put(id, member(id, id > setup.voters()));
        }
        return new Members(servers, new TreeMap<>(), new TreeMap<>(), 0);
    }

    /// As an operator writes it for a server that is to join: the members, and itself.
    static Members own(Members initial, long id) {
        if (initial.servers().containsKey(id)) {
            return initial;
        }
        var servers = new TreeMap<>(initial.servers());
        servers.put(id, member(id, false));
        return new Members(servers, new TreeMap<>(), new TreeMap<>(), 0);
    }

    private static Member member(long id, boolean observer) {
        return new Member(
                id,
                List.of(new Members.Address("host" + id, QUORUM_PORT, ELECTION_PORT)),
                observer,
                new Members.Client("0.0.0.0", CLIENT_PORT));
    }

    /// One server, as a client writes it.
    static String line(long id, boolean observer) {
        return "server."
                + id
                + "=host"
                + id
                + ":"
                + QUORUM_PORT
                + ":"
                + ELECTION_PORT
                + (observer ? ":observer" : "")
                + ";"
                + CLIENT_PORT;
    }

    static ReconfigRequest draw(Setup setup, RandomGenerator random) {
        int servers = setup.servers();
        long one = 1L + random.nextInt(servers);
        long other = 1L + random.nextInt(servers);
        long version = random.nextInt(20) == 0 ? random.nextInt(3) : -1;
        return switch (random.nextInt(6)) {
            case 0 -> new ReconfigRequest(null, Long.toString(one), null, version);
            case 1 -> new ReconfigRequest(line(one, false), null, null, version);
            case 2 -> new ReconfigRequest(line(one, true), null, null, version);
            case 3 -> new ReconfigRequest(line(one, false), Long.toString(other), null, version);
            case 4 ->
                    new ReconfigRequest(
                            line(one, false) + "," + line(other, random.nextBoolean()),
                            null,
                            null,
                            version);
            default -> {
                var lines = new ArrayList<String>();
                for (long id = 1; id <= servers; id++) {
                    int how = random.nextInt(4);
                    if (how < 3) {
                        lines.add(line(id, how == 2));
                    }
                }
                yield new ReconfigRequest(null, null, String.join(",", lines), version);
            }
        };
    }
}
