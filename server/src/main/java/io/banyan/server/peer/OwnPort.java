package io.banyan.server.peer;

import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig.PeerAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/// One port of this server for other servers, on all addresses where its line of the membership
/// says that it is. It moves when that line changes, and may be closed and opened again.
/// Thread-safe; no method blocks.
final class OwnPort {
    private final String what;
    private final boolean onAllAddresses;
    private final ToIntFunction<PeerAddress> port;
    private final Consumer<Socket> accepted;
    private final Consumer<String> failed;

    /// Where this server is to be found. Changed under the lock.
    private volatile List<PeerAddress> addresses;

    /// Guarded by this.
    private boolean open;

    /// Guarded by this.
    private final Map<Endpoint, PortListener> listeners = new LinkedHashMap<>();

    /// @param what the port's name, for people
    /// @param accepted gets each connection and must not block
    /// @param failed is told why a port cannot be had
    OwnPort(
            String what,
            PeerSettings settings,
            ToIntFunction<PeerAddress> port,
            Consumer<Socket> accepted,
            Consumer<String> failed) {
        this.what = what;
        this.onAllAddresses = settings.listenOnAllAddresses();
        this.addresses = settings.me().addresses();
        this.port = port;
        this.accepted = accepted;
        this.failed = failed;
    }

    /// Where this server is to be found.
    List<PeerAddress> addresses() {
        return addresses;
    }

    /// @param bindTries 0: endless
    synchronized void open(int bindTries) {
        open = true;
        listen(bindTries);
    }

    /// Others look for this server there from now on: if the port is open it is so there, and
    /// nowhere else. Connections stay. Where it is taken it is asked for again and again.
    synchronized void moveTo(List<PeerAddress> newest) {
        addresses = newest;
        if (open) {
            listen(0);
        }
    }

    private void listen(int bindTries) {
        Set<Endpoint> wanted = new LinkedHashSet<>();
        for (PeerAddress each : addresses) {
            wanted.add(new Endpoint(onAllAddresses ? "" : each.host(), port.applyAsInt(each)));
        }
        // First, since one address may stand in the new line in another spelling.
        listeners
                .entrySet()
                .removeIf(each -> {
                    boolean gone = !wanted.contains(each.getKey());
                    if (gone) {
                        each.getValue().close();
                    }
                    return gone;
                });
        for (Endpoint each : wanted) {
            if (!listeners.containsKey(each)) {
                var listener = new PortListener(what, each, bindTries, accepted, failed);
                listeners.put(each, listener);
                listener.start();
            }
        }
    }

    synchronized void close() {
        open = false;
        listeners.values().forEach(PortListener::close);
        listeners.clear();
    }
}
