package io.banyan.bench.jmh;

import io.banyan.replica.Batch;
import io.banyan.replica.Connection;
import io.banyan.replica.Effect;
import io.banyan.replica.Gateway;
import io.banyan.replica.GatewayConfig;
import io.banyan.replica.GatewayObserver;
import io.banyan.replica.Input;
import io.banyan.replica.Replica;
import io.banyan.replica.ReplicaConfig;
import io.banyan.replica.Transport;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Id;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// From a request's frame to its reply's bytes through gateway and replica, on one thread and with
/// a disk that syncs at once: what the server spends besides sockets, threads and disk.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx2g", "-XX:+UseCompactObjectHeaders"})
public class GatewayBenchmark {
    /// Requests that one round of the network brings.
    private static final int ROUND = 512;

    private static final int CONNECTIONS = 32;
    private static final int WATCHERS = 1000;
    private static final long WALL_MILLIS = 1_700_000_000_000L;
    private static final int SNAPSHOTS_NEVER = Integer.MAX_VALUE;

    private final ZnodeTree tree = new ZnodeTree(TreeConfig.defaults());
    private final List<Input> inbox = new ArrayList<>();
    private final List<Input> taken = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final List<Connection> watchers = new ArrayList<>();
    private final Replica replica =
            new Replica(
                    new ReplicaConfig(
                            1, 1, 2000, 200, SNAPSHOTS_NEVER, 0, 60_000, 10_000, 0, false),
                    tree,
                    tree.fresh(),
                    0,
                    WALL_MILLIS,
                    new SplittableRandom(1));
    private final Gateway gateway =
            new Gateway(
                    0,
                    new GatewayConfig(4_000, 40_000, 10_000, Set.of(), 5_000, 100, false),
                    tree,
                    tree.fresh(),
                    inbox::add,
                    GatewayObserver.NONE,
                    0,
                    () -> WALL_MILLIS);
    private byte[] get = frame(OpCode.GET_DATA, out -> pathAndWatch(out, false));
    private byte[] getWatched = frame(OpCode.GET_DATA, out -> pathAndWatch(out, true));
    private byte[] set = frame(OpCode.SET_DATA, GatewayBenchmark::setData);
    private long sentBytes;

    @Setup(Level.Trial)
    public void connect() {
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(session());
        }
        for (int i = 0; i < WATCHERS; i++) {
            watchers.add(session());
        }
        request(connections.getFirst(), frame(OpCode.CREATE, GatewayBenchmark::create));
        settle();
    }

    @Benchmark
    @OperationsPerInvocation(ROUND)
    public long getData() {
        for (int i = 0; i < ROUND; i++) {
            request(connections.get(i % CONNECTIONS), get);
        }
        gateway.endRound();
        return sentBytes;
    }

    @Benchmark
    @OperationsPerInvocation(ROUND)
    public long setData() {
        for (int i = 0; i < ROUND; i++) {
            request(connections.get(i % CONNECTIONS), set);
        }
        settle();
        return sentBytes;
    }

    /// One watcher's part: setting its watch by getData, and its event.
    @Benchmark
    @OperationsPerInvocation(WATCHERS)
    public long watchAndFire() {
        for (int i = 0; i < WATCHERS; i++) {
            request(watchers.get(i), getWatched);
        }
        request(connections.getFirst(), set);
        settle();
        return sentBytes;
    }

    private Connection session() {
        Connection connection =
                gateway.onConnected(
                        "benchmark", List.of(new Id("ip", "127.0.0.1")), new Counter(), 0);
        var hello = new JuteWriter();
        hello.writeInt(0);
        hello.writeLong(0);
        hello.writeInt(30_000);
        hello.writeLong(0);
        hello.writeBuffer(new byte[16]);
        hello.writeBool(false);
        request(connection, hello.toByteArray());
        settle();
        return connection;
    }

    private void request(Connection from, byte[] frame) {
        gateway.onFrame(from, frame, 0, frame.length, 1);
    }

    /// Lets the replica work off what there is; every sync succeeds at once.
    private void settle() {
        while (!inbox.isEmpty()) {
            taken.addAll(inbox);
            inbox.clear();
            replica.step(new Input.Tick(0, WALL_MILLIS), effects);
            taken.forEach(each -> replica.step(each, effects));
            taken.clear();
            replica.endRound(effects);
            for (Effect each : effects) {
                carryOut(each);
            }
            effects.clear();
        }
        gateway.endRound();
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Sync sync -> inbox.add(new Input.Synced(sync.zxid()));
            case Effect.Deliver(Batch batch) -> gateway.onBatch(batch, 1);
            case Effect.Append _,
                    Effect.RollLog _,
                    Effect.Resumed _,
                    Effect.Evict _,
                    Effect.Answer _,
                    Effect.TakeSnapshot _ -> {}
            case Effect.Halt halt -> throw new IllegalStateException(halt.reason());
            case Effect.Notify _,
                    Effect.Dial _,
                    Effect.SendToPeer _,
                    Effect.SendImage _,
                    Effect.HangUp _,
                    Effect.SaveAcceptedEpoch _,
                    Effect.SaveCurrentEpoch _,
                    Effect.SaveQuorums _,
                    Effect.Activate _,
                    Effect.Truncate _,
                    Effect.Install _,
                    Effect.ReadHistory _,
                    Effect.Serve _,
                    Effect.Cease _,
                    Effect.Report _ ->
                    throw new IllegalStateException(effect + " of a server on its own");
        }
    }

    private static byte[] frame(int opcode, Consumer<JuteWriter> body) {
        var out = new JuteWriter();
        out.writeInt(1);
        out.writeInt(opcode);
        body.accept(out);
        return out.toByteArray();
    }

    private static void pathAndWatch(JuteWriter out, boolean watch) {
        out.writeString("/bench");
        out.writeBool(watch);
    }

    private static void setData(JuteWriter out) {
        out.writeString("/bench");
        out.writeBuffer(new byte[100]);
        out.writeInt(-1);
    }

    private static void create(JuteWriter out) {
        out.writeString("/bench");
        out.writeBuffer(new byte[100]);
        out.writeInt(1);
        out.writeInt(31);
        out.writeString("world");
        out.writeString("anyone");
        out.writeInt(0);
    }

    /// Takes the bytes as a socket would.
    private final class Counter implements Transport {
        @Override
        public void send(byte[] bytes, int length) {
            sentBytes += length;
        }

        @Override
        public void close(String reason) {
            throw new IllegalStateException(reason);
        }

        @Override
        public void reading(boolean on) {}
    }
}
