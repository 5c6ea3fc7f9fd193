package io.banyan.replica;

import io.banyan.tree.Replay;
import io.banyan.tree.State;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Id;
import io.banyan.wire.JuteWriter;
import io.banyan.zab.Entry;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import io.banyan.zab.Past;
import io.banyan.zab.PeerState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// One server of a {@link TestEnsemble}: a replica, a gateway, and a disk that survives it.
final class TestMember implements TestHost {
    /// The other end of a connection on the quorum port.
    private record Far(TestMember member, long link) {}

    final int id;
    private final TestEnsemble ensemble;
    private final boolean observer;
    final ZnodeTree tree;
    private final ReplicaConfig config;

    // The disk.
    State base;
    final TreeMap<Long, byte[]> log = new TreeMap<>();
    long acceptedEpoch;
    long currentEpoch;

    /// Without it nothing becomes durable.
    boolean diskWorks = true;

    /// Of snapshots: done at once, or when {@link #finishSnapshot} says so.
    boolean snapshotsAtOnce = true;

    // The process.
    boolean up;
    Replica replica;
    Gateway gateway;
    private final ArrayDeque<Input> inbox = new ArrayDeque<>();
    private final ArrayList<Effect> waitingForDisk = new ArrayList<>();
    private final Map<Long, Far> links = new HashMap<>();
    private long lastAccepted;
    final List<String> done = new ArrayList<>();
    final List<String> reports = new ArrayList<>();
    String halted;

    TestMember(TestEnsemble ensemble, int id, boolean observer, ReplicaConfig config) {
        this.ensemble = ensemble;
        this.id = id;
        this.observer = observer;
        this.config = config;
        var defaults = TreeConfig.defaults();
        tree =
                new ZnodeTree(
                        new TreeConfig(true, true, false, false, false, true, defaults.schemes()));
        base = tree.fresh();
    }

    // ---- life

    void start() {
        State state = stateOnDisk();
        var newest = new ArrayList<Entry>();
        for (var each : log.entrySet()) {
            newest.add(new Entry(each.getKey(), each.getValue()));
        }
        var random = new SplittableRandom(id);
        replica =
                Replica.member(
                        config,
                        tree,
                        state,
                        ensemble.zabConfig(id),
                        new Past(acceptedEpoch, currentEpoch, state.zxid(), base.zxid(), newest),
                        ensemble.nowMillis,
                        ensemble.wallMillis,
                        random);
        gateway =
                Gateway.waiting(
                        0,
                        TestServer.GATEWAY,
                        tree,
                        state,
                        inbox::add,
                        GatewayObserver.NONE,
                        nanos(),
                        () -> ensemble.wallMillis);
        up = true;
        halted = null;
        for (TestMember each : ensemble.members.values()) {
            if (each != this && each.up) {
                ensemble.electionLink(this, each);
            }
        }
    }

    /// The process is killed; what it had synced stays.
    void kill() {
        up = false;
        inbox.clear();
        waitingForDisk.clear();
        for (long link : List.copyOf(links.keySet())) {
            hangUp(link, "its process ended");
        }
        for (TestMember each : ensemble.members.values()) {
            if (each != this && each.up) {
                each.inbox.add(new Input.ElectionLink(id, false));
            }
        }
        gateway.closeAll("killed");
    }

    boolean isLeading() {
        Membership now = up ? replica.membership() : null;
        return now != null && now.state() == PeerState.LEADING && now.serving();
    }

    boolean isServing() {
        Membership now = up ? replica.membership() : null;
        return now != null && now.serving();
    }

    void post(Input input) {
        inbox.add(input);
    }

    boolean isIdle() {
        return inbox.isEmpty();
    }

    // ---- clients

    @Override
    public long nanos() {
        return ensemble.nowMillis * 1_000_000;
    }

    @Override
    public void settle() {
        ensemble.settle();
    }

    @Override
    public TestClient connect(int ofGateway) {
        var client = new TestClient(this, gateway);
        client.connection =
                gateway.onConnected(
                        "/127.0.0.1:1", List.of(new Id("ip", "127.0.0.1")), client, nanos());
        return client;
    }

    /// A client with a new session.
    TestClient open() {
        TestClient client = connect(0).hello(10_000, 0, 0, new byte[16]);
        settle();
        client.learnSession();
        return client;
    }

    /// A new connection of somebody else's session.
    TestClient resume(TestClient other) {
        TestClient client = connect(0).hello(10_000, 0, other.sessionId, other.password);
        client.sessionId = other.sessionId;
        client.password = other.password;
        client.xid = other.xid;
        settle();
        return client;
    }

    // ---- rounds

    void round() {
        if (!up) {
            inbox.clear();
            return;
        }
        var effects = new ArrayList<Effect>();
        replica.step(new Input.Tick(ensemble.nowMillis, ensemble.wallMillis), effects);
        var taken = List.copyOf(inbox);
        inbox.clear();
        for (Input each : taken) {
            replica.step(each, effects);
        }
        replica.endRound(effects);
        for (Effect each : effects) {
            carryOut(each);
        }
        gateway.endRound();
    }

    void tickGateway() {
        if (up) {
            gateway.tick(nanos());
        }
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Append _,
                    Effect.Sync _,
                    Effect.SaveAcceptedEpoch _,
                    Effect.SaveCurrentEpoch _,
                    Effect.Truncate _,
                    Effect.Install _ -> {
                waitingForDisk.add(effect);
                workDisk();
            }
            case Effect.RollLog _, Effect.SaveQuorums _, Effect.Activate _ -> {
                // Of no interest here: the simulator has them.
            }
            case Effect.Deliver deliver -> gateway.onBatch(deliver.batch(), nanos());
            case Effect.Resumed resumed ->
                    gateway.onResumed(
                            resumed.ticket(), resumed.sessionId(), resumed.valid(), nanos());
            case Effect.Evict evict -> gateway.onEvicted(evict.connection(), evict.why(), nanos());
            case Effect.Answer answer ->
                    gateway.onAnswered(answer.ticket(), answer.error(), nanos());
            case Effect.TakeSnapshot take -> {
                done.add("snapshot " + take.state().zxid());
                if (snapshotsAtOnce) {
                    finishSnapshot(take.state());
                }
            }
            case Effect.Halt halt -> halted = halt.reason();
            case Effect.Notify notify -> tell(notify);
            case Effect.Dial dial -> dial(dial);
            case Effect.SendToPeer send -> sendThroughCodec(send);
            case Effect.SendImage image -> {
                done.add("image " + image.zxid());
                deliverTo(image.link(), new Message.Snap(image.zxid(), image.state()));
            }
            case Effect.HangUp hangUp -> hangUp(hangUp.link(), hangUp.why());
            case Effect.ReadHistory read ->
                    inbox.add(
                            new Input.HistoryRead(
                                    read.link(),
                                    log
                                            .subMap(read.after(), false, read.upTo(), true)
                                            .entrySet()
                                            .stream()
                                            .map(e -> new Entry(e.getKey(), e.getValue()))
                                            .toList()));
            case Effect.Serve serve -> {
                done.add("serve " + serve.period());
                gateway.onServe(serve, nanos());
            }
            case Effect.Cease cease -> {
                done.add("cease");
                gateway.onCease(cease.why(), nanos());
            }
            case Effect.Report report -> reports.add(report.line());
        }
    }

    // ---- disk

    void finishSnapshot(State state) {
        base = state;
        inbox.add(new Input.SnapshotDone(false));
    }

    void workDisk() {
        while (diskWorks && !waitingForDisk.isEmpty()) {
            switch (waitingForDisk.removeFirst()) {
                case Effect.Append append -> log.put(append.zxid(), append.payload());
                case Effect.Sync _ -> inbox.add(new Input.Synced(log.lastKey()));
                case Effect.SaveAcceptedEpoch save -> {
                    acceptedEpoch = save.epoch();
                    inbox.add(new Input.AcceptedEpochSaved(save.epoch()));
                }
                case Effect.SaveCurrentEpoch save -> {
                    currentEpoch = save.epoch();
                    inbox.add(new Input.CurrentEpochSaved(save.epoch()));
                }
                case Effect.Truncate cut -> {
                    done.add("truncate");
                    log.tailMap(cut.zxid(), false).clear();
                    inbox.add(new Input.Truncated(cut.zxid(), cut.reload() ? stateOnDisk() : null));
                }
                case Effect.Install install -> {
                    done.add("install");
                    log.clear();
                    base = install.state();
                    inbox.add(new Input.Installed(install.zxid()));
                }
                case Effect other -> throw new IllegalStateException("not the disk's: " + other);
            }
        }
    }

    private State stateOnDisk() {
        Replay replay = tree.replay(base);
        log.tailMap(base.zxid(), false).values().forEach(replay::txn);
        return replay.state();
    }

    // ---- network

    private void tell(Effect.Notify notify) {
        TestMember to = ensemble.members.get((int) notify.serverId());
        if (ensemble.areConnected(this, to)) {
            var out = new JuteWriter();
            PeerCodec.encodeNotification(notify.notification(), new byte[] {'c'}, out);
            byte[] frame = out.toByteArray();
            Notification read = PeerCodec.decodeNotification(frame, 4, frame.length);
            to.inbox.add(new Input.Notified(id, read));
        }
    }

    private void dial(Effect.Dial dial) {
        TestMember to = ensemble.members.get((int) dial.serverId());
        if (!ensemble.areConnected(this, to)) {
            inbox.add(new Input.LinkLost(dial.link(), "nobody there"));
            return;
        }
        long theirs = ++to.lastAccepted;
        links.put(dial.link(), new Far(to, theirs));
        to.links.put(theirs, new Far(this, dial.link()));
        inbox.add(new Input.LinkOpened(dial.link()));
        to.inbox.add(
                dial.observerMaster()
                        ? new Input.ObserverLinkOpened(theirs)
                        : new Input.LinkOpened(theirs));
    }

    /// As over a network: bytes.
    private void sendThroughCodec(Effect.SendToPeer send) {
        var out = new JuteWriter();
        PeerCodec.encode(send.message(), out);
        byte[] bytes = out.toByteArray();
        if (PeerCodec.packetLength(bytes, 0, bytes.length, 1 << 20) != bytes.length) {
            throw new IllegalStateException("not one packet: " + send.message());
        }
        boolean fromLearner = send.link() < 0;
        Message read =
                fromLearner
                        ? PeerCodec.decodeFromLearner(bytes, 0, bytes.length)
                        : PeerCodec.decodeFromLeader(bytes, 0, bytes.length);
        deliverTo(send.link(), read);
    }

    private void deliverTo(long link, Message message) {
        Far far = links.get(link);
        if (far != null) {
            far.member.inbox.add(new Input.FromPeer(far.link, message));
        }
    }

    /// As if this member's replica had sent it.
    void tell(TestMember other, Message message) {
        for (var each : links.entrySet()) {
            if (each.getValue().member == other) {
                deliverTo(each.getKey(), message);
                return;
            }
        }
        throw new IllegalStateException(this + " has no link to " + other);
    }

    private void hangUp(long link, String why) {
        Far far = links.remove(link);
        if (far != null && far.member.links.remove(far.link) != null) {
            far.member.inbox.add(new Input.LinkLost(far.link, "" + why));
        }
    }

    /// Connections to that server break, as seen from both.
    void breakLinksTo(TestMember other) {
        for (var each : List.copyOf(links.entrySet())) {
            if (each.getValue().member == other) {
                hangUp(each.getKey(), "cable");
                inbox.add(new Input.LinkLost(each.getKey(), "cable"));
            }
        }
    }

    @Override
    public String toString() {
        return "member " + id + (observer ? " (observer)" : "");
    }
}
