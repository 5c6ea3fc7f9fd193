package io.banyan.server.peer;

import java.io.IOException;
import java.net.Socket;

/// How connections between servers are secured, before a word is said on them. Thread-safe; both
/// methods block for as long as that takes, and close nothing: that is for the caller, when they
/// fail.
public interface PeerGuard {
    /// Plaintext.
    PeerGuard NONE =
            new PeerGuard() {
                @Override
                public Socket dialled(Socket plain, String host) {
                    return plain;
                }

                @Override
                public Socket accepted(Socket plain) {
                    return plain;
                }
            };

    /// @param host as the configuration names it
    /// @return what to talk through
    /// @throws IOException if the other end is not who it should be
    Socket dialled(Socket plain, String host) throws IOException;

    /// @return what to talk through
    /// @throws IOException if the other end may not come in, with a phrase why
    Socket accepted(Socket plain) throws IOException;
}
