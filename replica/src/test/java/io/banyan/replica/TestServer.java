package io.banyan.replica;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.tree.Applied;
import io.banyan.tree.State;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Id;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// A replica and its gateways without threads: inputs are worked off when a test says so, and the
/// disk syncs when a test lets it.
final class TestServer implements TestHost {
    /// Of session expiry.
    static final int TICK_MILLIS = 1_000;

    /// Between two reports of a gateway.
    static final int STEP_MILLIS = 100;

    static final ReplicaConfig REPLICA =
            new ReplicaConfig(
                    1, 1, TICK_MILLIS, 2 * STEP_MILLIS, 1000, 0, 60_000, 10_000, 0, false);
    static final GatewayConfig GATEWAY =
            new GatewayConfig(2_000, 20_000, 1_000, Set.of(), 5_000, STEP_MILLIS, false);

    final ZnodeTree tree;
    final Replica replica;
    final List<Gateway> gateways = new ArrayList<>();
    final ArrayDeque<Input> inbox = new ArrayDeque<>();
    final List<State> snapshots = new ArrayList<>();
    final List<String> log = new ArrayList<>();
    final List<String> halts = new ArrayList<>();
    final Observed observed = new Observed();
    long nowMillis = 5_000_000;
    long wallMillis = 1_700_000_000_000L;

    /// Without it syncs wait for {@link #syncDisk}.
    boolean diskSyncs = true;

    long syncWanted;

    TestServer() {
        this(REPLICA, GATEWAY);
    }

    TestServer(GatewayConfig gatewayConfig) {
        this(REPLICA, gatewayConfig);
    }

    TestServer(ReplicaConfig config, GatewayConfig gatewayConfig) {
        this(config, gatewayConfig, null);
    }

    /// Writes down which znodes were read, with the bytes that were shown of them.
    static final class Observed implements GatewayObserver {
        final List<String> reads = new ArrayList<>();
        final List<Long> committed = new ArrayList<>();

        @Override
        public void received() {}

        @Override
        public void sent() {}

        @Override
        public void readAnswered(long latencyNanos, int replyBytes) {}

        @Override
        public void writeAnswered(long latencyNanos, int replyBytes) {}

        @Override
        public void watchFired(int eventType) {}

        @Override
        public void authFailed() {}

        @Override
        public void znodeRead(byte[] path, int from, int end, int shownBytes) {
            reads.add(new String(path, from, end - from, UTF_8) + " " + shownBytes);
        }

        @Override
        public void committed(Applied applied) {
            committed.add(applied.zxid());
        }
    }

    TestServer(ReplicaConfig config, GatewayConfig gatewayConfig, State recovered) {
        var defaults = TreeConfig.defaults();
        tree =
                new ZnodeTree(
                        new TreeConfig(true, true, false, false, false, true, defaults.schemes()));
        State start = recovered == null ? tree.fresh() : recovered;
        replica = new Replica(config, tree, start, nowMillis, wallMillis, new SplittableRandom(1));
        for (int i = 0; i < config.gateways(); i++) {
            gateways.add(
                    new Gateway(
                            i,
                            gatewayConfig,
                            tree,
                            start,
                            inbox::add,
                            observed,
                            nanos(),
                            () -> wallMillis));
        }
    }

    static ReplicaConfig withGateways(int gateways) {
        return new ReplicaConfig(
                1, gateways, TICK_MILLIS, 2 * STEP_MILLIS, 1000, 0, 60_000, 10_000, 0, false);
    }

    @Override
    public long nanos() {
        return nowMillis * 1_000_000;
    }

    TestClient connect() {
        return connect(0);
    }

    /// A client that has a socket and has said nothing.
    @Override
    public TestClient connect(int gateway) {
        var client = new TestClient(this, gateways.get(gateway));
        client.connection =
                client.gateway.onConnected(
                        "/127.0.0.1:1", List.of(new Id("ip", "127.0.0.1")), client, nanos());
        return client;
    }

    /// A client with a new session.
    TestClient open() {
        return open(0);
    }

    TestClient open(int gateway) {
        TestClient client = connect(gateway).hello(10_000, 0, 0, new byte[16]);
        settle();
        client.learnSession();
        return client;
    }

    /// Works until nothing is left to do without the disk or the clock.
    @Override
    public void settle() {
        while (!inbox.isEmpty()) {
            round();
        }
        gateways.forEach(Gateway::endRound);
    }

    private void round() {
        var effects = new ArrayList<Effect>();
        replica.step(new Input.Tick(nowMillis, wallMillis), effects);
        var taken = List.copyOf(inbox);
        inbox.clear();
        taken.forEach(each -> replica.step(each, effects));
        replica.endRound(effects);
        effects.forEach(this::carryOut);
        gateways.forEach(Gateway::endRound);
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Append append -> log.add("append " + append.zxid());
            case Effect.Sync sync -> {
                log.add("sync " + sync.zxid());
                syncWanted = sync.zxid();
                if (diskSyncs) {
                    inbox.add(new Input.Synced(sync.zxid()));
                }
            }
            case Effect.Deliver deliver -> {
                log.add("deliver " + deliver.batch().items().size());
                gateways.forEach(each -> each.onBatch(deliver.batch(), nanos()));
            }
            case Effect.Resumed resumed ->
                    gateways.get(resumed.ticket().gateway())
                            .onResumed(
                                    resumed.ticket(),
                                    resumed.sessionId(),
                                    resumed.valid(),
                                    nanos());
            case Effect.Evict evict ->
                    gateways.get(evict.connection().gatewayIndex())
                            .onEvicted(evict.connection(), evict.why(), nanos());
            case Effect.Answer answer ->
                    gateways.get(answer.ticket().gateway())
                            .onAnswered(answer.ticket(), answer.error(), nanos());
            case Effect.RollLog roll -> log.add("roll");
            case Effect.TakeSnapshot take -> {
                log.add("snapshot " + take.state().zxid());
                snapshots.add(take.state());
            }
            case Effect.Halt halt -> halts.add(halt.reason());
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
                    throw new IllegalStateException("a server on its own got " + effect);
        }
    }

    /// The disk has synced everything that was asked of it.
    void syncDisk() {
        inbox.add(new Input.Synced(syncWanted));
        settle();
    }

    void post(Input input) {
        inbox.add(input);
        settle();
    }

    /// Time passes while everything works.
    void pass(long millis) {
        for (long left = millis; left > 0; left -= STEP_MILLIS) {
            jump(Math.min(left, STEP_MILLIS));
            gateways.forEach(each -> each.tick(nanos()));
            settle();
        }
    }

    /// Time passes and nobody runs.
    void jump(long millis) {
        nowMillis += millis;
        wallMillis += millis;
    }
}
