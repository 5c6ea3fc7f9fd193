package io.banyan.nacos.naming;

import io.banyan.nacos.json.Json;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.EventExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pushes lists to 1.x clients, who open a UDP port for it.
///
/// A subscription is a list call with that port, and lapses without another one. What does not
/// arrive is sent once more; after that the client finds the change when it asks again.
public final class UdpPush {
    private static final Logger LOG = LoggerFactory.getLogger(UdpPush.class);

    /// Clients call every 10 s and may be late twice.
    private static final long LAPSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int ACK_SECONDS_MAX = 10;
    private static final int SWEEP_SECONDS = 5;
    private static final int GZIP_FROM_BYTES = 1024;

    /// What one datagram holds.
    private static final int DATAGRAM_BYTES_MAX = 65_507;

    /// Subscriptions; more clients than this poll.
    private static final int SUBSCRIPTIONS_MAX = 200_000;

    private final Services services;
    private final EventExecutor thread;
    private final LongSupplier nanos;
    private final Channel channel;
    private final Map<Place, Subscription> subscriptions = new LinkedHashMap<>();

    /// Pushes that wait to be acknowledged, by client and number.
    private final Map<Unacked, Boolean> unacked = new HashMap<>();

    private record Place(ServiceKey key, InetSocketAddress to, String clusters) {}

    /// @param rounded the number as a JavaScript client gives it back
    private record Unacked(InetSocketAddress to, double rounded) {}

    /// @param loops for the socket
    public UdpPush(
            Services services, EventExecutor thread, EventLoopGroup loops, LongSupplier nanos) {
        this.services = services;
        this.thread = thread;
        this.nanos = nanos;
        channel =
                new Bootstrap()
                        .group(loops)
                        .channel(NioDatagramChannel.class)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel made) {
                                        made.pipeline().addLast(new Acks());
                                    }
                                })
                        .bind(0)
                        .syncUninterruptibly()
                        .channel();
        thread.scheduleAtFixedRate(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    /// Begins or renews a subscription. Thread-safe.
    public void subscribe(
            ServiceKey key, InetSocketAddress to, String clusters, Subscriber.Shown shown) {
        thread.execute(() -> {
            var place = new Place(key, to, clusters);
            Subscription known = subscriptions.get(place);
            if (known == null) {
                if (subscriptions.size() >= SUBSCRIPTIONS_MAX) {
                    return;
                }
                known = new Subscription(place, shown);
                subscriptions.put(place, known);
                services.subscribe(key, known);
            }
            known.heardNanos = nanos.getAsLong();
        });
    }

    private void sweep() {
        long now = nanos.getAsLong();
        for (Subscription each : List.copyOf(subscriptions.values())) {
            if (now - each.heardNanos > LAPSE_NANOS) {
                subscriptions.remove(each.place);
                services.unsubscribe(each.place.key(), each);
            }
        }
    }

    public void close() {
        channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    private final class Subscription implements Subscriber {
        private final Place place;
        private final Shown shown;
        private long heardNanos;

        Subscription(Place place, Shown shown) {
            this.place = place;
            this.shown = shown;
        }

        @Override
        public void onChange(Service now) {
            byte[] bytes = datagram(now, services.overHttp(now, place.clusters(), false));
            if (bytes.length > DATAGRAM_BYTES_MAX) {
                return; // The client finds it when it asks again.
            }
            var waiting = new Unacked(place.to(), (double) now.revision());
            unacked.put(waiting, true);
            send(bytes);
            thread.schedule(
                    () -> {
                        if (unacked.remove(waiting) != null) {
                            send(bytes);
                        }
                    },
                    ACK_SECONDS_MAX,
                    TimeUnit.SECONDS);
        }

        private void send(byte[] bytes) {
            channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(bytes), place.to()));
        }

        @Override
        public Shown shown() {
            return shown;
        }
    }

    /// @param list as HTTP has it
    private static byte[] datagram(Service service, byte[] list) {
        byte[] plain =
                Json.bytes(
                        Json.object()
                                .put("type", "dom")
                                .put("data", new String(list, StandardCharsets.UTF_8))
                                .put("lastRefTime", service.revision()));
        if (plain.length < GZIP_FROM_BYTES) {
            return plain;
        }
        var out = new ByteArrayOutputStream(plain.length / 4);
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toByteArray();
    }

    private final class Acks extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            String text = packet.content().toString(StandardCharsets.UTF_8);
            InetSocketAddress from = packet.sender();
            try {
                var ack = Json.parseObject(text);
                double number = Double.parseDouble(Json.textOrEmpty(ack, "lastRefTime"));
                thread.execute(() -> unacked.remove(new Unacked(from, number)));
            } catch (Json.Broken | NumberFormatException e) {
                LOG.debug("no acknowledgement from={} reason=\"{}\"", from, e.getMessage());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("a push was not delivered reason=\"{}\"", cause.toString());
        }
    }
}
