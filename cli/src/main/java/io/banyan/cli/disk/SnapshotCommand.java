package io.banyan.cli.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Screen.Style;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.server.host.RecoveredTree;
import io.banyan.store.CorruptFile;
import io.banyan.store.Disk;
import io.banyan.store.FileDisk;
import io.banyan.store.Snapshot;
import io.banyan.store.SnapshotFiles;
import io.banyan.store.StoreConfig;
import io.banyan.store.ZxidDigest;
import io.banyan.tree.State;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Acl;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import io.banyan.wire.Zxid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `banyan snapshot`.
final class SnapshotCommand {
    private static final int TOP = 5;

    private SnapshotCommand() {}

    static int run(Run run) throws IOException {
        boolean isVerifying = run.has("--verify");
        String path = run.value("--path");
        if (path != null) {
            ZnodePath.require(path);
        }
        int top = run.intValue("--top", TOP, "number");
        if (top < 0) {
            throw Trouble.usage("--top: \"" + top + "\" is no number of znodes");
        }
        boolean areGood = true;
        var answers = new ArrayList<>();
        for (DataFiles files : DataFiles.find(DataFiles.Kind.SNAPSHOT, run.args())) {
            List<String> names = isVerifying ? files.names() : List.of(files.names().getLast());
            try (Disk disk = FileDisk.openUnlocked(files.folder())) {
                for (String name : names) {
                    if (isVerifying) {
                        areGood &= verify(run, disk, name, answers);
                    } else {
                        inspect(run, disk, name, path, top, answers);
                    }
                }
            }
        }
        if (run.isJson()) {
            run.json(answers);
        }
        return areGood ? ExitCode.OK : ExitCode.REFUSED;
    }

    // ---- verify

    private static boolean verify(Run run, Disk disk, String name, List<Object> answers)
            throws IOException {
        String wrong = null;
        String remark = null;
        Snapshot snapshot = null;
        var target = new RecoveredTree(new ZnodeTree(TreeConfig.defaults()));
        try {
            snapshot = SnapshotFiles.read(disk, StoreConfig.DEFAULT, name, target.newSnapshot());
            target.snapshotLoaded(snapshot);
            ZxidDigest digest = snapshot.digest();
            if (digest == null) {
                remark = "the file has no digest to compare with";
            } else if (digest.version() != ZxidDigest.VERSION || digest.zxid() != snapshot.zxid()) {
                remark = "its digest is of another moment: not compared";
            } else if (digest.digest() != target.state().digest()) {
                wrong = wrongDigest(digest, target.state());
            }
        } catch (CorruptFile | IllegalArgumentException | IllegalStateException e) {
            wrong = e.getMessage();
        }
        String file = disk.describe(Disk.Folder.SNAP, name);
        if (run.isJson()) {
            answers.add(
                    Run.fields(
                            "file",
                            file,
                            "good",
                            wrong == null,
                            "problem",
                            wrong,
                            "remark",
                            remark,
                            "znodes",
                            snapshot == null ? null : snapshot.nodes()));
        } else if (wrong == null) {
            run.line(
                    run.screen().styled(Style.GOOD, "good    ")
                            + file
                            + (snapshot == null ? "" : " znodes=" + snapshot.nodes())
                            + (remark == null ? "" : " (" + remark + ")"));
        } else {
            run.line(run.screen().styled(Style.BAD, "damaged ") + file + ": " + wrong);
        }
        return wrong == null;
    }

    private static String wrongDigest(ZxidDigest digest, State state) {
        return "the tree's digest is "
                + state.digest()
                + ", the file says "
                + digest.digest()
                + ": what is in it is not what the server had";
    }

    // ---- inspect

    private static void inspect(
            Run run, Disk disk, String name, @Nullable String path, int top, List<Object> answers)
            throws IOException {
        var contents = new Contents(run, path, top);
        Snapshot snapshot;
        try {
            snapshot = SnapshotFiles.read(disk, StoreConfig.DEFAULT, name, contents);
        } catch (CorruptFile e) {
            throw Trouble.refused(String.valueOf(e.getMessage()));
        }
        String file = disk.describe(Disk.Folder.SNAP, name);
        if (run.isJson()) {
            answers.add(contents.json(file, snapshot));
        } else if (path == null) {
            contents.print(file, snapshot);
        }
    }

    /// @param path of the znode
    /// @param bytes of its data
    private record Sized(String path, long bytes) {}

    /// Counts what a snapshot tells.
    private static final class Contents implements SnapshotSink {
        private final Run run;
        private final @Nullable String path;
        private final int top;
        private final PriorityQueue<Sized> largest =
                new PriorityQueue<>(Comparator.comparingLong(Sized::bytes));
        private final Map<String, Long> znodesByBranch = new TreeMap<>();
        private final List<Object> listed = new ArrayList<>();
        private long sessions;
        private long acls;
        private long znodes;
        private long ephemerals;
        private long dataBytes;
        private long newestMillis;

        Contents(Run run, @Nullable String path, int top) {
            this.run = run;
            this.path = path;
            this.top = top;
        }

        @Override
        public void session(long sessionId, int timeoutMillis) {
            sessions++;
        }

        @Override
        public void acl(long key, List<Acl> acl) {
            acls++;
        }

        @Override
        public void node(
                byte[] bytes,
                int pathEnd,
                byte @Nullable [] data,
                long aclKey,
                StatPersisted stat) {
            String at = pathEnd == 0 ? "/" : new String(bytes, 0, pathEnd, UTF_8);
            int length = data == null ? 0 : data.length;
            znodes++;
            dataBytes += length;
            // Containers and TTL znodes have the top bits set.
            ephemerals += stat.ephemeralOwner() > 0 ? 1 : 0;
            newestMillis = Math.max(newestMillis, stat.mtime());
            znodesByBranch.merge(branch(at), 1L, Long::sum);
            largest.add(new Sized(at, length));
            if (largest.size() > top) {
                largest.remove();
            }
            if (path != null && ZnodePath.isWithin(at, path)) {
                list(at, length, stat);
            }
        }

        private static String branch(String path) {
            int second = path.indexOf('/', 1);
            return second < 0 ? path : path.substring(0, second);
        }

        private void list(String at, int length, StatPersisted stat) {
            if (run.isJson()) {
                listed.add(
                        Run.fields(
                                "path", at,
                                "dataLength", length,
                                "version", stat.version(),
                                "czxid", Zxid.hex(stat.czxid()),
                                "mzxid", Zxid.hex(stat.mzxid()),
                                "ephemeralOwner", Zxid.hex(stat.ephemeralOwner())));
            } else {
                run.line(
                        at
                                + " "
                                + length
                                + " B version="
                                + stat.version()
                                + " mzxid="
                                + Zxid.hex(stat.mzxid()));
            }
        }

        private List<Sized> sizedDownwards() {
            return largest.stream()
                    .sorted(Comparator.comparingLong(Sized::bytes).reversed())
                    .toList();
        }

        private List<Map.Entry<String, Long>> branchesDownwards() {
            return znodesByBranch.entrySet().stream()
                    .filter(each -> !each.getKey().equals("/"))
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .limit(top)
                    .toList();
        }

        void print(String file, Snapshot snapshot) {
            run.line(run.screen().styled(Style.STRONG, file));
            run.line("  zxid        " + Zxid.hex(snapshot.zxid()));
            if (snapshot.lastZxid() >= 0 && snapshot.lastZxid() != snapshot.zxid()) {
                run.line("  last zxid   " + Zxid.hex(snapshot.lastZxid()) + " (fuzzy)");
            }
            ZxidDigest digest = snapshot.digest();
            run.line(
                    "  digest      "
                            + (digest == null
                                    ? "none"
                                    : digest.digest() + " at " + Zxid.hex(digest.zxid())));
            run.line("  bytes       " + snapshot.bytes());
            run.line("  znodes      " + znodes + " (" + ephemerals + " ephemeral)");
            run.line("  data bytes  " + dataBytes);
            run.line("  sessions    " + sessions);
            run.line("  ACL lists   " + acls);
            run.line("  last change " + java.time.Instant.ofEpochMilli(newestMillis));
            branchesDownwards()
                    .forEach(each -> run.line("  " + each.getKey() + " " + each.getValue()));
            run.line("  largest data:");
            sizedDownwards().forEach(each -> run.line("    " + each.bytes() + " B " + each.path()));
        }

        Object json(String file, Snapshot snapshot) {
            ZxidDigest digest = snapshot.digest();
            var fields =
                    Run.fields(
                            "file", file,
                            "zxid", Zxid.hex(snapshot.zxid()),
                            "lastZxid",
                                    snapshot.lastZxid() < 0 ? null : Zxid.hex(snapshot.lastZxid()),
                            "digest", digest == null ? null : digest.digest(),
                            "bytes", snapshot.bytes(),
                            "znodes", znodes,
                            "ephemerals", ephemerals,
                            "dataBytes", dataBytes,
                            "sessions", sessions,
                            "aclLists", acls);
            var branches = new ArrayList<>();
            branchesDownwards()
                    .forEach(each ->
                            branches.add(
                                    Run.fields(
                                            "path", each.getKey(),
                                            "znodes", each.getValue())));
            var sized = new ArrayList<>();
            sizedDownwards()
                    .forEach(each ->
                            sized.add(Run.fields("path", each.path(), "bytes", each.bytes())));
            fields.put("branches", branches);
            fields.put("largest", sized);
            if (path != null) {
                fields.put("listed", listed);
            }
            return fields;
        }
    }
}
