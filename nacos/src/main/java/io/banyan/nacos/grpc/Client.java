package io.banyan.nacos.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Viewer;
import io.banyan.nacos.naming.ConnectedClient;
import io.banyan.nacos.naming.Publisher;
import io.banyan.nacos.naming.ServiceKey;
import io.grpc.stub.StreamObserver;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One TCP connection that said who it is. Confined to the door's thread, but for its identity and
/// the time it was heard.
final class Client {
    private static final Logger LOG = LoggerFactory.getLogger(Client.class);

    /// A push that was not acknowledged so long is sent again.
    private static final long RESEND_MILLIS = 5_000;

    /// A connection that acknowledges nothing so often is cut off.
    private static final int SENDS_MAX = 10;

    private final String id;
    private final Channel channel;
    private final StreamObserver<Payload> stream;
    private final Viewer viewer;
    private final String version;
    private final String app;
    private final Publisher publisher;

    /// What the client listens to.
    final Map<ConfigKey, Listening> listening = new HashMap<>();

    /// What it subscribes to.
    final Map<ServiceKey, Subscription> subscriptions = new HashMap<>();

    private final Map<String, Push> unacked = new LinkedHashMap<>();
    private long lastRequest;
    private boolean gone;
    private final long sinceMillis;
    private volatile long heardMillis;

    /// A push under way.
    private static final class Push {
        private final Payload payload;
        private final Runnable onAck;
        private long sentMillis;
        private int sends = 1;

        Push(Payload payload, Runnable onAck, long sentMillis) {
            this.payload = payload;
            this.onAck = onAck;
            this.sentMillis = sentMillis;
        }
    }

    Client(
            String id,
            Channel channel,
            StreamObserver<Payload> stream,
            Viewer viewer,
            String version,
            String app,
            Publisher publisher,
            long nowMillis) {
        this.id = id;
        this.channel = channel;
        this.stream = stream;
        this.viewer = viewer;
        this.version = version;
        this.app = app;
        this.publisher = publisher;
        sinceMillis = nowMillis;
        heardMillis = nowMillis;
    }

    String id() {
        return id;
    }

    /// As consoles show it.
    ///
    /// @param wallMillis the time now
    ConnectedClient shown(long nowMillis, long wallMillis) {
        int port =
                channel.remoteAddress() instanceof InetSocketAddress remote ? remote.getPort() : 0;
        return new ConnectedClient(
                id,
                wallMillis - ageMillis(nowMillis),
                viewer.ip(),
                port,
                app,
                version,
                publisher.published(),
                List.copyOf(subscriptions.keySet()));
    }

    Viewer viewer() {
        return viewer;
    }

    String version() {
        return version;
    }

    String app() {
        return app;
    }

    Publisher publisher() {
        return publisher;
    }

    boolean isGone() {
        return gone;
    }

    /// The client said something. Any thread.
    void heard(long nowMillis) {
        heardMillis = nowMillis;
    }

    long ageMillis(long nowMillis) {
        return nowMillis - sinceMillis;
    }

    long silentMillis(long nowMillis) {
        return nowMillis - heardMillis;
    }

    // ---- pushes

    /// Sends without waiting for an answer.
    void send(String type, ObjectNode body) {
        write(Payload.of(type, body.put("requestId", Long.toString(++lastRequest))));
    }

    /// Sends until the client acknowledges it.
    ///
    /// @param onAck runs once when it did
    void push(String type, ObjectNode body, long nowMillis, Runnable onAck) {
        String request = Long.toString(++lastRequest);
        Payload payload = Payload.of(type, body.put("requestId", request));
        unacked.put(request, new Push(payload, onAck, nowMillis));
        write(payload);
    }

    /// The client answered a push.
    void onAck(String request) {
        Push push = unacked.remove(request);
        if (push != null) {
            push.onAck.run();
        }
    }

    /// Sends again what was not acknowledged.
    ///
    /// @return false if the connection is to be given up
    boolean resend(long nowMillis) {
        for (Iterator<Push> each = unacked.values().iterator(); each.hasNext(); ) {
            Push push = each.next();
            if (nowMillis - push.sentMillis < RESEND_MILLIS) {
                continue;
            }
            if (++push.sends > SENDS_MAX) {
                return false;
            }
            push.sentMillis = nowMillis;
            // While nothing leaves the socket another copy would only take memory.
            if (channel.isWritable()) {
                write(push.payload);
            }
        }
        return true;
    }

    private void write(Payload payload) {
        if (gone) {
            return;
        }
        try {
            stream.onNext(payload);
        } catch (IllegalStateException e) {
            LOG.debug("the stream of {} is over: {}", id, e.getMessage());
        }
    }

    // ---- end

    /// Forgets everything; whatever the client registered is deregistered.
    void end(String reason) {
        if (forget(reason)) {
            publisher.end();
        }
    }

    /// Forgets everything but what the client registered.
    ///
    /// @return whether that is left, to be ended by the caller
    boolean depart(String reason) {
        return forget(reason) && !publisher.isEmpty();
    }

    /// @return false if it was done before
    private boolean forget(String reason) {
        if (gone) {
            return false;
        }
        gone = true;
        // Who asks why an instance went finds it here; a client that offers nothing is no news.
        if (publisher.isEmpty()) {
            LOG.debug("client gone id={} reason=\"{}\"", id, reason);
        } else {
            LOG.info("provider gone id={} reason=\"{}\"", id, reason);
        }
        List.copyOf(listening.values()).forEach(Listening::end);
        List.copyOf(subscriptions.values()).forEach(Subscription::end);
        unacked.clear();
        return true;
    }

    /// Forgets everything and cuts the connection.
    void drop(String reason) {
        end(reason);
        // In front of the handler of HTTP/2, which would wait half a minute for the end of a stream
        // that the client does not end.
        channel.eventLoop()
                .execute(() -> {
                    ChannelHandlerContext first = channel.pipeline().firstContext();
                    if (first != null) {
                        first.close();
                    }
                });
    }

    /// The server stops: the client is to find its registrations where it left them.
    void leave() {
        gone = true;
        publisher.leave();
    }
}
