package io.banyan.server.config;

import io.banyan.server.config.ServerConfig.Ensemble;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Role;
import io.banyan.server.config.ServerConfig.Server;
import java.util.Comparator;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The membership as servers tell it each other, and as `/zookeeper/config` holds it: one line for
/// each server in the order of their ids, groups, weights, and the version without a line end.
final class MembershipText {
    private MembershipText() {}

    static String of(Ensemble ensemble) {
        var text = new StringBuilder();
        new TreeMap<>(ensemble.servers())
                .forEach((id, server) ->
                        text.append("server.")
                                .append(id)
                                .append('=')
                                .append(of(server))
                                .append('\n'));
        new TreeMap<>(ensemble.groups())
                .forEach((group, members) ->
                        text.append("group.")
                                .append(group)
                                .append('=')
                                .append(
                                        members.stream()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining(":")))
                                .append('\n'));
        if (!ensemble.groups().isEmpty()) {
            new TreeMap<>(ensemble.servers())
                    .keySet()
                    .forEach(id ->
                            text.append("weight.")
                                    .append(id)
                                    .append('=')
                                    .append(ensemble.weights().getOrDefault(id, 1L))
                                    .append('\n'));
        }
        return text.append("version=").append(Long.toHexString(ensemble.version())).toString();
    }

    static String of(Server server) {
        String addresses =
                server.addresses().stream()
                        .sorted(Comparator.comparing(PeerAddress::host))
                        .map(each ->
                                new Endpoint(each.host(), each.quorumPort())
                                        + ":"
                                        + each.electionPort())
                        .collect(Collectors.joining("|"));
        return addresses
                + (server.role() == Role.OBSERVER ? ":observer" : ":participant")
                + (server.client() == null ? "" : ";" + server.client());
    }
}
