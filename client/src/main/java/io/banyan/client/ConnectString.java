package io.banyan.client;

import java.util.ArrayList;
import java.util.List;

/// `host1:port1,host2,[ipv6]:port3/chroot`, taken apart.
///
/// @param servers at least one, in the order given
/// @param chroot prefix of all paths, empty for none
record ConnectString(List<Server> servers, String chroot) {
    private static final int PORT_DEFAULT = 2181;
    private static final int PORT_MAX = 65535;

    /// @param host a name or an address, without brackets; not resolved
    record Server(String host, int port) {
        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    ConnectString {
        servers = List.copyOf(servers);
    }

    /// @throws IllegalArgumentException that says which part is wrong
    static ConnectString parse(String text) {
        int slash = text.indexOf('/');
        String hosts = slash < 0 ? text : text.substring(0, slash);
        String chroot = slash < 0 ? "/" : text.substring(slash);
        try {
            Paths.require(chroot);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "connect string \"" + text + "\": the chroot: " + e.getMessage(), e);
        }
        var servers = new ArrayList<Server>();
        for (String each : hosts.split(",", -1)) {
            if (!each.isBlank()) {
                servers.add(server(text, each.strip()));
            }
        }
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("connect string \"" + text + "\" names no server");
        }
        return new ConnectString(servers, chroot.length() == 1 ? "" : chroot);
    }

    private static Server server(String text, String part) {
        int bracket = part.lastIndexOf(']');
        int colon = part.indexOf(':', Math.max(bracket, 0));
        boolean bareIpv6 = bracket < 0 && part.indexOf(':') != part.lastIndexOf(':');
        String host = bareIpv6 || colon < 0 ? part : part.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = bareIpv6 || colon < 0 ? PORT_DEFAULT : port(text, part.substring(colon + 1));
        if (host.isEmpty() || host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
            throw new IllegalArgumentException(
                    "connect string \"" + text + "\": \"" + part + "\" has no host");
        }
        return new Server(host, port);
    }

    private static int port(String text, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port > 0 && port <= PORT_MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below, as for numbers that no port has.
        }
        throw new IllegalArgumentException(
                "connect string \"" + text + "\": \"" + digits + "\" is not a port");
    }
}
