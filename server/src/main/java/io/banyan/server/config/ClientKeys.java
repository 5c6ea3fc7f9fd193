package io.banyan.server.config;

import static io.banyan.server.config.Settings.ANY_MIN;
import static io.banyan.server.config.Settings.INT_MAX;
import static io.banyan.server.config.Settings.MILLIS;
import static io.banyan.server.config.Settings.PORT_MAX;

import io.banyan.server.config.ServerConfig.ClientPorts;
import io.banyan.server.config.ServerConfig.ConnectionLimits;
import io.banyan.server.config.ServerConfig.Ensemble;
import io.banyan.server.config.ServerConfig.Operate;
import io.banyan.server.config.ServerConfig.RequestLimits;
import io.banyan.server.config.ServerConfig.Throttle;
import io.banyan.server.config.ServerConfig.Timing;
import io.banyan.server.config.Settings.Written;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Keys of client ports, sessions, and what clients may ask for.
final class ClientKeys {
    /// Twenty ticks, the default longest session, must fit an int of milliseconds.
    private static final int TICK_MILLIS_MAX = Integer.MAX_VALUE / 20;

    private final Settings settings;

    ClientKeys(Settings settings) {
        this.settings = settings;
    }

    Timing timing() throws ConfigException {
        int tick = settings.wholeInt(settings.parsed("tickTime"), 3000, 1, TICK_MILLIS_MAX, MILLIS);
        Written shortest = settings.parsed("minSessionTimeout");
        Written longest = settings.parsed("maxSessionTimeout");
        int min = settings.wholeInt(shortest, -1, -1, INT_MAX, MILLIS + ", -1 for 2 ticks");
        int max = settings.wholeInt(longest, -1, -1, INT_MAX, MILLIS + ", -1 for 20 ticks");
        min = min == -1 ? 2 * tick : min;
        max = max == -1 ? 20 * tick : max;
        if (min > max) {
            Written blamed = shortest != null ? shortest : longest;
            throw settings.wrong(
                    blamed == null ? new Written("minSessionTimeout", "", 0) : blamed,
                    "minSessionTimeout ("
                            + min
                            + " ms) not to be longer than maxSessionTimeout ("
                            + max
                            + " ms)");
        }
        return new Timing(tick, min, max);
    }

    ClientPorts clientPorts(Ensemble ensemble) throws ConfigException {
        Endpoint plain = endpoint("clientPort", "clientPortAddress");
        Endpoint secure = endpoint("secureClientPort", "secureClientPortAddress");
        var me = ensemble.servers().get(ensemble.myId());
        if (me != null && me.client() != null) {
            if (plain != null && plain.port() != me.client().port()) {
                Written port = settings.parsed("clientPort");
                throw settings.wrong(
                        port == null ? new Written("clientPort", "", 0) : port,
                        "the client port of server." + me.id() + ", " + me.client().port());
            }
            plain = plain == null || plain.isWildcard() ? me.client() : plain;
        }
        if (plain == null && secure == null) {
            settings.warn("clientPort", "is not set: no client will be able to connect.");
        }
        int backlog =
                settings.wholeInt(
                        settings.parsed("clientPortListenBacklog"),
                        -1,
                        -1,
                        INT_MAX,
                        "connections, -1 for the system's choice");
        return new ClientPorts(
                plain,
                secure,
                backlog,
                settings.flag("client.portUnification", false),
                settings.flag("client.certReload", false),
                settings.integer(
                        "netty.server.outstandingHandshake.limit",
                        -1,
                        ANY_MIN,
                        INT_MAX,
                        "handshakes, 0 or less for no limit"),
                settings.flag("netty.server.earlyDropSecureConnectionHandshakes", false));
    }

    private @Nullable Endpoint endpoint(String portKey, String addressKey) throws ConfigException {
        int port = settings.wholeInt(settings.parsed(portKey), 0, 0, PORT_MAX, "a port");
        Written address = settings.parsed(addressKey);
        String host = settings.text(address, "");
        if (port == 0) {
            if (address != null) {
                throw settings.wrong(address, portKey + " to be set as well");
            }
            return null;
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Endpoint(host, port);
    }

    ConnectionLimits connectionLimits() throws ConfigException {
        int fill = settings.integer("connection_throttle_fill_time", 1, 0, INT_MAX, MILLIS);
        return new ConnectionLimits(
                settings.wholeInt(
                        settings.parsed("maxClientCnxns"),
                        60,
                        0,
                        INT_MAX,
                        "connections from one address, 0 for no limit"),
                settings.integer("maxCnxns", 0, 0, INT_MAX, "connections, 0 for no limit"),
                settings.integer("nio.sessionlessCnxnTimeout", 10_000, 1, INT_MAX, MILLIS),
                settings.integer("nio.shutdownTimeout", 5000, 0, INT_MAX, MILLIS),
                settings.flag("clientTcpKeepAlive", false),
                new Throttle(
                        settings.integer("connection_throttle_tokens", 0, 0, INT_MAX, "tokens"),
                        fill,
                        settings.integer("connection_throttle_fill_count", 1, 0, INT_MAX, "tokens"),
                        settings.integer(
                                "connection_throttle_freeze_time", -1, -1, INT_MAX, MILLIS),
                        share("connection_throttle_drop_increase", 0.02),
                        share("connection_throttle_drop_decrease", 0.002),
                        share("connection_throttle_decrease_ratio", 0),
                        settings.flag("connection_throttle_weight_enabled", false),
                        weight("connection_throttle_global_session_weight", 3),
                        weight("connection_throttle_local_session_weight", 1),
                        weight("connection_throttle_renew_session_weight", 2)));
    }

    private double share(String name, double fallback) throws ConfigException {
        return settings.fraction(settings.property(name), fallback, 0, 1);
    }

    private int weight(String name, int fallback) throws ConfigException {
        return settings.integer(name, fallback, 1, INT_MAX, "tokens");
    }

    RequestLimits requestLimits() throws ConfigException {
        // 64 bytes at least: less would not even hold a handshake.
        int frame = settings.bareInteger("jute.maxbuffer", 1_048_575, 64, INT_MAX - 64, "bytes");
        return new RequestLimits(
                frame,
                settings.wholeInt(
                        settings.property("jute.maxbuffer.extrasize"), frame, 0, INT_MAX, "bytes"),
                settings.integer("globalOutstandingLimit", 1000, 1, INT_MAX, "requests"),
                settings.integer("largeRequestMaxBytes", 104_857_600, 1, INT_MAX, "bytes"),
                settings.integer("largeRequestThreshold", -1, -1, INT_MAX, "bytes, -1 for off"),
                settings.integer(
                        "request_throttle_max_requests", 0, 0, INT_MAX, "requests, 0 for off"),
                settings.integer("request_throttle_stall_time", 100, 1, INT_MAX, MILLIS),
                settings.flag("request_throttle_drop_stale", true),
                settings.flag("request_stale_latency_check", false),
                settings.flag("request_stale_connection_check", true),
                settings.integer("request_throttler.shutdownTimeout", 10_000, 0, INT_MAX, MILLIS),
                settings.integer("throttled_op_wait_time", 0, 0, INT_MAX, MILLIS + ", 0 for off"));
    }

    Operate operate() {
        boolean readOnly = settings.flag(settings.bare("readonlymode.enabled"), false);
        Written written = settings.property("4lw.commands.whitelist");
        var words = new ArrayList<String>();
        if (written != null) {
            words.addAll(Settings.list(written));
        }
        // ZooKeeper adds these two whatever the list says: its own script and client need them.
        if (!words.contains("srvr")) {
            words.add("srvr");
        }
        if (readOnly && !words.contains("isro")) {
            words.add("isro");
        }
        return new Operate(words, readOnly);
    }
}
