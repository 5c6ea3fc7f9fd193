package io.banyan.e2e.nacos;

import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/// Where a case is played: servers, and the clients it starts, which end with it.
final class Field implements AutoCloseable {
    static final String GROUP = "DEFAULT_GROUP";
    static final Duration SOON = Duration.ofSeconds(20);

    private final Servers servers;
    private final String tag;
    private final int rounds;
    private final List<ProbeProcess> clients = new ArrayList<>();
    private final List<Path> homes = new ArrayList<>();

    /// @param tag makes the names of this case its own
    /// @param rounds how often a case that kills servers does
    Field(Servers servers, String tag, int rounds) {
        this.servers = servers;
        this.tag = tag;
        this.rounds = rounds;
    }

    int rounds() {
        return rounds;
    }

    Servers servers() {
        return servers;
    }

    /// A name that no other case uses.
    String name(String plain) {
        return plain + "-" + tag;
    }

    /// Starts a client of all servers.
    ProbeProcess client(ClientKind kind, String... properties) {
        return clientOf(kind, servers.all(), properties);
    }

    ProbeProcess clientOf(ClientKind kind, String addresses, String... properties) {
        return add(ProbeProcess.client(kind, addresses, home(), List.of(properties)));
    }

    /// An empty directory that goes with this field.
    Path home() {
        try {
            Path home = Files.createTempDirectory("banyan-e2e-nacos-home");
            homes.add(home);
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The process ends with this field.
    ProbeProcess add(ProbeProcess client) {
        clients.add(client);
        return client;
    }

    /// The words of a registration.
    static String[] register(String command, String service, String ip, String metadata) {
        return new String[] {
            command, service, GROUP, ip, "80", "DEFAULT", "1.0", "true", "true", "true", metadata
        };
    }

    static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }

    /// Waits, where the time that passes is what is tested.
    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    static void until(String what, Duration limit, Callable<Boolean> condition) {
        Waiting.until(() -> what, limit, condition);
    }

    @Override
    public void close() {
        clients.forEach(ProbeProcess::close);
        for (Path home : homes) {
            try (Stream<Path> paths = Files.walk(home)) {
                for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(each);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
