package io.banyan.replica;

import io.banyan.tree.WriteRequest;
import java.util.List;

/// What a server does with what its clients and its fellows ask.
///
/// | from | to | when |
/// | --- | --- | --- |
/// | | {@link Leading} | a server on its own starts, and stays so |
/// | | {@link Looking} | a member starts |
/// | Looking | Leading, {@link Following} | the ensemble has agreed, and everything committed so far is here |
/// | Leading, Following | Looking | leader or quorum is lost |
///
/// A role is never entered again: each time it is a new object. Confined to the replica thread.
sealed interface Role permits Leading, Following, Looking {
    void tick(List<Effect> out);

    void write(WriteRequest request, Ticket ticket, List<Effect> out);

    void sync(Ticket ticket, List<Effect> out);

    void openSession(int timeoutMillis, Ticket ticket, List<Effect> out);

    void resumeSession(Input.ResumeSession resume, List<Effect> out);

    void heard(Input.Heard heard);

    /// A message of the state machine at the other end of a connection.
    void carried(long link, Load load, List<Effect> out);

    /// Sessions heard since the last call.
    Load.Touched touched();

    /// A transaction of the leader is committed.
    ///
    /// @return null, or why this server must not go on
    @org.jspecify.annotations.Nullable
    String apply(long zxid, byte[] payload);

    /// These became committed and are about to be told to the gateways.
    void delivered(List<Committed> batch);

    /// Nothing more can be done about what came in; now for what waited for it.
    void settle(List<Effect> out);
}
