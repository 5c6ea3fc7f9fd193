package io.banyan.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The configuration that both candidates get, line for line the same.
final class ZooCfg {
    private ZooCfg() {}

    static List<String> standalone(Path data, InetSocketAddress client, List<String> extra) {
        var lines = new ArrayList<String>();
        lines.add("tickTime=2000");
        lines.add("dataDir=" + data);
        lines.add("clientPort=" + client.getPort());
        lines.add("clientPortAddress=" + client.getAddress().getHostAddress());
        lines.add("maxClientCnxns=0");
        lines.add("maxSessionTimeout=60000");
        // Neither is measured, and two servers would fight for the port.
        lines.add("admin.enableServer=false");
        lines.addAll(extra);
        return lines;
    }
}
