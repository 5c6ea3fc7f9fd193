package io.banyan.sim;

import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.Stat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Promise 6, for one session: replies come in the order of requests, the zxids it sees never fall,
/// whichever connection they come on, and a read shows the model at its zxid.
final class SessionOrder {
    private static final String PROMISE = "SessionOrder";

    private final History history;
    private long seenZxid;

    SessionOrder(History history) {
        this.history = history;
    }

    long seenZxid() {
        return seenZxid;
    }

    /// @param wanted what stands first among the unanswered requests; null if nothing does
    void reply(int xid, long zxid, @Nullable Integer wanted) {
        Violation.unless(
                wanted != null && wanted == xid,
                PROMISE,
                "reply to " + xid + ", but " + wanted + " was the next one asked");
        Violation.unless(
                zxid >= seenZxid,
                PROMISE,
                "zxid " + History.hex(zxid) + " after " + History.hex(seenZxid));
        seenZxid = zxid;
    }

    /// @param floorZxid what was acknowledged to anybody before this was sent
    void synced(long zxid, long floorZxid) {
        Violation.unless(
                zxid >= floorZxid,
                PROMISE,
                "sync answered at " + History.hex(zxid) + ", behind " + History.hex(floorZxid));
    }

    void read(Request.Read read, long zxid, int err, byte[] body) {
        Model model = history.at(zxid);
        Model.Node node = model.node(read.path());
        int wanted = node == null ? ErrorCode.NO_NODE : ErrorCode.OK;
        boolean same = err == wanted && (node == null || sameBody(read, node, model, body));
        Violation.unless(
                same,
                PROMISE,
                read
                        + " at "
                        + History.hex(zxid)
                        + ": error "
                        + err
                        + " and another body than the model's, which has "
                        + node);
    }

    private static boolean sameBody(Request.Read read, Model.Node node, Model model, byte[] body) {
        var in = new JuteReader(body);
        Stat stat = model.stat(read.path());
        return switch (read.opcode()) {
            case OpCode.EXISTS -> stat.equals(Stat.decode(in));
            case OpCode.GET_DATA -> {
                var out = new JuteWriter();
                String data = node.data();
                out.writeBuffer(data == null ? null : data.getBytes(StandardCharsets.ISO_8859_1));
                stat.encode(out);
                yield Arrays.equals(body, out.toByteArray());
            }
            case OpCode.GET_CHILDREN -> sameNames(in.readStrings(), model.children(read.path()));
            case OpCode.GET_CHILDREN2 ->
                    sameNames(in.readStrings(), model.children(read.path()))
                            && stat.equals(Stat.decode(in));
            default -> throw new IllegalStateException(read.toString());
        };
    }

    private static boolean sameNames(List<String> names, List<String> wanted) {
        return names.size() == wanted.size() && new TreeSet<>(names).equals(new TreeSet<>(wanted));
    }

    void ephemerals(long sessionId, String prefix, long zxid, byte[] body) {
        List<String> wanted =
                history.at(zxid).ephemeralsOf(sessionId).stream()
                        .filter(each -> each.startsWith(prefix))
                        .toList();
        List<String> names = new JuteReader(body).readStrings();
        Violation.unless(
                sameNames(names, wanted),
                PROMISE,
                "ephemerals " + names + ", by the model " + wanted);
    }
}
