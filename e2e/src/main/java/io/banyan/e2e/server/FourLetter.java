package io.banyan.e2e.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// Asks a server one four-letter word.
public final class FourLetter {

    private static final int TIMEOUT_MILLIS = 5_000;

    private FourLetter() {}

    /// @return all that the server wrote until it closed the connection
    /// @throws IOException if nobody listens or the answer does not end within 5 s
    public static String ask(int port, String word) throws IOException {
        return ask(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), word);
    }

    /// As {@link #ask(int, String)}.
    public static String ask(InetSocketAddress server, String word) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(word.getBytes(US_ASCII));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
