package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.JuteIn;
import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.soak.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Some numbers behind one server, each a configuration and a znode: one way to them. For one
/// thread.
///
/// Every method throws an {@link IOException} when it is not known what happened; the way is to be
/// closed then.
interface Register extends AutoCloseable {
    /// A client gives up a server that says nothing for so long.
    Duration PATIENCE = Duration.ofSeconds(3);

    /// What is there.
    ///
    /// @param version {@link Operation#UNTOLD} where the way has no word for it
    record Seen(long value, int version) {}

    /// What came of a write.
    ///
    /// @param done false if another value was there than the one asked for
    /// @param version of the znode after it, as above
    record Written(boolean done, int version) {}

    /// What this server has now.
    Seen read(int key) throws IOException;

    /// @param expected writes only if this is there; null to write whatever is there
    Written write(int key, long value, @Nullable Seen expected) throws IOException;

    /// What is read from now on is no older than what any server had answered before.
    void sync() throws IOException;

    @Override
    void close() throws IOException;

    /// A way of Nacos has no word for it: but before a door refuses a conditional write, it looks
    /// whether it is behind.
    private static void refused(Written written) throws IOException {
        if (written.done()) {
            throw new IOException("a write was done that asked for what nobody wrote");
        }
    }

    /// What no register ever holds.
    Seen NEVER_THERE = new Seen(-1, Operation.UNTOLD);

    private static String md5(long value) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("MD5").digest(Long.toString(value).getBytes(UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// HTTP of Nacos.
    final class OverHttp implements Register {
        private final HttpClient http;
        private final String address;
        private final List<String> dataIds;

        /// @param http stays open
        OverHttp(HttpClient http, String address, List<String> dataIds) {
            this.http = http;
            this.address = address;
            this.dataIds = dataIds;
        }

        private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
            try {
                return http.send(
                        request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        private HttpRequest.Builder request(String query) {
            return HttpRequest.newBuilder(
                    URI.create("http://" + address + "/nacos/v1/cs/configs" + query));
        }

        @Override
        public Seen read(int key) throws IOException {
            var answer = send(request("?group=" + GROUP + "&dataId=" + dataIds.get(key)).GET());
            if (answer.statusCode() != 200) {
                throw new IOException(answer.statusCode() + " " + answer.body());
            }
            return new Seen(Long.parseLong(answer.body()), Operation.UNTOLD);
        }

        @Override
        public Written write(int key, long value, @Nullable Seen expected) throws IOException {
            String form =
                    Servers.form("dataId", dataIds.get(key), "group", GROUP, "content", "" + value);
            var request =
                    request("")
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(form));
            if (expected != null) {
                request.header("casMd5", md5(expected.value()));
            }
            var answer = send(request);
            boolean refused =
                    answer.statusCode() == 500 && answer.body().contains("Cas publish fail");
            if (answer.statusCode() != 200 && !refused) {
                throw new IOException(answer.statusCode() + " " + answer.body());
            }
            return new Written(!refused, Operation.UNTOLD);
        }

        @Override
        public void sync() throws IOException {
            refused(write(0, 0, NEVER_THERE));
        }

        @Override
        public void close() {}
    }

    /// gRPC of Nacos.
    final class OverGrpc implements Register {
        private static final Pattern CONTENT = Pattern.compile("\"content\":\"(\\d+)\"");

        private final RawGrpc grpc;
        private final List<String> dataIds;

        OverGrpc(int port, List<String> dataIds) throws IOException {
            this.dataIds = dataIds;
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            try {
                grpc = new RawGrpc(address, true, PATIENCE);
            } catch (IllegalStateException e) {
                throw new IOException(e);
            }
        }

        private RawGrpc.Message call(String type, String json) throws IOException {
            try {
                return grpc.call(type, json);
            } catch (IllegalStateException e) {
                throw new IOException(e);
            }
        }

        private String named(int key) {
            return "{\"dataId\":\"" + dataIds.get(key) + "\",\"group\":\"" + GROUP + "\"";
        }

        @Override
        public Seen read(int key) throws IOException {
            String answer = call("ConfigQueryRequest", named(key) + "}").json();
            Matcher content = CONTENT.matcher(answer);
            if (!content.find()) {
                throw new IOException(answer);
            }
            return new Seen(Long.parseLong(content.group(1)), Operation.UNTOLD);
        }

        @Override
        public Written write(int key, long value, @Nullable Seen expected) throws IOException {
            String cas = expected == null ? "" : ",\"casMd5\":\"" + md5(expected.value()) + "\"";
            String answer =
                    call(
                                    "ConfigPublishRequest",
                                    named(key) + ",\"content\":\"" + value + "\"" + cas + "}")
                            .json();
            boolean refused = answer.contains("Cas publish fail");
            if (!answer.contains("\"resultCode\":200") && !refused) {
                throw new IOException(answer);
            }
            return new Written(!refused, Operation.UNTOLD);
        }

        @Override
        public void sync() throws IOException {
            refused(write(0, 0, NEVER_THERE));
        }

        @Override
        public void close() throws IOException {
            grpc.close();
        }
    }

    /// ZooKeeper's protocol.
    final class OverZooKeeper implements Register {
        private static final int SESSION_MILLIS = 10_000;

        private final RawSession session;
        private final List<String> dataIds;

        OverZooKeeper(InetSocketAddress address, List<String> dataIds) throws IOException {
            session = RawSession.connect(address, SESSION_MILLIS, PATIENCE);
            this.dataIds = dataIds;
        }

        private String path(int key) {
            return "/nacos/config/public/" + GROUP + "/" + dataIds.get(key);
        }

        /// Of the stat.
        private static int version(JuteIn stat) {
            for (int i = 0; i < 4; i++) {
                stat.i64();
            }
            return stat.i32();
        }

        @Override
        public Seen read(int key) throws IOException {
            RawSession.Reply reply = session.getData(path(key), false);
            if (reply.err() != 0) {
                throw new IOException("getData answered " + reply.err());
            }
            long value = Long.parseLong(new String(reply.body().buf(), UTF_8));
            return new Seen(value, version(reply.body()));
        }

        @Override
        public Written write(int key, long value, @Nullable Seen expected) throws IOException {
            int version = expected == null ? Operation.ANY : expected.version();
            byte[] data = Long.toString(value).getBytes(UTF_8);
            RawSession.Reply reply =
                    session.call(Op.SET_DATA, new JuteOut().str(path(key)).buf(data).i32(version));
            if (reply.err() == Operation.BAD_VERSION) {
                return new Written(false, Operation.UNTOLD);
            }
            if (reply.err() != 0) {
                throw new IOException("setData answered " + reply.err());
            }
            return new Written(true, version(reply.body()));
        }

        @Override
        public void sync() throws IOException {
            int error = session.call(Op.SYNC, new JuteOut().str(path(0))).err();
            if (error != 0) {
                throw new IOException("sync answered " + error);
            }
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
