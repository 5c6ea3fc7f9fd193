package io.banyan.replica;

import io.banyan.zab.Configuration;
import io.banyan.zab.Electorate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The members of an ensemble as text: what servers tell each other, what `/zookeeper/config` holds
/// and what a reconfiguration asks for. Immutable.
///
/// ```
/// server.1=host:2888:3888:participant;0.0.0.0:2181
/// group.1=1:2:3
/// weight.1=1
/// version=100000000
/// ```
///
/// Operators and clients compare the bytes with those of ZooKeeper's servers. So the order of lines
/// is ZooKeeper's, which keeps members in hash maps by number (up to twelve numbers below 16 that
/// is ascending order), and addresses of IPv6 are spelt as Java does: `::1` is `0:0:0:0:0:0:0:1`.
///
/// @param servers by id
/// @param groups the group of each server of a hierarchical quorum; empty: the majority decides
/// @param weights as they were written; 1 for those not in it
/// @param version what stands behind `version=`; 0 without that line
public record Members(
        SortedMap<Long, Member> servers,
        SortedMap<Long, Long> groups,
        SortedMap<Long, Long> weights,
        long version) {
    private static final int PORT_MAX = 65_535;
    private static final String ANY_HOST = "0.0.0.0";

    /// @param client where it serves clients; null if that is not told
    public record Member(
            long id, List<Address> addresses, boolean observer, @Nullable Client client) {
        public Member {
            addresses = List.copyOf(addresses);
        }

        /// What stands behind `server.N=`.
        public String text() {
            return textOf(this);
        }
    }

    public record Address(String host, int quorumPort, int electionPort) {
        public Address {
            host = Ipv6.spelt(host);
        }
    }

    public record Client(String host, int port) {
        public Client {
            host = Ipv6.spelt(host);
        }
    }

    /// What this text does not say right, for people.
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }

    public Members {
        servers = new TreeMap<>(servers);
        groups = new TreeMap<>(groups);
        weights = new TreeMap<>(weights);
    }

    // ---- from text

    /// @return null if it is no such text, or names nobody who votes
    public static @Nullable Members parse(byte[] text) {
        try {
            return parse(new String(text, StandardCharsets.UTF_8));
        } catch (Wrong notOne) {
            // Whoever asks knows what to do without.
            return null;
        }
    }

    static Members parse(String text) throws Wrong {
        var servers = new TreeMap<Long, Member>();
        var groups = new TreeMap<Long, Long>();
        var weights = new TreeMap<Long, Long>();
        long version = 0;
        for (String line : text.split("\n", -1)) {
            String trimmed = line.strip();
            if (trimmed.isEmpty() || trimmed.startsWith("#") || trimmed.startsWith("!")) {
                continue;
            }
            int equals = trimmed.indexOf('=');
            if (equals < 0) {
                throw new Wrong("a line without =: " + trimmed);
            }
            String key = trimmed.substring(0, equals).strip();
            String value = trimmed.substring(equals + 1).strip();
            if (key.startsWith("server.")) {
                Member member = member(number(key.substring("server.".length())), value);
                servers.put(member.id(), member);
            } else if (key.startsWith("group.")) {
                long group = number(key.substring("group.".length()));
                for (String id : value.split(":", -1)) {
                    if (groups.put(number(id.strip()), group) != null) {
                        throw new Wrong("server " + id + " is in two groups");
                    }
                }
            } else if (key.startsWith("weight.")) {
                weights.put(number(key.substring("weight.".length())), number(value));
            } else if (key.equals("version")) {
                version = hex(value);
            } else {
                throw new Wrong(key + " is no key of a membership");
            }
        }
        var members = new Members(servers, groups, weights, version);
        members.requireSensible();
        return members;
    }

    private static Member member(long id, String text) throws Wrong {
        int semicolon = text.indexOf(';');
        String peers = semicolon < 0 ? text : text.substring(0, semicolon);
        boolean observer = false;
        var addresses = new ArrayList<Address>();
        for (String one : peers.split("\\|", -1)) {
            List<String> parts = parts(one.strip());
            if (parts.size() < 3 || parts.size() > 4 || parts.getFirst().isEmpty()) {
                throw new Wrong("server." + id + "=" + text);
            }
            addresses.add(new Address(parts.get(0), port(parts.get(1)), port(parts.get(2))));
            if (parts.size() == 4) {
                observer =
                        switch (parts.get(3).strip()) {
                            case "observer", "OBSERVER" -> true;
                            case "participant", "PARTICIPANT" -> false;
                            default -> throw new Wrong("role " + parts.get(3));
                        };
            }
        }
        return new Member(
                id,
                addresses,
                observer,
                semicolon < 0 ? null : client(text.substring(semicolon + 1)));
    }

    private static Client client(String text) throws Wrong {
        List<String> parts = parts(text.strip());
        if (parts.size() > 2) {
            throw new Wrong("client address " + text);
        }
        String host =
                parts.size() == 2 && !parts.getFirst().isEmpty() ? parts.getFirst() : ANY_HOST;
        return new Client(host, port(parts.getLast()));
    }

    /// Split at colons outside of the brackets of an IPv6 address.
    private static List<String> parts(String text) throws Wrong {
        var parts = new ArrayList<String>();
        String rest = text;
        if (rest.startsWith("[")) {
            int end = rest.indexOf(']');
            if (end < 0 || (end + 1 < rest.length() && rest.charAt(end + 1) != ':')) {
                throw new Wrong("brackets in " + text);
            }
            parts.add(rest.substring(1, end));
            if (end + 1 == rest.length()) {
                return parts;
            }
            rest = rest.substring(end + 2);
        }
        parts.addAll(List.of(rest.split(":", -1)));
        return parts;
    }

    private static int port(String text) throws Wrong {
        long port = number(text.strip());
        if (port > PORT_MAX) {
            throw new Wrong("port " + text);
        }
        return (int) port;
    }

    private static long number(String text) throws Wrong {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // As a negative one.
        }
        throw new Wrong("number " + text);
    }

    private static long hex(String text) throws Wrong {
        try {
            return Long.parseUnsignedLong(text, 16);
        } catch (NumberFormatException notHex) {
            throw new Wrong("version " + text);
        }
    }

    private void requireSensible() throws Wrong {
        if (voters().isEmpty()) {
            throw new Wrong("nobody votes");
        }
        boolean hierarchical = !groups.isEmpty() || !weights.isEmpty();
        if (hierarchical && !groups.keySet().containsAll(voters())) {
            throw new Wrong("a voter is in no group");
        }
        if (!servers.keySet().containsAll(groups.keySet())) {
            throw new Wrong("a group names a server that is none");
        }
        for (Member one : servers.values()) {
            for (Member other : servers.values()) {
                if (one.id() < other.id() && clash(one, other)) {
                    throw new Wrong(
                            "servers " + one.id() + " and " + other.id() + " share an address");
                }
            }
        }
    }

    private static boolean clash(Member one, Member other) {
        var taken = new TreeSet<String>();
        endpoints(one).forEach(taken::add);
        return endpoints(other).stream().anyMatch(taken::contains);
    }

    private static List<String> endpoints(Member of) {
        var all = new ArrayList<String>();
        for (Address each : of.addresses()) {
            all.add(endpoint(each.host(), each.quorumPort()));
            all.add(endpoint(each.host(), each.electionPort()));
        }
        Client client = of.client();
        if (client != null && !client.host().equals(ANY_HOST)) {
            all.add(endpoint(client.host(), client.port()));
        }
        return all;
    }

    // ---- what is asked of them

    public Collection<Long> voters() {
        return servers.values().stream().filter(each -> !each.observer()).map(Member::id).toList();
    }

    private Collection<Long> observers() {
        return servers.values().stream().filter(Member::observer).map(Member::id).toList();
    }

    /// With these added or replaced, and those gone, as an incremental reconfiguration asks for it.
    ///
    /// @param joining `server.N=...` separated by commas; null for none
    /// @param leaving numbers separated by commas; null for none
    Members with(@Nullable String joining, @Nullable String leaving) throws Wrong {
        if (!groups.isEmpty()) {
            throw new Wrong("members with groups and weights can only be replaced as a whole");
        }
        var next = new TreeMap<>(servers);
        if (leaving != null) {
            for (String id : leaving.split(",", -1)) {
                if (!id.isBlank()) {
                    next.remove(number(id.strip()));
                }
            }
        }
        if (joining != null) {
            for (String line : joining.split(",", -1)) {
                if (line.isBlank()) {
                    continue;
                }
                String[] parts = line.split("=", -1);
                String name = parts[0].strip();
                if (parts.length != 2) {
                    throw new Wrong(line);
                }
                Member member =
                        member(number(name.substring(name.lastIndexOf('.') + 1)), parts[1].strip());
                if (member.client() == null) {
                    throw new Wrong(line + ": without a client port");
                }
                next.put(member.id(), member);
            }
        }
        var members = new Members(next, groups, weights, version);
        members.requireSensible();
        return members;
    }

    /// The same members under another number.
    Members withVersion(long number) {
        return new Members(servers, groups, weights, number);
    }

    // ---- as others know them

    /// @throws IllegalArgumentException if nobody votes
    public Configuration configuration() {
        var addresses = new TreeMap<Long, String>();
        servers.forEach((id, each) ->
                addresses.put(
                        id,
                        each.addresses().stream()
                                .map(a -> endpoint(a.host(), a.quorumPort()))
                                .sorted()
                                .collect(Collectors.joining("|"))));
        return new Configuration(
                version,
                electorate(),
                new TreeSet<>(observers()),
                addresses,
                text().getBytes(StandardCharsets.UTF_8));
    }

    private Electorate electorate() {
        Collection<Long> voters = voters();
        if (groups.isEmpty()) {
            return Electorate.majority(voters);
        }
        var groupOf = new TreeMap<>(groups);
        groupOf.keySet().retainAll(voters);
        return Electorate.hierarchical(groupOf, weights);
    }

    /// As ZooKeeper writes it.
    public String text() {
        var text = new StringBuilder();
        inOrder(servers).forEach((id, each) -> line(text, "server." + id, textOf(each)));
        var lists = new HashMap<Long, String>();
        inOrder(groups)
                .forEach((id, group) ->
                        lists.merge(group, id.toString(), (before, one) -> before + ":" + one));
        lists.forEach((group, ids) -> line(text, "group." + group, ids));
        if (!groups.isEmpty()) {
            var all = new TreeMap<>(weights);
            voters().forEach(id -> all.putIfAbsent(id, 1L));
            inOrder(all).forEach((id, weight) -> line(text, "weight." + id, weight.toString()));
        }
        return text.append("version=").append(Long.toHexString(version)).toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=').append(value).append('\n');
    }

    private static <T> Map<Long, T> inOrder(SortedMap<Long, T> byNumber) {
        var map = new HashMap<Long, T>();
        byNumber.forEach(map::put);
        return map;
    }

    private static String textOf(Member member) {
        String peers =
                member.addresses().stream()
                        .sorted(
                                Comparator.comparing(Address::host)
                                        .thenComparingInt(Address::quorumPort))
                        .map(each ->
                                endpoint(each.host(), each.quorumPort())
                                        + ":"
                                        + each.electionPort())
                        .collect(Collectors.joining("|"));
        Client client = member.client();
        return peers
                + (member.observer() ? ":observer" : ":participant")
                + (client == null ? "" : ";" + endpoint(client.host(), client.port()));
    }

    private static String endpoint(String host, int port) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
