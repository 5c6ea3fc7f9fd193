package io.banyan.e2e.server;

import java.util.ArrayList;
import java.util.List;

/// A switch with one cable to each server, in network namespaces: cables can be cut, in one
/// direction too, and nobody is told, as when a real one is pulled. Needs root and `ip`.
///
/// Confined to one thread.
public final class Network implements AutoCloseable {
    private final String name;
    private final String net;
    private final int size;
    private final List<String[]> cuts = new ArrayList<>();

    private Network(String name, String net, int size) {
        this.name = name;
        this.net = net;
        this.size = size;
    }

    /// @return why there cannot be one here; empty if there can
    public static String whyNot() {
        String probe = "bny" + ProcessHandle.current().pid() % 100_000;
        String failure = Commands.attempt(List.of("ip", "netns", "add", probe));
        if (failure.isEmpty()) {
            Commands.run(List.of("ip", "netns", "del", probe));
        }
        return failure;
    }

    /// @param size how many servers; they get the numbers 1 to size
    public static Network of(int size) {
        long pid = ProcessHandle.current().pid();
        var network = new Network("bny" + pid % 100_000, "10." + (100 + pid % 100) + ".0.", size);
        try {
            network.build();
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
        return network;
    }

    private void build() {
        ip("link", "add", name, "type", "bridge");
        ip("addr", "add", net + "254/24", "dev", name);
        ip("link", "set", name, "up");
        for (int id = 1; id <= size; id++) {
            String space = space(id);
            ip("netns", "add", space);
            ip("link", "add", cable(id), "type", "veth", "peer", "name", "eth0", "netns", space);
            ip("link", "set", cable(id), "master", name);
            ip("link", "set", cable(id), "up");
            in(id, "addr", "add", net + id + "/24", "dev", "eth0");
            in(id, "link", "set", "eth0", "up");
            in(id, "link", "set", "lo", "up");
        }
    }

    Place place(int id) {
        return new Place(net + id, List.of("ip", "netns", "exec", space(id)));
    }

    /// What `from` sends to `to` is lost from now on.
    public void cut(int from, int to) {
        String target = net + to + "/32";
        in(from, "route", "replace", "blackhole", target);
        cuts.add(new String[] {Integer.toString(from), target});
    }

    /// Everybody reaches everybody again.
    public void heal() {
        for (String[] cut : cuts) {
            // Cut twice, healed once: the second time there is nothing to delete.
            Commands.attempt(
                    List.of("ip", "-n", name + "-" + cut[0], "route", "del", "blackhole", cut[1]));
        }
        cuts.clear();
    }

    private String space(int id) {
        return name + "-" + id;
    }

    private String cable(int id) {
        return name + "c" + id;
    }

    private void in(int id, String... words) {
        var command = new ArrayList<>(List.of("ip", "-n", space(id)));
        command.addAll(List.of(words));
        Commands.run(command);
    }

    private static void ip(String... words) {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(words));
        Commands.run(command);
    }

    /// Takes everything down, whatever of it was built.
    @Override
    public void close() {
        for (int id = 1; id <= size; id++) {
            Commands.attempt(List.of("ip", "link", "del", cable(id)));
            Commands.attempt(List.of("ip", "netns", "del", space(id)));
        }
        Commands.attempt(List.of("ip", "link", "del", name));
    }
}
