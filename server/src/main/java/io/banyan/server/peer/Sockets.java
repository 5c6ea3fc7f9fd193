package io.banyan.server.peer;

import io.banyan.server.config.Endpoint;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Dialling and closing, the same on both ports.
final class Sockets {
    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);

    private Sockets() {}

    /// Connects to the first of the addresses that answers. Names are resolved here and now: where
    /// a server is may change between two dials.
    ///
    /// @return what to talk through
    static Socket dial(List<Endpoint> addresses, int connectMillisMax, PeerGuard guard)
            throws IOException {
        IOException last = new IOException("no address");
        for (Endpoint each : addresses) {
            Socket socket = new Socket();
            try {
                InetSocketAddress address = each.resolve();
                if (address.isUnresolved()) {
                    throw new UnknownHostException(each.host());
                }
                socket.connect(address, connectMillisMax);
                return guard.dialled(socket, each.host());
            } catch (IOException e) {
                close(socket);
                last = e;
            }
        }
        throw last;
    }

    static void close(@Nullable Closeable socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // Nothing of it can be used any more, closed or not.
            LOG.debug("closing {}: {}", socket, e.toString());
        }
    }

    /// What went wrong, for people.
    static String why(IOException failure) {
        return failure instanceof NotLetIn
                ? String.valueOf(failure.getMessage())
                : failure.toString();
    }

    /// The other end, for people.
    static String nameOf(Socket socket) {
        return String.valueOf(socket.getRemoteSocketAddress());
    }
}
