package io.banyan.cli.inspect;

import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig;
import io.banyan.wire.Zxid;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The servers of an ensemble: named, reachable, led by one, of one version, and near each other.
final class PeerCheck {
    private static final String AREA = "peers";
    private static final int TIMEOUT_MILLIS = 2000;

    /// A follower that is so far behind has trouble of its own.
    private static final long BEHIND_MAX = 10_000;

    private PeerCheck() {}

    static long voters(ServerConfig config) {
        return config.ensemble().servers().values().stream()
                .filter(each -> each.role() == ServerConfig.Role.PARTICIPANT)
                .count();
    }

    // ---- from a configuration

    static void peers(ServerConfig config, List<Finding> findings) {
        var serving = new ArrayList<Map<String, String>>();
        if (!config.ensemble().isEnsemble()) {
            Endpoint port = config.clientPorts().plain();
            if (port != null) {
                ask(local(port), findings, serving);
            }
            return;
        }
        config.ensemble().servers().values().stream()
                .sorted(Comparator.comparingLong(ServerConfig.Server::id))
                .forEach(each -> peer(config, each, findings, serving));
        together(serving, voters(config), findings);
    }

    private static Host local(Endpoint port) {
        return new Host(port.isWildcard() ? "127.0.0.1" : port.host(), port.port());
    }

    private static void peer(
            ServerConfig config,
            ServerConfig.Server server,
            List<Finding> findings,
            List<Map<String, String>> serving) {
        boolean isSelf = server.id() == config.ensemble().myId();
        for (ServerConfig.PeerAddress address : server.addresses()) {
            reach(server.id(), address, isSelf, findings);
        }
        Host client = clientOf(config, server);
        if (client != null) {
            ask(client, findings, serving);
        }
    }

    private static @Nullable Host clientOf(ServerConfig config, ServerConfig.Server server) {
        Endpoint client = server.client();
        if (client == null) {
            // Then all of them have the port of this file, as far as anyone can say.
            Endpoint own = config.clientPorts().plain();
            return own == null ? null : new Host(server.addresses().getFirst().host(), own.port());
        }
        return new Host(
                client.isWildcard() ? server.addresses().getFirst().host() : client.host(),
                client.port());
    }

    private static void reach(
            long id, ServerConfig.PeerAddress address, boolean isSelf, List<Finding> findings) {
        String named = "server." + id + " " + address.host() + ":" + address.electionPort();
        InetAddress resolved;
        try {
            resolved = InetAddress.getByName(address.host());
        } catch (UnknownHostException e) {
            findings.add(
                    Finding.wrong(
                            AREA,
                            named + ": nobody knows the name " + address.host(),
                            "correct DNS or /etc/hosts, or write the address"));
            return;
        }
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(resolved, address.electionPort()), TIMEOUT_MILLIS);
            findings.add(Finding.good(AREA, named + " listens for elections"));
        } catch (IOException e) {
            findings.add(
                    isSelf
                            ? Finding.note(AREA, named + ": this server is not running")
                            : Finding.wrong(
                                    AREA,
                                    named + " cannot be reached for elections: " + e.getMessage(),
                                    "start it, or let the firewalls between you pass this port and "
                                            + address.quorumPort()));
        }
    }

    // ---- from a connect string

    static void servers(List<Host> hosts, List<Finding> findings) {
        var serving = new ArrayList<Map<String, String>>();
        hosts.forEach(each -> ask(each, findings, serving));
        boolean areEnsemble =
                serving.stream().anyMatch(each -> !"standalone".equals(each.get("server_state")));
        if (areEnsemble) {
            together(serving, 0, findings);
        }
    }

    private static void ask(Host host, List<Finding> findings, List<Map<String, String>> serving) {
        try {
            Map<String, String> facts = FourLetters.facts(host, TIMEOUT_MILLIS);
            serving.add(facts);
            findings.add(
                    Finding.good(
                            AREA,
                            host
                                    + " is "
                                    + facts.get("server_state")
                                    + " at "
                                    + facts.getOrDefault("zxid", "?")
                                    + ", ZooKeeper version "
                                    + version(facts)));
            latency(host, facts, findings);
        } catch (IOException e) {
            findings.add(
                    Finding.wrong(
                            AREA,
                            host + " serves no clients: " + e.getMessage(),
                            "start it and read its log; where it runs, allow srvr by"
                                    + " 4lw.commands.whitelist"));
        }
    }

    private static void latency(Host host, Map<String, String> facts, List<Finding> findings) {
        String average = facts.getOrDefault("avg_latency", "");
        try {
            if (!average.isEmpty() && Double.parseDouble(average) > 100) {
                findings.add(
                        Finding.warn(
                                AREA,
                                host + " needs " + average + " ms for a request on average",
                                "look at its disk (fsynctime) and at pauses (jvm_pause_time_ms)"));
            }
        } catch (NumberFormatException e) {
            findings.add(Finding.note(AREA, host + " calls its latency " + average));
        }
    }

    private static String version(Map<String, String> facts) {
        String version = facts.getOrDefault("version", "?");
        int end = version.indexOf('-');
        return end < 0 ? version : version.substring(0, end);
    }

    // ---- all of them

    /// @param voters 0 where nobody knows
    private static void together(
            List<Map<String, String>> serving, long voters, List<Finding> findings) {
        long leaders = count(serving, "leader");
        long followers = count(serving, "follower");
        if (leaders == 1) {
            findings.add(Finding.good(AREA, "one leader and " + followers + " followers"));
        } else if (leaders > 1) {
            findings.add(
                    Finding.wrong(
                            AREA,
                            leaders + " servers say that they lead",
                            "ask again in a moment: one of them must step down; if both stay they"
                                    + " are not one ensemble, compare their server lines"));
        } else if (!serving.isEmpty()) {
            findings.add(
                    Finding.wrong(
                            AREA,
                            "nobody leads",
                            "bring a majority of the voters together: start them, and look at the"
                                    + " ports between them"));
        }
        if (voters > 0
                && leaders + followers > 0
                && leaders + followers <= voters / 2 + 1
                && leaders + followers < voters) {
            findings.add(
                    Finding.warn(
                            AREA,
                            (leaders + followers)
                                    + " of "
                                    + voters
                                    + " voters are there: one more loss stops all writes",
                            "bring the others back"));
        }
        var versions = new TreeSet<String>();
        serving.forEach(each -> versions.add(version(each)));
        if (versions.size() > 1) {
            findings.add(
                    Finding.warn(
                            AREA,
                            "versions differ: " + versions,
                            "finish the upgrade: new features wait for the oldest server"));
        }
        behind(serving, findings);
    }

    private static long count(List<Map<String, String>> serving, String role) {
        return serving.stream().filter(each -> role.equals(each.get("server_state"))).count();
    }

    private static void behind(List<Map<String, String>> serving, List<Finding> findings) {
        long min = -1;
        long max = -1;
        for (Map<String, String> each : serving) {
            String zxid = each.getOrDefault("zxid", "");
            if (!zxid.startsWith("0x")) {
                continue;
            }
            long value = Long.parseUnsignedLong(zxid.substring(2), 16);
            min = min == -1 || Long.compareUnsigned(value, min) < 0 ? value : min;
            max = max == -1 || Long.compareUnsigned(value, max) > 0 ? value : max;
        }
        if (max != min && (Zxid.epoch(max) != Zxid.epoch(min) || max - min > BEHIND_MAX)) {
            findings.add(
                    Finding.warn(
                            AREA,
                            "a server is at " + Zxid.hex(min) + ", another at " + Zxid.hex(max),
                            "ask again: if the distance stays, the slow one's disk or network is"
                                    + " too slow"));
        }
    }
}
