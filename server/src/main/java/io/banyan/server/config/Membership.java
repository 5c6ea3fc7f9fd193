package io.banyan.server.config;

import io.banyan.server.config.ServerConfig.Ensemble;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Role;
import io.banyan.server.config.ServerConfig.Server;
import io.banyan.server.config.Settings.Written;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads who belongs to the ensemble: `server.N`, `group.G`, `weight.N`, from the main file or the
/// one that `dynamicConfigFile` names, and this server's own number from `myid`.
final class Membership {
    private static final Pattern BAR = Pattern.compile("\\|");
    private static final String LINE =
            "host:quorumPort:electionPort[:participant|observer][;[address:]clientPort]";

    private final Settings settings;

    Membership(Settings settings) {
        this.settings = settings;
    }

    Ensemble read(Path dataDir) throws ConfigException {
        boolean standalone = settings.trueOrFalse(settings.parsed("standaloneEnabled"), true);
        boolean reconfig = settings.trueOrFalse(settings.parsed("reconfigEnabled"), false);
        Written roleWritten = settings.parsed("peerType");
        Role role = role(roleWritten == null ? "participant" : roleWritten.value());
        if (role == null) {
            throw settings.wrong(
                    roleWritten == null ? new Written("peerType", "", 0) : roleWritten,
                    "participant or observer");
        }
        Written oracle = settings.parsed("oraclePath");
        Written dynamic = settings.parsed("dynamicConfigFile");
        Settings source = dynamic == null ? settings : dynamicFile(dynamic);

        var servers = new TreeMap<Long, Server>();
        for (Written line : source.parsedWithPrefix("server.").values()) {
            Server server = server(source, line);
            if (servers.put(server.id(), server) != null) {
                throw source.wrong(line, "another number: server " + server.id() + " stands twice");
            }
        }
        requireDistinctAddresses(source, servers);
        Map<Long, List<Long>> groups = groups(source, servers);
        Map<Long, Long> weights = weights(source, servers, !groups.isEmpty());
        long version = dynamic == null ? version(settings) : version(dynamic, source);
        long myId = myId(dataDir);
        Server me = servers.get(myId);
        if (me != null && me.role() != role) {
            if (roleWritten != null) {
                settings.warn(
                        "peerType",
                        "is "
                                + ZooCfg.lower(role)
                                + " but server."
                                + myId
                                + " says "
                                + ZooCfg.lower(me.role())
                                + ", which holds.");
            }
            role = me.role();
        }
        var ensemble =
                new Ensemble(
                        myId,
                        servers,
                        groups,
                        weights,
                        version,
                        role,
                        standalone,
                        reconfig,
                        dynamic == null ? null : Path.of(dynamic.value()),
                        oracle == null ? null : oracle.value());
        requireSensible(source, ensemble);
        return ensemble;
    }

    /// The membership file's keys, apart from the main file's; what is wrong there is reported with
    /// its own name and lines.
    private Settings dynamicFile(Written dynamic) throws ConfigException {
        for (var entry : settings.fileEntries()) {
            if (isMembership(entry.key())) {
                throw settings.wrong(
                        new Written(entry.key(), entry.value(), entry.line()),
                        "to stand in " + dynamic.value() + ", which dynamicConfigFile names");
            }
        }
        try {
            Path file = Path.of(dynamic.value());
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            var inner =
                    new Settings(
                            file.toString(), PropertiesText.parse(text, file.toString()), Map.of());
            for (var entry : inner.fileEntries()) {
                if (!isMembership(entry.key()) && !entry.key().equals("version")) {
                    throw inner.wrong(
                            new Written(entry.key(), entry.value(), entry.line()),
                            "only server.N, group.G, weight.N and version in a membership file");
                }
            }
            return inner;
        } catch (IOException | InvalidPathException unreadable) {
            throw settings.wrong(
                    dynamic, "a readable membership file (" + unreadable.getMessage() + ")");
        }
    }

    private static boolean isMembership(String key) {
        return key.startsWith("server.") || key.startsWith("group.") || key.startsWith("weight.");
    }

    /// ZooKeeper names the files that it writes after the version in them, and refuses one that
    /// tells a version itself.
    private static long version(Written dynamic, Settings source) throws ConfigException {
        Written inside = source.parsed("version");
        if (inside != null) {
            throw source.wrong(
                    inside,
                    "no version: what follows the last dot of the file's name is it, in hex");
        }
        String name = dynamic.value();
        try {
            return Long.parseLong(name.substring(name.lastIndexOf('.') + 1), 16);
        } catch (NumberFormatException withoutVersion) {
            return 0;
        }
    }

    private static long version(Settings source) throws ConfigException {
        Written written = source.parsed("version");
        if (written == null) {
            return 0;
        }
        try {
            return Long.parseLong(written.value(), 16);
        } catch (NumberFormatException notHex) {
            throw source.wrong(written, "a version in hex");
        }
    }

    private static @Nullable Role role(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "participant" -> Role.PARTICIPANT;
            case "observer" -> Role.OBSERVER;
            default -> null;
        };
    }

    // --- server.N -------------------------------------------------------------------------

    private static Server server(Settings source, Written line) throws ConfigException {
        long id = number(source, line, "server.", "a server's number, 0 or more");
        String value = line.value();
        int semicolon = value.indexOf(';');
        String peers = semicolon < 0 ? value : value.substring(0, semicolon);
        Endpoint client =
                semicolon < 0 ? null : client(source, line, value.substring(semicolon + 1));
        var addresses = new ArrayList<PeerAddress>();
        Role role = Role.PARTICIPANT;
        for (String one : BAR.split(peers, -1)) {
            List<String> parts = parts(one.trim());
            if (parts == null || parts.size() < 3 || parts.size() > 4 || parts.get(0).isEmpty()) {
                throw source.wrong(line, LINE);
            }
            addresses.add(
                    new PeerAddress(
                            parts.get(0),
                            port(source, line, parts.get(1)),
                            port(source, line, parts.get(2))));
            if (parts.size() == 4) {
                Role named = role(parts.get(3).trim());
                if (named == null) {
                    throw source.wrong(line, "the role participant or observer, in " + LINE);
                }
                role = named;
            }
        }
        return new Server(id, addresses, role, client);
    }

    private static Endpoint client(Settings source, Written line, String text)
            throws ConfigException {
        List<String> parts = parts(text.trim());
        if (parts == null || parts.size() > 2) {
            throw source.wrong(line, LINE);
        }
        String host = parts.size() == 2 ? parts.get(0) : "";
        return new Endpoint(
                host.equals("0.0.0.0") ? "" : host, port(source, line, parts.getLast()));
    }

    private static int port(Settings source, Written line, String text) throws ConfigException {
        try {
            int port = Integer.parseInt(text.trim());
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // As out of range: the error names the form.
        }
        throw source.wrong(line, "ports from 0 to 65535 in " + LINE);
    }

    /// Split at colons outside of brackets, the brackets of an IPv6 address dropped; null if the
    /// brackets do not match.
    private static @Nullable List<String> parts(String text) {
        var parts = new ArrayList<String>();
        String rest = text;
        if (rest.startsWith("[")) {
            int end = rest.indexOf(']');
            if (end < 0 || (end + 1 < rest.length() && rest.charAt(end + 1) != ':')) {
                return null;
            }
            parts.add(rest.substring(1, end));
            if (end + 1 == rest.length()) {
                return parts;
            }
            rest = rest.substring(end + 2);
        }
        int from = 0;
        for (int colon = rest.indexOf(':'); colon >= 0; colon = rest.indexOf(':', from)) {
            parts.add(rest.substring(from, colon));
            from = colon + 1;
        }
        parts.add(rest.substring(from));
        return parts;
    }

    private static long number(Settings source, Written line, String prefix, String expected)
            throws ConfigException {
        try {
            long number = Long.parseLong(line.key().substring(prefix.length()));
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // As negative: the error says what belongs there.
        }
        throw source.wrong(line, expected + " after " + prefix);
    }

    // --- groups and weights ---------------------------------------------------------------

    private static Map<Long, List<Long>> groups(Settings source, Map<Long, Server> servers)
            throws ConfigException {
        var groups = new TreeMap<Long, List<Long>>();
        var grouped = new TreeSet<Long>();
        Written any = null;
        for (Written line : source.parsedWithPrefix("group.").values()) {
            any = line;
            long group = number(source, line, "group.", "a group's number, 0 or more");
            var members = new ArrayList<Long>();
            for (String text : line.value().split(":", -1)) {
                long id;
                try {
                    id = Long.parseLong(text.trim());
                } catch (NumberFormatException notANumber) {
                    throw source.wrong(line, "numbers of servers separated by colons");
                }
                if (!grouped.add(id)) {
                    throw source.wrong(line, "server " + id + " to be in one group only");
                }
                members.add(id);
            }
            if (groups.put(group, List.copyOf(members)) != null) {
                throw source.wrong(line, "another number: group " + group + " stands twice");
            }
        }
        if (any != null) {
            for (Server server : servers.values()) {
                if (server.role() == Role.PARTICIPANT && !grouped.contains(server.id())) {
                    throw source.wrong(
                            any,
                            "every voter in some group; server " + server.id() + " is in none");
                }
            }
        }
        return groups;
    }

    private static Map<Long, Long> weights(
            Settings source, Map<Long, Server> servers, boolean grouped) throws ConfigException {
        var weights = new TreeMap<Long, Long>();
        for (Written line : source.parsedWithPrefix("weight.").values()) {
            long id = number(source, line, "weight.", "a server's number, 0 or more");
            if (!servers.containsKey(id)) {
                throw source.wrong(line, "a line server." + id + " as well");
            }
            weights.put(id, source.wholeLong(line, 1, 0, Integer.MAX_VALUE, "weight"));
            if (!grouped) {
                throw source.wrong(line, "lines group.G as well: a weight counts in a group");
            }
        }
        return weights;
    }

    // --- the whole ------------------------------------------------------------------------

    private static void requireDistinctAddresses(Settings source, Map<Long, Server> servers)
            throws ConfigException {
        var seen = new TreeMap<String, Long>();
        for (Server server : servers.values()) {
            for (PeerAddress address : server.addresses()) {
                String host = address.host().toLowerCase(Locale.ROOT);
                for (int port : new int[] {address.quorumPort(), address.electionPort()}) {
                    Long earlier = seen.put(host + ":" + port, server.id());
                    if (earlier != null && port != 0) {
                        Written line = source.parsed("server." + server.id());
                        throw source.wrong(
                                line == null ? new Written("server." + server.id(), "", 0) : line,
                                "an address of its own: "
                                        + host
                                        + ":"
                                        + port
                                        + " belongs to server "
                                        + earlier
                                        + " too");
                    }
                }
            }
        }
    }

    private void requireSensible(Settings source, Ensemble ensemble) throws ConfigException {
        long voters = 0;
        long observers = 0;
        for (Server server : ensemble.servers().values()) {
            if (server.role() == Role.PARTICIPANT) {
                voters++;
            } else {
                observers++;
            }
        }
        if (voters == 0 && observers > 0) {
            throw source.missing("server.N", "at least one participant besides the observers");
        }
        if (observers > 0 && voters < 2 && ensemble.standaloneEnabled()) {
            throw source.missing(
                    "server.N",
                    "two participants or more when there are observers, or"
                            + " standaloneEnabled=false");
        }
        if (voters == 1 && ensemble.standaloneEnabled()) {
            settings.notice(
                    new Notice(
                            Notice.Level.INFO,
                            "server.N",
                            "names one server only, so it starts standalone."));
        }
        if (voters == 2 || (voters > 2 && voters % 2 == 0)) {
            settings.warn(
                    "server.N",
                    "names "
                            + voters
                            + " voters: one voter more or less would survive as many failures.");
        }
    }

    private long myId(Path dataDir) throws ConfigException {
        Path file = dataDir.resolve("myid");
        if (!Files.isRegularFile(file)) {
            return -1;
        }
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException unreadable) {
            throw new ConfigException(
                    file.toString(),
                    1,
                    "myid",
                    "",
                    "a readable file (" + unreadable.getMessage() + ")");
        }
        int end = text.indexOf('\n');
        String first = (end < 0 ? text : text.substring(0, end)).strip();
        try {
            // A negative one is nobody's number, which matters to nobody who stands alone.
            return Math.max(-1, Long.parseLong(first));
        } catch (NumberFormatException notANumber) {
            throw new ConfigException(
                    file.toString(), 1, "myid", first, "this server's number, 0 or more");
        }
    }
}
