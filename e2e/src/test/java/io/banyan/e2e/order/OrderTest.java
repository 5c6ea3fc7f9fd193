package io.banyan.e2e.order;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.JuteIn;
import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.Shared;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a client may rely on while others race with it.
@Tag("fast")
class OrderTest {

    private static final int SESSION_MILLIS = 20_000;
    private static final int ROUNDS = 2_000;
    private static final int WINDOW = 32;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    /// A number in a node's data, and the zxid of its last change.
    private record Seen(int number, long mzxid) {}

    private static Seen seen(RawSession.Reply reply) {
        JuteIn body = reply.body();
        byte[] data = body.buf();
        body.i64();
        return new Seen(Integer.parseInt(new String(data, UTF_8)), body.i64());
    }

    private static JuteOut set(String path, int number) {
        return new JuteOut().str(path).buf(Integer.toString(number).getBytes(UTF_8)).i32(-1);
    }

    private static JuteOut get(String path, boolean watch) {
        return new JuteOut().str(path).bool(watch);
    }

    /// Each reply is checked against the events before it: data of a change whose event is still to
    /// come must not be in it.
    @ParameterizedTest
    @MethodSource("servers")
    void anEventComesBeforeAnyReplyThatShowsTheChange(ServerKind kind) throws Exception {
        int port = Shared.server(kind).port();
        String path = Shared.path();
        try (RawSession reader = RawSession.connect(port, SESSION_MILLIS);
                RawSession writer = RawSession.connect(port, SESSION_MILLIS)) {
            reader.create(path, "0".getBytes(UTF_8));
            AtomicBoolean stop = new AtomicBoolean();
            Future<Integer> writing =
                    threads.submit(() -> {
                        int number = 0;
                        while (!stop.get()) {
                            writer.call(Op.SET_DATA, set(path, ++number));
                        }
                        return number;
                    });
            // With a watch each, many in flight: an event is due for each change that is seen.
            int sent = 0;
            Deque<Boolean> inFlight = new ArrayDeque<>();
            long armedAt = -1;
            int eventsAtArming = 0;
            for (int taken = 0; taken < ROUNDS; taken++) {
                while (inFlight.size() < WINDOW && sent < ROUNDS) {
                    boolean watch = sent % 7 == 0;
                    reader.send(Op.GET_DATA, get(path, watch).bytes());
                    inFlight.add(watch);
                    sent++;
                }
                Seen seen = seen(reader.take());
                boolean watched = inFlight.removeFirst();
                boolean armed = armedAt >= 0 && reader.events().size() == eventsAtArming;
                if (armed) {
                    assertThat(seen.mzxid())
                            .as("read %s: a change without the event that was due", taken)
                            .isEqualTo(armedAt);
                }
                if (watched && !armed) {
                    armedAt = seen.mzxid();
                    eventsAtArming = reader.events().size();
                }
            }
            stop.set(true);

            assertThat(writing.get()).isPositive();
            assertThat(reader.events()).isNotEmpty();
            List<Long> zxids = reader.events().stream().map(RawSession.Event::zxid).toList();
            assertThat(zxids).isSorted();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aClientReadsItsOwnWritesAndNeverWhatItHasNotYetWritten(ServerKind kind) throws Exception {
        int port = Shared.server(kind).port();
        List<Future<Void>> clients = new ArrayList<>();

        for (int c = 0; c < 4; c++) {
            String path = Shared.path();
            clients.add(
                    threads.submit(() -> {
                        try (RawSession session = RawSession.connect(port, SESSION_MILLIS)) {
                            session.create(path, "0".getBytes(UTF_8));
                            int sent = 0;
                            for (int taken = 1; taken <= ROUNDS / 4; taken++) {
                                while (sent < taken + WINDOW) {
                                    sent++;
                                    session.send(Op.SET_DATA, set(path, sent).bytes());
                                    session.send(Op.GET_DATA, get(path, false).bytes());
                                }
                                assertThat(session.take().err()).isZero();
                                assertThat(seen(session.take()).number()).isEqualTo(taken);
                            }
                            return null;
                        }
                    }));
        }

        for (Future<Void> client : clients) {
            client.get();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aClientNeverSeesOlderDataAlsoAfterItReconnects(ServerKind kind) throws Exception {
        int port = Shared.server(kind).port();
        String path = Shared.path();
        try (RawSession writer = RawSession.connect(port, SESSION_MILLIS)) {
            writer.create(path, "0".getBytes(UTF_8));
            AtomicBoolean stop = new AtomicBoolean();
            Future<?> writing =
                    threads.submit(() -> {
                        for (int number = 1; !stop.get(); number++) {
                            writer.call(Op.SET_DATA, set(path, number));
                        }
                        return null;
                    });
            RawSession reader = RawSession.connect(port, SESSION_MILLIS);
            int last = 0;
            long lastZxid = 0;
            for (int connection = 0; connection < 50; connection++) {
                for (int i = 0; i < 20; i++) {
                    RawSession.Reply reply = reader.call(Op.GET_DATA, get(path, false));
                    int number = seen(reply).number();
                    assertThat(number).isGreaterThanOrEqualTo(last);
                    assertThat(reply.zxid()).isGreaterThanOrEqualTo(lastZxid);
                    last = number;
                    lastZxid = reply.zxid();
                }
                long id = reader.id();
                byte[] password = reader.password();
                if (connection % 2 == 0) {
                    reader.close();
                }
                reader =
                        RawSession.resume(port, SESSION_MILLIS, lastZxid, id, password)
                                .orElseThrow();
            }
            reader.endSession();
            stop.set(true);
            writing.get();
            assertThat(last).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theWritersOwnEventComesBeforeItsReply(ServerKind kind) throws Exception {
        int port = Shared.server(kind).port();
        String path = Shared.path();
        try (RawSession session = RawSession.connect(port, SESSION_MILLIS)) {
            session.create(path, "0".getBytes(UTF_8));
            for (int i = 1; i <= 100; i++) {
                session.call(Op.GET_DATA, get(path, true));
                session.call(Op.SET_DATA, set(path, i));
                assertThat(session.events()).hasSize(i);
            }
        }
    }
}
