package io.banyan.server;

import io.banyan.server.admin.SnapshotControl;
import io.banyan.server.host.ReplicaHost;
import io.banyan.server.host.SnapshotFile;
import io.banyan.store.Compression;
import io.banyan.store.Disk;
import io.banyan.store.StoreConfig;
import io.banyan.tree.AuthScheme;
import io.banyan.tree.Caller;
import io.banyan.tree.NodeView;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Id;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Snapshots on an operator's word: exact at one transaction, kept in the data directory under
/// ZooKeeper's name, and streamed from there.
final class Snapshots implements SnapshotControl {
    private static final byte[] ROOT = {'/'};

    private final ZnodeTree tree;
    private final ReplicaHost host;
    private final Disk disk;
    private final StoreConfig config;
    private final Path folder;

    /// @param folder where snapshot files are
    Snapshots(ZnodeTree tree, ReplicaHost host, Disk disk, StoreConfig config, Path folder) {
        this.tree = tree;
        this.host = host;
        this.disk = disk;
        this.config = config.withCompression(Compression.NONE);
        this.folder = folder;
    }

    @Override
    public Access check(String scheme, byte[] credentials, InetAddress from) {
        List<Id> ids = new ArrayList<>();
        if (scheme.equals("ip")) {
            ids.add(new Id("ip", from.getHostAddress()));
        } else {
            for (AuthScheme each : tree.config().schemes()) {
                List<Id> found = each.name().equals(scheme) ? each.authenticate(credentials) : null;
                if (found != null) {
                    ids.addAll(found);
                }
            }
        }
        if (ids.isEmpty()) {
            return Access.NOT_AUTHENTICATED;
        }
        NodeView root = tree.find(host.committed(), ROOT, 0, ROOT.length);
        return root != null && tree.mayDoAll(root.acl(), Caller.of(ids))
                ? Access.ADMITTED
                : Access.NOT_AUTHORIZED;
    }

    @Override
    public synchronized Snapshot take() throws IOException {
        State state = host.committed();
        long bytes = SnapshotFile.write(disk, config, state);
        // Open before anyone may purge it; an open file outlives its name.
        InputStream body =
                Files.newInputStream(folder.resolve("snapshot." + Long.toHexString(state.zxid())));
        return new Snapshot(state.zxid(), bytes, body);
    }

    @Override
    public long restore(InputStream body) throws IOException {
        throw new IOException(
                "restore while running is not supported: what clients were acknowledged would"
                        + " vanish under them. Stop the server, empty version-2 in dataDir and"
                        + " dataLogDir, put the snapshot there under its name, start the server.");
    }
}
