package io.banyan.server.metrics;

import java.util.Locale;

/// What can be asked at any time; its supplier is given at start. The text form is ZooKeeper's
/// name.
public enum Gauge {
    AVG_LATENCY,
    MAX_LATENCY,
    MIN_LATENCY,
    PACKETS_RECEIVED,
    PACKETS_SENT,
    NUM_ALIVE_CONNECTIONS,
    OUTSTANDING_REQUESTS,
    UPTIME,
    ZNODE_COUNT,
    WATCH_COUNT,
    EPHEMERALS_COUNT,
    APPROXIMATE_DATA_SIZE,
    GLOBAL_SESSIONS,
    LOCAL_SESSIONS,
    OPEN_FILE_DESCRIPTOR_COUNT,
    MAX_FILE_DESCRIPTOR_COUNT,
    CONNECTION_DROP_PROBABILITY,
    LAST_CLIENT_RESPONSE_SIZE,
    MAX_CLIENT_RESPONSE_SIZE,
    MIN_CLIENT_RESPONSE_SIZE,
    OUTSTANDING_TLS_HANDSHAKE,
    AUTH_FAILED_COUNT,
    NON_MTLS_REMOTE_CONN_COUNT,
    NON_MTLS_LOCAL_CONN_COUNT,
    // Of an ensemble's server, and of some roles only: shown once they have a supplier.
    QUORUM_SIZE,
    LEARNERS,
    SYNCED_FOLLOWERS,
    SYNCED_NON_VOTING_FOLLOWERS,
    SYNCED_OBSERVERS,
    PENDING_SYNCS,
    LEADER_UPTIME,
    LAST_PROPOSAL_SIZE,
    MAX_PROPOSAL_SIZE,
    MIN_PROPOSAL_SIZE,
    // Of a server with a Nacos door.
    NACOS_CONNECTIONS,
    NACOS_CONNECTIONS_REFUSED,
    NACOS_HELD_BYTES;

    private final String text = name().toLowerCase(Locale.ROOT);

    /// Whether every server has it, whatever its role.
    boolean isOfEveryServer() {
        return compareTo(QUORUM_SIZE) < 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
