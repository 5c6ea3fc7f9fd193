package io.banyan.nacos.tree;

import io.banyan.tree.Caller;
import io.banyan.tree.NodeView;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.ChildrenReply;
import io.banyan.wire.DataReply;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The tree at one zxid. Immutable; good on any thread.
public final class View {
    private static final Caller DOOR = Caller.of(List.of(new Id("super", "door")));
    private static final byte[] NO_BYTES = {};

    private final ZnodeTree tree;
    private final State state;

    View(ZnodeTree tree, State state) {
        this.tree = tree;
        this.state = state;
    }

    public long zxid() {
        return state.zxid();
    }

    /// @return null if there is no such znode
    public @Nullable Node node(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        var out = new JuteWriter();
        if (tree.getData(state, bytes, 0, bytes.length, DOOR, out) != ErrorCode.OK) {
            return null;
        }
        var reply = DataReply.decode(new JuteReader(out.array(), 0, out.length()));
        byte[] data = reply.data();
        return new Node(data == null ? NO_BYTES : data, reply.stat());
    }

    /// @return null if there is no such znode
    public @Nullable Stat stat(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        NodeView node = tree.find(state, bytes, 0, bytes.length);
        return node == null ? null : node.stat();
    }

    public boolean exists(String path) {
        return stat(path) != null;
    }

    /// Names as they stand in the tree, encoded, sorted; none if there is no such znode.
    public List<String> children(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        var out = new JuteWriter();
        if (tree.getChildren(state, bytes, 0, bytes.length, DOOR, out) != ErrorCode.OK) {
            return List.of();
        }
        return ChildrenReply.decode(new JuteReader(out.array(), 0, out.length()))
                .children()
                .stream()
                .sorted()
                .toList();
    }

    /// Tells of every znode that is `levels` below `root`, by its decoded names from there on.
    public void eachBelow(String root, int levels, Consumer<List<String>> told) {
        walk(root, levels, new ArrayList<>(), told);
    }

    private void walk(String path, int levels, List<String> names, Consumer<List<String>> told) {
        if (names.size() == levels) {
            told.accept(List.copyOf(names));
            return;
        }
        for (String child : children(path)) {
            names.add(Names.decode(child));
            walk(path + "/" + child, levels, names, told);
            names.removeLast();
        }
    }

    /// How many children a znode has, 0 if there is no such znode.
    public int childCount(String path) {
        Stat stat = stat(path);
        return stat == null ? 0 : stat.numChildren();
    }
}
