package io.banyan.cli.inspect;

import io.banyan.cli.command.Trouble;
import java.util.ArrayList;
import java.util.List;

/// A server's client port.
///
/// @param name or address, without brackets
record Host(String name, int port) {
    private static final int PORT_DEFAULT = 2181;

    /// @param servers a connect string; its chroot has no meaning here
    static List<Host> all(String servers) {
        int slash = servers.indexOf('/');
        var hosts = new ArrayList<Host>();
        for (String each : (slash < 0 ? servers : servers.substring(0, slash)).split(",", -1)) {
            if (!each.isBlank()) {
                hosts.add(of(each.strip()));
            }
        }
        if (hosts.isEmpty()) {
            throw Trouble.usage("--server: \"" + servers + "\" names no server");
        }
        return hosts;
    }

    private static Host of(String text) {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon > text.lastIndexOf(']') && colon == text.indexOf(':', from(text));
        String name = hasPort ? text.substring(0, colon) : text;
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        try {
            return new Host(
                    name, hasPort ? Integer.parseInt(text.substring(colon + 1)) : PORT_DEFAULT);
        } catch (NumberFormatException e) {
            throw Trouble.usage("--server: \"" + text + "\" has no port behind its colon");
        }
    }

    private static int from(String text) {
        return Math.max(0, text.lastIndexOf(']'));
    }

    @Override
    public String toString() {
        return (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + port;
    }
}
