package io.banyan.nacos.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.CheckVersionRequest;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.DeleteRequest;
import io.banyan.wire.MultiOp;
import io.banyan.wire.OpCode;
import io.banyan.wire.SetDataRequest;
import io.banyan.wire.Stat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Puts a multi together, with the parents that are missing in a view. Confined to its maker.
public final class Ops {
    /// Any version.
    public static final int ANY = -1;

    private static final int EPHEMERAL = 1;
    private static final int SEQUENTIAL = 2;
    private static final int CONTAINER = 4;
    private static final byte[] NO_BYTES = {};

    /// `/nacos/config/NS` and what is above stays for good; what is below goes when it is empty.
    private static final int PERSISTENT_DEPTH = 3;

    private final View view;
    private final List<Acl> acl;
    private final List<MultiOp> ops = new ArrayList<>();
    private final Set<String> made = new HashSet<>();

    Ops(View view, List<Acl> acl) {
        this.view = view;
        this.acl = acl;
    }

    public View view() {
        return view;
    }

    public boolean isEmpty() {
        return ops.isEmpty();
    }

    public List<MultiOp> list() {
        return List.copyOf(ops);
    }

    public Ops create(String path, byte[] data) {
        return create(path, data, 0);
    }

    public Ops createEphemeral(String path, byte[] data) {
        return create(path, data, EPHEMERAL);
    }

    /// @param prefix path of the znode but for its number
    public Ops createSequential(String prefix, byte[] data) {
        return create(prefix, data, SEQUENTIAL);
    }

    public Ops createContainer(String path, byte[] data) {
        return create(path, data, CONTAINER);
    }

    public Ops setData(String path, byte[] data, int version) {
        ops.add(new MultiOp.SetData(new SetDataRequest(path, data, version)));
        return this;
    }

    /// Creates or overwrites; nothing if it is there with the same bytes.
    public Ops put(String path, byte[] data) {
        Node node = view.node(path);
        if (node == null) {
            return create(path, data);
        }
        return java.util.Arrays.equals(node.data(), data) ? this : setData(path, data, ANY);
    }

    public Ops delete(String path) {
        ops.add(new MultiOp.Delete(new DeleteRequest(path, ANY)));
        return this;
    }

    /// Deletes what the view has of it.
    public Ops deleteIfThere(String path) {
        return view.exists(path) ? delete(path) : this;
    }

    public Ops check(String path, int version) {
        ops.add(new MultiOp.Check(new CheckVersionRequest(path, version)));
        return this;
    }

    private Ops create(String path, byte[] data, int flags) {
        parents(Layout.parent(path));
        add(path, data, flags);
        return this;
    }

    private void parents(String path) {
        if (path.isEmpty() || made.contains(path)) {
            return;
        }
        Stat there = view.stat(path);
        if (there != null) {
            return;
        }
        parents(Layout.parent(path));
        add(path, NO_BYTES, Layout.depth(path) > PERSISTENT_DEPTH ? CONTAINER : 0);
    }

    private void add(String path, byte[] data, int flags) {
        made.add(path);
        int type = flags == CONTAINER ? OpCode.CREATE_CONTAINER : OpCode.CREATE;
        ops.add(new MultiOp.Create(type, new CreateRequest(path, data, acl, flags)));
    }
}
