package io.banyan.e2e.disk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.banyan.e2e.raw.JuteIn;
import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/// Every node of a server as text, read by a client that may read all.
final class TreeDump {

    private TreeDump() {}

    /// @param session has said that it is the super user
    static Map<String, String> of(RawSession session) throws IOException {
        Map<String, String> nodes = new TreeMap<>();
        walk(session, "/", nodes);
        return nodes;
    }

    private static void walk(RawSession session, String path, Map<String, String> nodes)
            throws IOException {
        RawSession.Reply data = session.getData(path, false);
        if (data.err() != 0) {
            throw new IOException("getData " + path + ": error " + data.err());
        }
        byte[] bytes = data.body().buf();
        StringBuilder text = new StringBuilder();
        text.append(bytes == null ? "null" : "'" + new String(bytes, ISO_8859_1) + "'");
        stat(data.body(), text);
        JuteIn acl = session.call(Op.GET_ACL, new JuteOut().str(path)).body();
        for (int i = acl.i32(); i > 0; i--) {
            text.append(' ').append(acl.i32()).append(acl.str()).append(':').append(acl.str());
        }
        nodes.put(path, text.toString());
        for (String child : session.children(path)) {
            walk(session, path.equals("/") ? "/" + child : path + "/" + child, nodes);
        }
    }

    private static void stat(JuteIn in, StringBuilder text) {
        for (int i = 0; i < 4; i++) {
            text.append(' ').append(Long.toHexString(in.i64()));
        }
        for (int i = 0; i < 3; i++) {
            text.append(' ').append(in.i32());
        }
        text.append(" owner ").append(Long.toHexString(in.i64()));
        text.append(' ').append(in.i32()).append(' ').append(in.i32());
        text.append(' ').append(Long.toHexString(in.i64()));
    }
}
