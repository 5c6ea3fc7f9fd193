package io.banyan.server.peer;

import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who was not let in on one port, and why. A server that may not come in tries again and again,
/// some times a second, and its operator may be asleep: the same of the same host is told once a
/// minute. Thread-safe.
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    /// Strangers have many addresses; more than so many are not remembered.
    private static final int REMEMBERED_MAX = 256;

    private final String port;

    /// When it was told, by host and reason; the oldest first. Guarded by this.
    private final Map<String, Long> told =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                    return size() > REMEMBERED_MAX;
                }
            };

    /// @param port its name, for people
    Refusals(String port) {
        this.port = port;
    }

    /// Closes a connection and tells why.
    void refuse(Socket socket, String why) {
        if (isNews(socket.getInetAddress() + why)) {
            LOG.warn("{}: {} refused: {}", port, Sockets.nameOf(socket), why);
        } else {
            LOG.debug("{}: {} refused again: {}", port, Sockets.nameOf(socket), why);
        }
        Sockets.close(socket);
    }

    /// Tells what is wrong with a connection that is let in all the same.
    void warn(Socket socket, String what) {
        if (isNews(socket.getInetAddress() + what)) {
            LOG.warn("{}: {}: {}", port, Sockets.nameOf(socket), what);
        }
    }

    private synchronized boolean isNews(String key) {
        long now = System.nanoTime();
        Long last = told.get(key);
        if (last != null && now - last < QUIET_NANOS) {
            return false;
        }
        told.remove(key);
        told.put(key, now);
        return true;
    }
}
