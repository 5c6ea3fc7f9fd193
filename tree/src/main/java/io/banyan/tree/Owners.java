package io.banyan.tree;

import io.banyan.wire.SnapshotSink;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The sessions, and which znodes do not stay for good: the ephemerals of each session, the
/// containers, the TTL nodes. An immutable value.
final class Owners {
    static final Owners NONE =
            new Owners(Trie.EMPTY, 0, Trie.EMPTY, 0, PathSet.EMPTY, PathSet.EMPTY);

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /// A session as an entry: length of the key, session id, timeout.
    private static final int SESSION_KEY_BYTES = 8;

    private final Trie sessions;
    final int sessionCount;

    /// Sessions' sets of paths, also of sessions that are gone.
    private final Trie ephemerals;

    final int ephemeralCount;
    final PathSet containers;
    final PathSet ttls;

    private Owners(
            Trie sessions,
            int sessionCount,
            Trie ephemerals,
            int ephemeralCount,
            PathSet containers,
            PathSet ttls) {
        this.sessions = sessions;
        this.sessionCount = sessionCount;
        this.ephemerals = ephemerals;
        this.ephemeralCount = ephemeralCount;
        this.containers = containers;
        this.ttls = ttls;
    }

    // --- sessions ---

    boolean hasSession(long sessionId) {
        return sessions.find(key(sessionId), 0, SESSION_KEY_BYTES) != null;
    }

    /// @return the negotiated timeout, -1 if there is no such session
    int timeoutMillis(long sessionId) {
        Object entry = sessions.find(key(sessionId), 0, SESSION_KEY_BYTES);
        return entry == null ? -1 : timeoutMillis((byte[]) entry);
    }

    void forEachSession(SessionVisitor visitor) {
        sessions.forEach(entry -> {
            long sessionId = sessionOf(entry);
            visitor.session(sessionId, timeoutMillis((byte[]) entry), ephemeralsOf(sessionId));
        });
    }

    /// The sessions alone, as a snapshot has them.
    void writeTo(SnapshotSink sink) throws IOException {
        Trie.Cursor each = sessions.cursor();
        for (Object entry = each.next(); entry != null; entry = each.next()) {
            sink.session(sessionOf(entry), timeoutMillis((byte[]) entry));
        }
    }

    /// Of a session that is there already, only the timeout changes.
    Owners withSession(long sessionId, int timeoutMillis, @Nullable Edit edit) {
        byte[] entry = new byte[1 + SESSION_KEY_BYTES + Integer.BYTES];
        entry[0] = SESSION_KEY_BYTES;
        LONG.set(entry, 1, sessionId);
        INT.set(entry, 1 + SESSION_KEY_BYTES, timeoutMillis);
        // An edit may change the trie in place: so this is asked first.
        int count = hasSession(sessionId) ? sessionCount : sessionCount + 1;
        return withSessions(sessions.put(entry, edit), count);
    }

    /// What it owned stays its own.
    Owners withoutSession(long sessionId, @Nullable Edit edit) {
        return hasSession(sessionId)
                ? withSessions(
                        sessions.remove(key(sessionId), 0, SESSION_KEY_BYTES, edit),
                        sessionCount - 1)
                : this;
    }

    private static byte[] key(long sessionId) {
        byte[] key = new byte[SESSION_KEY_BYTES];
        LONG.set(key, 0, sessionId);
        return key;
    }

    /// The session whose key an entry has.
    private static long sessionOf(Object entry) {
        return (long) LONG.get(Trie.packed(entry), 1);
    }

    private static int timeoutMillis(byte[] session) {
        return (int) INT.get(session, 1 + SESSION_KEY_BYTES);
    }

    // --- znodes ---

    List<byte[]> ephemeralsOf(long sessionId) {
        PathSet paths = pathsOf(sessionId);
        return paths == null ? List.of() : paths.toList();
    }

    /// Ephemerals of sessions that are not there.
    List<byte[]> orphans() {
        var orphans = new ArrayList<byte[]>();
        ephemerals.forEach(entry -> {
            if (!hasSession(sessionOf(entry))) {
                orphans.addAll(((PathSet) entry).toList());
            }
        });
        return orphans;
    }

    private @Nullable PathSet pathsOf(long sessionId) {
        return (PathSet) ephemerals.find(key(sessionId), 0, SESSION_KEY_BYTES);
    }

    /// @param owner as the znode has it stored, which says what it is
    Owners with(
            long owner, TreeConfig config, byte[] path, int from, int end, @Nullable Edit edit) {
        return switch (OwnerKind.of(owner, config)) {
            case PERSISTENT -> this;
            case EPHEMERAL -> {
                PathSet before = pathsOf(owner);
                PathSet paths = before == null ? PathSet.under(key(owner)) : before;
                yield withEphemerals(
                        ephemerals.put(paths.with(path, from, end, edit), edit),
                        ephemeralCount + 1);
            }
            case CONTAINER -> withOthers(containers.with(path, from, end, edit), ttls);
            case TTL -> withOthers(containers, ttls.with(path, from, end, edit));
        };
    }

    /// The reverse of {@link #with}.
    Owners without(
            long owner, TreeConfig config, byte[] path, int from, int end, @Nullable Edit edit) {
        return switch (OwnerKind.of(owner, config)) {
            case PERSISTENT -> this;
            case EPHEMERAL -> {
                PathSet before = pathsOf(owner);
                if (before == null) {
                    throw new IllegalStateException("an ephemeral its session does not know");
                }
                PathSet after = before.without(path, from, end, edit);
                Trie remaining =
                        after.size() == 0
                                ? ephemerals.remove(key(owner), 0, SESSION_KEY_BYTES, edit)
                                : ephemerals.put(after, edit);
                yield withEphemerals(remaining, ephemeralCount - 1);
            }
            case CONTAINER -> withOthers(containers.without(path, from, end, edit), ttls);
            case TTL -> withOthers(containers, ttls.without(path, from, end, edit));
        };
    }

    private Owners withSessions(Trie newSessions, int count) {
        return new Owners(newSessions, count, ephemerals, ephemeralCount, containers, ttls);
    }

    private Owners withEphemerals(Trie newEphemerals, int count) {
        return new Owners(sessions, sessionCount, newEphemerals, count, containers, ttls);
    }

    private Owners withOthers(PathSet newContainers, PathSet newTtls) {
        return new Owners(
                sessions, sessionCount, ephemerals, ephemeralCount, newContainers, newTtls);
    }
}
