package io.banyan.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/// Where the two candidates meet: starts their servers and tells how far the run is.
final class Arena {
    private final Settings settings;
    private final List<Candidate> candidates;
    private final PrintWriter progress;
    private final long startNanos = System.nanoTime();
    private int servers;

    /// @param zookeeper the first, by which the other is measured
    Arena(Settings settings, Candidate zookeeper, Candidate banyan, PrintWriter progress) {
        this.settings = settings;
        this.candidates = List.of(zookeeper, banyan);
        this.progress = progress;
    }

    Settings settings() {
        return settings;
    }

    /// ZooKeeper, then Banyan: the order in which they take turns.
    List<Candidate> candidates() {
        return candidates;
    }

    RunningServer start(Candidate candidate, String heap, List<String> extraConfig)
            throws IOException {
        servers++;
        String name = "server-" + servers;
        return RunningServer.start(candidate, settings.work().resolve(name), heap, extraConfig);
    }

    RunningServer start(Candidate candidate) throws IOException {
        return start(candidate, settings.heap(), List.of());
    }

    /// An ensemble of as many servers as the settings say.
    RunningEnsemble startEnsemble(Candidate candidate) throws IOException {
        servers++;
        return RunningEnsemble.start(
                candidate,
                settings.work().resolve("ensemble-" + servers),
                settings.heap(),
                settings.servers());
    }

    void progress(String text) {
        long seconds = (System.nanoTime() - startNanos) / 1_000_000_000;
        progress.printf("[%3d:%02d] ", seconds / 60, seconds % 60);
        progress.println(text);
        progress.flush();
    }
}
