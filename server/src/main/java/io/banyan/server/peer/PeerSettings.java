package io.banyan.server.peer;

import io.banyan.server.config.ServerConfig.Role;
import io.banyan.server.config.ServerConfig.Server;
import java.util.Map;
import java.util.TreeMap;

/// What the ports have to know of the configuration. Durations in milliseconds.
///
/// @param myId this server's
/// @param members all servers by id, this one among them; where members come and go, the first
/// @param listenOnAllAddresses `quorumListenOnAllIPs`
/// @param bindTries `electionPortBindRetry`; 0: endless
/// @param connectMillisMax `cnxTimeout`
/// @param handshakeMillisMax how long a connection may take to introduce itself
/// @param dialMillisMax how long connecting to a leader may take in all
/// @param dialPauseMillis `leaderConnectDelayDuringRetryMs`
/// @param keepAlive `tcpKeepAlive` of election connections
/// @param noDelay of quorum connections
/// @param fieldBytesMax longest record, path or data to be taken for real
/// @param unsentBytesMax a peer for whom more than this waits is too slow
/// @param observerMasterPort where followers serve observers, on the addresses of the quorum port;
///   0 if they do not
/// @param observerInformBytesMax an observer of a follower for whom more than this waits, of what
///   was committed since it has been given what it missed, is too slow
/// @param guard what secures each connection
/// @param reconfig whether members come and go while the ensemble works: others are told who the
///   members are
public record PeerSettings(
        long myId,
        Map<Long, Server> members,
        boolean listenOnAllAddresses,
        int bindTries,
        int connectMillisMax,
        int handshakeMillisMax,
        int dialMillisMax,
        int dialPauseMillis,
        boolean keepAlive,
        boolean noDelay,
        int fieldBytesMax,
        long unsentBytesMax,
        int observerMasterPort,
        long observerInformBytesMax,
        PeerGuard guard,
        boolean reconfig) {
    public PeerSettings {
        members = new TreeMap<>(members);
        if (!members.containsKey(myId)) {
            throw new IllegalArgumentException(
                    "myid is " + myId + " but there is no line server." + myId);
        }
    }

    Server me() {
        return member(myId);
    }

    Server member(long serverId) {
        Server member = members.get(serverId);
        if (member == null) {
            throw new IllegalArgumentException("serverId=" + serverId);
        }
        return member;
    }

    boolean isObserver(long serverId) {
        return member(serverId).role() == Role.OBSERVER;
    }
}
