package io.banyan.e2e.ensemble;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.FourLetter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// What one member holds, read by a client of it.
final class Trees {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(20);
    private static final String SYSTEM = "/zookeeper";
    private static final String CONFIG = "/zookeeper/config";

    private Trees() {}

    /// Every znode that clients made: path to data, stat and ACL, after a sync. Ephemerals are left
    /// out: the session that reads makes none, and others may end while we read.
    static Map<String, String> read(InetSocketAddress server) throws IOException {
        try (RawSession session = RawSession.connect(server, TIMEOUT_MILLIS, REPLY_LIMIT)) {
            RawSession.Reply synced = session.call(Op.SYNC, new JuteOut().str("/"));
            if (synced.err() != 0) {
                throw new IOException("sync: error " + synced.err());
            }
            var nodes = new TreeMap<String, String>();
            read(session, "/", nodes);
            nodes.put(CONFIG, membership(session));
            session.endSession();
            return nodes;
        }
    }

    /// Of the znode of the membership: its data only, since each server writes it for itself.
    private static String membership(RawSession session) throws IOException {
        RawSession.Reply data = session.getData(CONFIG, false);
        if (data.err() != 0) {
            throw new IOException(CONFIG + ": error " + data.err());
        }
        byte[] text = data.body().buf();
        return text == null ? "null" : new String(text, StandardCharsets.UTF_8);
    }

    private static void read(RawSession session, String path, Map<String, String> nodes)
            throws IOException {
        RawSession.Reply data = session.getData(path, false);
        RawSession.Reply acl = session.call(Op.GET_ACL, new JuteOut().str(path));
        if (data.err() != 0 || acl.err() != 0) {
            throw new IOException(path + ": errors " + data.err() + " and " + acl.err());
        }
        HexFormat hex = HexFormat.of();
        nodes.put(path, hex.formatHex(data.body().rest()) + " " + hex.formatHex(acl.body().rest()));
        for (String child : session.children(path)) {
            String below = path.equals("/") ? "/" + child : path + "/" + child;
            if (!below.equals(SYSTEM)) {
                read(session, below, nodes);
            }
        }
    }

    /// Digests of the tree by zxid, as the word `hash` tells them.
    static Map<String, String> digests(InetSocketAddress server) throws IOException {
        var digests = new TreeMap<String, String>();
        for (String line : FourLetter.ask(server, "hash").split("\n", -1)) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                digests.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
        return digests;
    }

    /// @return the first paths that differ, empty if none does
    static String difference(Map<String, String> one, Map<String, String> other) {
        var text = new StringBuilder();
        int count = 0;
        var paths = new TreeMap<>(one);
        paths.putAll(other);
        for (String path : paths.keySet()) {
            String left = String.valueOf(one.get(path));
            String right = String.valueOf(other.get(path));
            if (!left.equals(right) && count++ < 5) {
                text.append("\n  ").append(path).append("\n    ").append(left);
                text.append("\n    ").append(right);
            }
        }
        return count == 0 ? "" : count + " znodes differ:" + text;
    }
}
