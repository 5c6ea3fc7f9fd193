package io.banyan.bench.jmh;

import io.banyan.tree.Applied;
import io.banyan.tree.Caller;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.WriteRequest;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The tree alone: random znodes of a thousand (all in the cache) and of a million (none).
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx4g", "-XX:+UseCompactObjectHeaders"})
public class TreeBenchmark {
    private static final int PER_DIRECTORY = 1000;
    private static final int PATHS = 1 << 14;
    private static final byte[] DATA = new byte[100];
    private static final long SESSION = 0x10000000000L;
    private static final long WALL_MILLIS = 1_700_000_000_000L;

    @Param({"1000", "1000000"})
    private int znodes = 1000;

    private final ZnodeTree tree = new ZnodeTree(TreeConfig.defaults());
    private final Caller caller = Caller.of(List.of());
    private final JuteWriter out = new JuteWriter(1024);
    private final byte[][] paths = new byte[PATHS][];
    private final byte[][] setBodies = new byte[PATHS][];
    private io.banyan.tree.State state = tree.fresh();
    private long zxid;
    private int next;

    @Setup(Level.Trial)
    public void build() {
        create("/fan");
        for (int i = 0; i < znodes; i++) {
            if (i % PER_DIRECTORY == 0) {
                create("/fan/" + digits(i / PER_DIRECTORY));
            }
            create(path(i));
        }
        var random = new SplittableRandom(1);
        for (int i = 0; i < PATHS; i++) {
            String path = path(random.nextInt(znodes));
            paths[i] = path.getBytes(StandardCharsets.UTF_8);
            var body = new JuteWriter();
            body.writeString(path);
            body.writeBuffer(DATA);
            body.writeInt(-1);
            setBodies[i] = body.toByteArray();
        }
    }

    @Benchmark
    public int getData() {
        byte[] path = paths[next++ & (PATHS - 1)];
        out.clear();
        return tree.getData(state, path, 0, path.length, caller, out);
    }

    @Benchmark
    public int exists() {
        byte[] path = paths[next++ & (PATHS - 1)];
        out.clear();
        return tree.exists(state, path, 0, path.length, caller, out);
    }

    @Benchmark
    public Applied setData() {
        return write(OpCode.SET_DATA, setBodies[next++ & (PATHS - 1)]);
    }

    /// The znode is created over and over on the same state, as the tree must not grow.
    @Benchmark
    public Applied create() {
        byte[] body = createBody("/fan/0000/new");
        var request = new WriteRequest(SESSION, 1, OpCode.CREATE, body, 0, body.length, caller);
        return tree.evaluate(state, request, zxid + 1, WALL_MILLIS);
    }

    private Applied write(int opcode, byte[] body) {
        var request = new WriteRequest(SESSION, 1, opcode, body, 0, body.length, caller);
        Applied applied = tree.evaluate(state, request, ++zxid, WALL_MILLIS);
        state = applied.state();
        return applied;
    }

    private void create(String path) {
        Applied applied = write(OpCode.CREATE, createBody(path));
        if (applied.err() != 0) {
            throw new IllegalStateException("error " + applied.err() + " creating " + path);
        }
    }

    private static byte[] createBody(String path) {
        var body = new JuteWriter();
        body.writeString(path);
        body.writeBuffer(DATA);
        body.writeInt(1);
        body.writeInt(31);
        body.writeString("world");
        body.writeString("anyone");
        body.writeInt(0);
        return body.toByteArray();
    }

    private static String path(int i) {
        return "/fan/" + digits(i / PER_DIRECTORY) + "/" + digits(i % PER_DIRECTORY);
    }

    private static String digits(int i) {
        return String.format(Locale.ROOT, "%04d", i);
    }
}
