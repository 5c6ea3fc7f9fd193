package io.banyan.replica;

import java.util.Random;

/// Ids and passwords of sessions, as every server of an ensemble makes and checks them.
public final class SessionIds {
    private static final int PASSWORD_BYTES = 16;

    /// Known to all ZooKeeper servers, so that each can check a password another one gave out.
    private static final long SECRET = 0xB3415C00L;

    private SessionIds() {}

    /// The first id that a server gives out after its start.
    ///
    /// @param startMillis any clock that does not fall between two starts
    static long first(int serverId, long startMillis) {
        long id = ((startMillis << 24) >>> 8) | ((long) serverId << 56);
        return id == Long.MIN_VALUE ? id + 1 : id;
    }

    /// Whether this server gave out the id.
    static boolean isOf(int serverId, long sessionId) {
        return sessionId >>> 56 == (serverId & 0xff);
    }

    /// The password of a session, 16 bytes.
    ///
    /// `java.util.Random` is part of the protocol here: its sequence for a given seed is specified.
    public static byte[] password(long sessionId) {
        var bytes = new byte[PASSWORD_BYTES];
        new Random(sessionId ^ SECRET).nextBytes(bytes);
        return bytes;
    }
}
