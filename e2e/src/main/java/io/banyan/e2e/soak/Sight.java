package io.banyan.e2e.soak;

/// A one-shot data watch: from which zxid on it was set, and up to which zxid its session was
/// answered without having been told of a change.
///
/// @param setZxid header of the answer that set it
/// @param quietZxid highest header zxid of an answer that came before its event, or before the
///   client stopped looking
record Sight(int client, long session, int key, long setZxid, long quietZxid) {

    Sight stillQuietAt(long zxid) {
        return new Sight(client, session, key, setZxid, Math.max(quietZxid, zxid));
    }
}
