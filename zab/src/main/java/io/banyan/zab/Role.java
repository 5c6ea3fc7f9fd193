package io.banyan.zab;

/// What a server is in the ensemble at the moment. A server goes from looking to learning or
/// leading, and from both back to looking; {@link Zab} holds the present one.
///
/// A method that ends the role by {@link Zab#look} returns at once and touches nothing after it.
sealed interface Role permits Looking, Learning, Leading {
    PeerState state();

    /// After the inputs of a round that began with a tick.
    void timePassed();

    /// This server stood still for so long: it is nobody else's fault.
    void forgive(long millis);

    long wakeAtMillis();

    void endRound();

    void linkOpened(long link);

    void linkLost(long link, String why);

    void received(long link, Message message);

    /// The disk has finished something; {@link Zab} knows what.
    void diskAdvanced();

    /// Closes what belongs to the role; another one begins.
    void leave(String why);
}
