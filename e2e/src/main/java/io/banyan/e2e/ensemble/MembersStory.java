package io.banyan.e2e.ensemble;

import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.IntStream;

/// One ensemble that grows, loses its leader, gets an observer, shrinks to one member and starts
/// again. Confined to one thread.
final class MembersStory implements AutoCloseable {
    private final ChangingMembers members;
    private final PrintStream out;

    MembersStory(List<ServerKind> kinds, PrintStream out) {
        this(kinds, ServerConfig.standard(), out);
    }

    MembersStory(List<ServerKind> kinds, ServerConfig config, PrintStream out) {
        this.members = new ChangingMembers(kinds, config);
        this.out = out;
    }

    void everything() throws IOException {
        grow(members.size());
        leaderLeavesAndObserves();
        shrink();
    }

    /// Each server is started on a file that names those before it, and made a member then.
    void grow(int size) throws IOException {
        members.start(1, 1);
        members.write(1, "/by-one");
        for (int id = 2; id <= size; id++) {
            members.start(id, IntStream.rangeClosed(1, id).toArray());
            members.change(1, members.line(id, "participant"), null, null);
            members.write(id, "/by-" + id);
            say(id + " has a vote");
        }
        members.check(IntStream.rangeClosed(1, size).toArray());
    }

    /// The leader is removed, another one takes over, and who led comes back without a vote.
    void leaderLeavesAndObserves() throws IOException {
        int leader = members.awaitLeader(0);
        int by = leader == 1 ? 2 : 1;
        members.change(by, null, Integer.toString(leader), null);
        int next = members.awaitLeader(leader);
        members.write(by, "/without-" + leader);
        say(leader + " has left, " + next + " leads");
        members.change(by, members.line(leader, "observer"), null, null);
        members.awaitRole(leader, "observer");
        members.write(leader, "/by-the-observer");
        say(leader + " observes");
        members.change(by, members.line(leader, "participant"), null, null);
        members.awaitRole(leader, "follower");
        members.write(leader, "/by-the-follower");
        members.check(IntStream.rangeClosed(1, members.size()).toArray());
        say(leader + " has a vote again");
    }

    /// All but one are removed at once; that one starts again on what it knows.
    void shrink() throws IOException {
        int last = members.awaitLeader(0);
        members.change(last, null, null, members.lines(last));
        for (int id = 1; id <= members.size(); id++) {
            if (id != last) {
                members.server(id).kill();
            }
        }
        members.write(last, "/alone");
        members.server(last).kill();
        members.startAgain(last);
        members.awaitServing(last);
        members.check(last);
        say(last + " is alone, and started again: " + members.membership(last).lines().toList());
    }

    private void say(String what) {
        out.println("  " + what + ": " + members.roles());
    }

    @Override
    public void close() {
        members.close();
    }
}
