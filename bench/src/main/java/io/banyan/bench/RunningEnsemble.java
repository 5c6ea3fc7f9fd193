package io.banyan.bench;

import io.banyan.bench.load.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// Servers of one kind that are an ensemble, all on this machine. Confined to the thread that
/// started it.
final class RunningEnsemble implements Service {
    private final Candidate candidate;
    private final List<RunningServer> members = new ArrayList<>();

    private RunningEnsemble(Candidate candidate) {
        this.candidate = candidate;
    }

    /// Starts on empty directories and returns when every member serves. Durations as in
    /// ZooKeeper's sample configuration.
    ///
    /// @param directory gets a directory for each member
    static RunningEnsemble start(Candidate candidate, Path directory, String heap, int size)
            throws IOException {
        return start(candidate, directory, heap, size, id -> List.of());
    }

    /// @param ownLines of a member's zoo.cfg, by its id from 1 on
    static RunningEnsemble start(
            Candidate candidate,
            Path directory,
            String heap,
            int size,
            IntFunction<List<String>> ownLines)
            throws IOException {
        var ensemble = new RunningEnsemble(candidate);
        var shared = new ArrayList<>(List.of("initLimit=10", "syncLimit=5"));
        for (int id = 1; id <= size; id++) {
            shared.add(
                    "server.%d=127.0.0.1:%d:%d"
                            .formatted(id, RunningServer.freePort(), RunningServer.freePort()));
        }
        try {
            for (int id = 1; id <= size; id++) {
                Path own = directory.resolve("member-" + id);
                Path data = Files.createDirectories(own.resolve("data"));
                Files.writeString(data.resolve("myid"), Integer.toString(id));
                var address =
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), RunningServer.freePort());
                var lines = new ArrayList<>(shared);
                lines.addAll(ownLines.apply(id));
                List<String> config = ZooCfg.standalone(data, address, lines);
                ensemble.members.add(RunningServer.launch(candidate, own, heap, address, config));
            }
            ensemble.awaitServing();
            return ensemble;
        } catch (IOException e) {
            ensemble.close();
            throw e;
        }
    }

    void awaitServing() throws IOException {
        for (RunningServer each : members) {
            each.awaitServing("/");
        }
    }

    List<RunningServer> members() {
        return List.copyOf(members);
    }

    /// The member that says it leads.
    RunningServer leader() throws IOException {
        for (RunningServer each : members) {
            if (Probe.word(each.address(), "srvr").contains("Mode: leader")) {
                return each;
            }
        }
        throw new IOException("no member of " + candidate.name() + " says that it leads");
    }

    @Override
    public Candidate candidate() {
        return candidate;
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return members.stream().map(RunningServer::address).toList();
    }

    @Override
    public List<Long> pids() {
        return members.stream().map(RunningServer::pid).toList();
    }

    @Override
    public void close() throws IOException {
        for (RunningServer each : members) {
            each.close();
        }
    }
}
