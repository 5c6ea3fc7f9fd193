package io.banyan.server.config;

import io.banyan.server.config.ServerConfig.Ensemble;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Role;
import io.banyan.server.config.ServerConfig.Server;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The membership as servers tell it each other, and as `/zookeeper/config` holds it: one line for
/// each server, groups, weights, and the version without a line end.
///
/// Operators and clients compare the bytes with those of ZooKeeper's servers, so the order of lines
/// is ZooKeeper's: it keeps all of them in hash maps by number, and so does this class. Up to
/// twelve numbers below 16 that is ascending order.
final class MembershipText {
    private MembershipText() {}

    static String of(Ensemble ensemble) {
        var text = new StringBuilder();
        asZooKeeperKeeps(ensemble.servers())
                .forEach((id, server) -> line(text, "server", id, of(server)));
        groups(ensemble).forEach((group, members) -> line(text, "group", group, members));
        if (!ensemble.groups().isEmpty()) {
            weights(ensemble).forEach((id, weight) -> line(text, "weight", id, weight.toString()));
        }
        return text.append("version=").append(Long.toHexString(ensemble.version())).toString();
    }

    private static void line(StringBuilder text, String what, long number, String value) {
        text.append(what).append('.').append(number).append('=').append(value).append('\n');
    }

    private static <T> Map<Long, T> asZooKeeperKeeps(Map<Long, T> byNumber) {
        var map = new HashMap<Long, T>();
        new TreeMap<>(byNumber).forEach(map::put);
        return map;
    }

    /// Not in the order in which its line names them: in that of the servers' own map.
    private static Map<Long, String> groups(Ensemble ensemble) {
        var groupOf = new TreeMap<Long, Long>();
        ensemble.groups().forEach((group, ids) -> ids.forEach(id -> groupOf.put(id, group)));
        var texts = new HashMap<Long, String>();
        asZooKeeperKeeps(groupOf)
                .forEach((id, group) ->
                        texts.merge(group, id.toString(), (before, one) -> before + ":" + one));
        return texts;
    }

    /// Those of voters, written or not, and written ones of others.
    private static Map<Long, Long> weights(Ensemble ensemble) {
        var weights = new TreeMap<>(ensemble.weights());
        ensemble.servers()
                .forEach((id, server) -> {
                    if (server.role() == Role.PARTICIPANT) {
                        weights.putIfAbsent(id, 1L);
                    }
                });
        return asZooKeeperKeeps(weights);
    }

    static String of(Server server) {
        String addresses =
                server.addresses().stream()
                        .sorted(Comparator.comparing(PeerAddress::host))
                        .map(each ->
                                new Endpoint(spelt(each.host()), each.quorumPort())
                                        + ":"
                                        + each.electionPort())
                        .collect(Collectors.joining("|"));
        Endpoint client = server.client();
        return addresses
                + (server.role() == Role.OBSERVER ? ":observer" : ":participant")
                + (client == null ? "" : ";" + new Endpoint(spelt(client.host()), client.port()));
    }

    /// Names as they are; addresses as Java spells them: `::1` is `0:0:0:0:0:0:0:1`.
    private static String spelt(String host) {
        if (host.indexOf(':') < 0) {
            return host;
        }
        try {
            return InetAddress.ofLiteral(host).getHostAddress();
        } catch (IllegalArgumentException notAnAddress) {
            // It cannot be resolved either; whoever dials it says so.
            return host;
        }
    }
}
