package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;

/// What a server has whatever its role: the committed state, what became committed in this round,
/// and the time. Confined to the replica thread.
final class Standing {
    private static final String VERSION = "version=";

    final ReplicaConfig config;
    final ZnodeTree tree;
    final SnapshotPolicy snapshots;
    private final List<Committed> committed = new ArrayList<>();

    private byte[] membership = {};

    /// After everything committed so far; what is told to gateways and written to snapshots.
    private State state;

    private long nextSessionId;
    private LocalSessions locals;
    long nowMillis;
    long wallMillis;

    Standing(
            ReplicaConfig config,
            ZnodeTree tree,
            State recovered,
            long nowMillis,
            long wallMillis,
            RandomGenerator random) {
        this.config = config;
        this.tree = tree;
        this.snapshots =
                new SnapshotPolicy(config.snapCount(), config.snapSizeBytes(), nowMillis, random);
        this.state = recovered;
        this.nowMillis = nowMillis;
        this.wallMillis = wallMillis;
        this.nextSessionId = SessionIds.first(config.serverId(), wallMillis);
        this.locals = new LocalSessions(config, nowMillis);
    }

    State state() {
        return state;
    }

    /// The next place in the committed order.
    void add(Committed next) {
        Applied applied = next.applied();
        if (applied != null) {
            Check.that(applied.zxid() > state.zxid(), "commits rise", applied.zxid(), state.zxid());
            state = applied.state();
        }
        committed.add(next);
    }

    /// Replaces the state by one of another history; whoever shows it has to be told.
    void jump(State to) {
        state =
                membership.length == 0
                        ? to
                        : tree.withMembership(to, membership, versionOf(membership), wallMillis);
    }

    /// What this server's configuration says of the ensemble, as servers tell it each other: from
    /// now on it is in the state, whoever that comes from.
    void tellMembership(byte[] text) {
        membership = text;
        // Where the transaction that made it has been applied, its time is in the state as well.
        if (!Arrays.equals(text, state.membership())) {
            jump(state);
        }
    }

    /// The number behind the last line's `version=`.
    private static long versionOf(byte[] membership) {
        String text = new String(membership, StandardCharsets.UTF_8);
        int at = text.lastIndexOf(VERSION);
        return at < 0 ? 0 : Long.parseLong(text.substring(at + VERSION.length()).strip(), 16);
    }

    /// What became committed since the last call, in order.
    List<Committed> take() {
        if (committed.isEmpty()) {
            return List.of();
        }
        List<Committed> taken = List.copyOf(committed);
        committed.clear();
        return taken;
    }

    /// Sessions that only this server knows, whatever its role is.
    LocalSessions locals() {
        return locals;
    }

    /// Nobody without a leader is served any more: where sessions are global those of readers end.
    void forgetReaders() {
        if (!config.newSessions().areLocal()) {
            locals = new LocalSessions(config, nowMillis);
        }
    }

    /// Opens a session that only this server knows, if its client is to have such a one.
    ///
    /// @param isTaken whether an id is, but for those of the committed state and of such sessions
    boolean openLocally(int timeoutMillis, Ticket ticket, LongPredicate isTaken, List<Effect> out) {
        boolean local = config.newSessions().areLocal() && !ticket.connection.wantsGlobalSession;
        if (local) {
            locals.open(newSessionId(isTaken), timeoutMillis, ticket, out);
        }
        return local;
    }

    /// @param isTaken whether an id is, but for those of the committed state and of sessions that
    ///   only this server knows
    long newSessionId(LongPredicate isTaken) {
        // A wall clock that was set back between two starts leads into ids that are in use.
        while (isTaken.test(nextSessionId)
                || state.hasSession(nextSessionId)
                || locals.has(nextSessionId)) {
            nextSessionId++;
        }
        return nextSessionId++;
    }
}
