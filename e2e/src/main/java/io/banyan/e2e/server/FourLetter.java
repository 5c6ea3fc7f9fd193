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
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(word.getBytes(US_ASCII));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
