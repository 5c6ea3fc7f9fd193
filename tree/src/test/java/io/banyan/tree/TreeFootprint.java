package io.banyan.tree;

import com.sun.management.ThreadMXBean;
import io.banyan.wire.Acl;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.StatPersisted;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/// Prints what a znode costs: `main` with the number of znodes, a million by default. Bytes of heap
/// a znode, time to load, nanoseconds of a random getData, setData, create and delete, and of the
/// walk that a snapshot makes; each cold in the sense that a million znodes fit no cache. Times are
/// processor time of the one thread, without the collector's.
final class TreeFootprint {
    private static final int DATA_BYTES = 100;
    private static final int CHILDREN = 1_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static long allocatedBytes;

    private TreeFootprint() {}

    public static void main(String[] args) throws Exception {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        var tree = new ZnodeTree(TreeConfig.defaults());
        // Once for the compiler, once for the clock.
        load(tree, Math.min(count, 200_000));
        long heapBefore = usedBytes();
        long start = cpuNanos();
        State state = load(tree, count);
        long loadNanos = cpuNanos() - start;
        long heapAfter = usedBytes();
        System.out.printf(
                "znodes %d, data %d bytes: %.1f bytes a znode, loaded in %.0f ms%n",
                state.nodeCount(),
                DATA_BYTES,
                (heapAfter - heapBefore) / (double) state.nodeCount(),
                loadNanos / 1e6);
        for (int round = 0; round < 3; round++) {
            gets(tree, state, count);
            state = sets(tree, state, count);
            state = createsAndDeletes(tree, state, count);
            tell(state);
        }
        System.out.printf(
                "after the writes: %.1f bytes a znode%n",
                (usedBytes() - heapBefore) / (double) state.nodeCount());
    }

    private static byte[] path(int i) {
        return World.utf8("/app/group-" + i / CHILDREN + "/node-" + i);
    }

    private static State load(ZnodeTree tree, int count) {
        Loader loader = tree.loader();
        var random = new SplittableRandom(1);
        byte[] data = new byte[DATA_BYTES];
        loader.node(new byte[0], 0, null, -1, stat(0));
        byte[] app = World.utf8("/app");
        loader.node(app, app.length, null, -1, stat(1));
        for (int i = 0; i < count; i++) {
            if (i % CHILDREN == 0) {
                byte[] group = World.utf8("/app/group-" + i / CHILDREN);
                loader.node(group, group.length, null, -1, stat(2 + i));
            }
            byte[] path = path(i);
            random.nextBytes(data);
            loader.node(path, path.length, data, -1, stat(0x500000000L + i));
        }
        return loader.finish(0x500000000L + count);
    }

    private static StatPersisted stat(long zxid) {
        long time = 1_700_000_000_000L + zxid % 1_000_000_000L;
        return new StatPersisted(zxid, zxid, time, time, 0, 0, 0, 0, zxid);
    }

    private static void gets(ZnodeTree tree, State state, int count) {
        var random = new SplittableRandom(2);
        var out = new JuteWriter(1024);
        int rounds = 1_000_000;
        byte[][] paths = new byte[rounds][];
        for (int i = 0; i < rounds; i++) {
            paths[i] = path(random.nextInt(count));
        }
        long sum = 0;
        long start = cpuNanos();
        for (byte[] path : paths) {
            out.clear();
            sum += tree.getData(state, path, 0, path.length, World.NOBODY, out);
            sum += out.length();
        }
        report("getData", start, rounds, sum);
    }

    private static State sets(ZnodeTree tree, State from, int count) {
        var random = new SplittableRandom(3);
        State state = from;
        int rounds = 500_000;
        WriteRequest[] requests = new WriteRequest[rounds];
        for (int i = 0; i < rounds; i++) {
            var body = new JuteWriter(160);
            body.writeBuffer(path(random.nextInt(count)));
            body.writeBuffer(new byte[DATA_BYTES]);
            body.writeInt(-1);
            requests[i] = request(OpCode.SET_DATA, body);
        }
        long sum = 0;
        long start = cpuNanos();
        for (WriteRequest request : requests) {
            Applied applied = tree.evaluate(state, request, state.zxid() + 1, 1_700_001_000_000L);
            state = applied.state();
            sum += applied.err();
        }
        report("setData", start, rounds, sum);
        return state;
    }

    private static State createsAndDeletes(ZnodeTree tree, State from, int count) {
        var random = new SplittableRandom(4);
        State state = from;
        int rounds = 200_000;
        WriteRequest[] creates = new WriteRequest[rounds];
        WriteRequest[] deletes = new WriteRequest[rounds];
        for (int i = 0; i < rounds; i++) {
            byte[] path =
                    World.utf8("/app/group-" + random.nextInt(count) / CHILDREN + "/new-" + i);
            var create = new JuteWriter(200);
            create.writeBuffer(path);
            create.writeBuffer(new byte[DATA_BYTES]);
            create.writeVector(Acl.OPEN, (out, acl) -> acl.encode(out));
            create.writeInt(0);
            creates[i] = request(OpCode.CREATE, create);
            var delete = new JuteWriter(60);
            delete.writeBuffer(path);
            delete.writeInt(-1);
            deletes[i] = request(OpCode.DELETE, delete);
        }
        long sum = 0;
        long start = cpuNanos();
        for (WriteRequest request : creates) {
            Applied applied = tree.evaluate(state, request, state.zxid() + 1, 1_700_001_000_000L);
            state = applied.state();
            sum += applied.err();
        }
        report("create", start, rounds, sum);
        start = cpuNanos();
        for (WriteRequest request : deletes) {
            Applied applied = tree.evaluate(state, request, state.zxid() + 1, 1_700_001_000_000L);
            state = applied.state();
            sum += applied.err();
        }
        report("delete", start, rounds, sum);
        return state;
    }

    private static WriteRequest request(int opcode, JuteWriter body) {
        byte[] bytes = body.toByteArray();
        return new WriteRequest(1, 1, opcode, bytes, 0, bytes.length, World.NOBODY);
    }

    private static void tell(State state) throws Exception {
        long[] sum = new long[1];
        long start = cpuNanos();
        state.writeTo(
                new io.banyan.wire.SnapshotSink() {
                    @Override
                    public void session(long sessionId, int timeoutMillis) {}

                    @Override
                    public void acl(long key, java.util.List<Acl> acl) {}

                    @Override
                    public void node(
                            byte[] path,
                            int pathEnd,
                            byte[] data,
                            long aclKey,
                            StatPersisted stat) {
                        sum[0] += pathEnd + stat.mzxid();
                    }
                });
        report("writeTo, a znode", start, state.nodeCount(), sum[0]);
        var tree = new ZnodeTree(TreeConfig.defaults());
        start = cpuNanos();
        State again = World.reloaded(tree, state);
        report("writeTo a loader, a znode", start, state.nodeCount(), again.digest());
        if (again.digest() != state.digest()) {
            throw new AssertionError("digests differ");
        }
    }

    private static void report(String what, long startNanos, int rounds, long sum) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBytes;
        long nanos = cpuNanos() - startNanos;
        System.out.printf(
                "%-28s %6d ns %6d bytes allocated   (%x)%n",
                what, nanos / rounds, allocated / rounds, sum);
    }

    /// Processor time of this thread: others on the machine do not count, nor does the collector.
    private static long cpuNanos() {
        allocatedBytes = THREADS.getCurrentThreadAllocatedBytes();
        return THREADS.getCurrentThreadCpuTime();
    }

    private static long usedBytes() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
