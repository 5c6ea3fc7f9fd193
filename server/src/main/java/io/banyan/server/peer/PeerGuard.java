package io.banyan.server.peer;

import java.io.IOException;
import java.net.Socket;

/// How connections between servers are secured: encrypted before a word is said on them, and then
/// proved to be with one of ours. Thread-safe; all methods block for as long as that takes, and
/// close nothing: that is for the caller, when they fail.
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

    /// Proves to a server that was dialled who this one is: on the election port behind the hello,
    /// on the quorum port before everything.
    ///
    /// @param socket as it came from {@link #dialled}
    /// @param host the other server's first, as the configuration names it
    /// @throws IOException if the other end does not believe it, with a phrase why
    default void logIn(Socket socket, String host) throws IOException {}

    /// Lets the other end prove who it is, at the same place.
    ///
    /// @param socket as it came from {@link #accepted}
    /// @return what to talk through from now on
    /// @throws IOException if the other end may not come in, with a phrase why
    default Socket letIn(Socket socket) throws IOException {
        return socket;
    }
}
