package io.banyan.server.config;

import io.banyan.replica.Members;
import io.banyan.server.config.ServerConfig.Ensemble;
import io.banyan.server.config.ServerConfig.Role;
import io.banyan.server.config.ServerConfig.Server;
import java.util.TreeMap;

/// What a configuration says of the members, as {@link Members} writes it: one line for each
/// server, groups, weights, and the version without a line end.
final class MembershipText {
    private MembershipText() {}

    static String of(Ensemble ensemble) {
        var servers = new TreeMap<Long, Members.Member>();
        ensemble.servers().forEach((id, server) -> servers.put(id, member(server)));
        var groupOf = new TreeMap<Long, Long>();
        ensemble.groups().forEach((group, ids) -> ids.forEach(id -> groupOf.put(id, group)));
        return new Members(servers, groupOf, new TreeMap<>(ensemble.weights()), ensemble.version())
                .text();
    }

    static String of(Server server) {
        return member(server).text();
    }

    private static Members.Member member(Server server) {
        Endpoint client = server.client();
        return new Members.Member(
                server.id(),
                server.addresses().stream()
                        .map(each ->
                                new Members.Address(
                                        each.host(), each.quorumPort(), each.electionPort()))
                        .toList(),
                server.role() == Role.OBSERVER,
                client == null
                        ? null
                        : new Members.Client(
                                client.isWildcard() ? "0.0.0.0" : client.host(), client.port()));
    }
}
