package io.banyan.client;

import org.jspecify.annotations.Nullable;

/// What a {@link ClientCore} has done to the world outside. All calls come from within a step of
/// the core, on its thread, in the order in which they are to take effect.
interface Shell {
    /// Makes a connection; answered by `dialled` or `dialFailed`, unless `hangUp` comes first.
    void dial(ConnectString.Server server);

    /// Appends one packet, length included, to what is sent. Owned by the shell from now on, unless
    /// the request is sent again.
    void send(byte[] frame);

    /// Whether more may be sent without piling up; `writable` is called when it may again.
    boolean canSend();

    /// Makes the next token of SASL, which may take its time; answered by `proof` or `proofFailed`,
    /// unless `hangUp` comes first.
    ///
    /// @param challenge of the server; null in the beginning
    void prove(ConnectString.Server server, byte @Nullable [] challenge);

    /// Closes the connection, or stops dialing. Nothing more comes from it.
    void hangUp();

    /// Value or failure of the request are set: its caller is to hear of them.
    void done(Request<?> request);

    void tell(WatchTable.Told told);

    void changed(SessionEvent event);

    /// Asks whether this server has a quorum; answered by `probed`.
    void probe(ConnectString.Server server);

    /// The core has ended; no further step does anything.
    void ended();

    // ---- what only meters and log lines come from

    void connectionFailed(ConnectString.Server server, String reason);

    void connected(ConnectString.Server server, Session session, long nanos);
}
