package io.banyan.server.peer;

import io.banyan.server.config.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens on one address until it is closed. An own name that does not resolve yet is asked for
/// again and again; a port that is taken is tried a number of times.
final class PortListener extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(PortListener.class);
    private static final int PAUSE_MILLIS = 1_000;
    private static final int BACKLOG = 128;

    /// A port that is taken for long is spoken of once a minute.
    private static final int TRIES_PER_LINE = 60;

    private final String what;
    private final Endpoint endpoint;
    private final int bindTries;
    private final Consumer<Socket> accepted;
    private final Consumer<String> failed;
    private volatile boolean closed;
    private volatile @Nullable ServerSocket listening;

    /// @param what the port's name, for people
    /// @param bindTries 0: endless
    /// @param accepted gets each connection and must not block
    /// @param failed is told why the port cannot be had, once
    PortListener(
            String what,
            Endpoint endpoint,
            int bindTries,
            Consumer<Socket> accepted,
            Consumer<String> failed) {
        super("banyan-listen-" + endpoint.port());
        setDaemon(true);
        this.what = what;
        this.endpoint = endpoint;
        this.bindTries = bindTries;
        this.accepted = accepted;
        this.failed = failed;
    }

    @Override
    public void run() {
        int tries = 0;
        while (!closed) {
            try (ServerSocket socket = new ServerSocket()) {
                InetSocketAddress address = endpoint.resolve();
                if (address.isUnresolved()) {
                    LOG.warn("{} {}: this server's own name does not resolve yet", what, endpoint);
                } else {
                    socket.setReuseAddress(true);
                    tries++;
                    socket.bind(address, BACKLOG);
                    listening = socket;
                    tries = 0;
                    LOG.info("listening {}={}", what, endpoint);
                    acceptAll(socket);
                }
            } catch (IOException e) {
                if (closed) {
                    return;
                }
                if (bindTries > 0 || tries % TRIES_PER_LINE <= 1) {
                    LOG.warn("{} {}: {}", what, endpoint, e.toString());
                }
                if (bindTries > 0 && tries >= bindTries) {
                    failed.accept(
                            "cannot listen on the "
                                    + what
                                    + " "
                                    + endpoint
                                    + ": "
                                    + e.getMessage()
                                    + ". Is another server running there, or is the host of this"
                                    + " server's line not an address of this machine?");
                    return;
                }
            }
            if (!pause()) {
                return;
            }
        }
    }

    private void acceptAll(ServerSocket socket) throws IOException {
        while (!closed) {
            accepted.accept(socket.accept());
        }
    }

    private boolean pause() {
        try {
            sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    void close() {
        closed = true;
        Sockets.close(listening);
        interrupt();
    }
}
