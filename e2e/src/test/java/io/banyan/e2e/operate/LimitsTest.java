package io.banyan.e2e.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.FourLetter;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The limits that operators set, and what a server does when they are reached.
@Tag("fast")
class LimitsTest {
    private static final int SESSION_MILLIS = 10_000;
    private static final int THROTTLED_OP = -127;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void withoutTokensAClientIsTurnedAwayAndTheOthersAreServed(ServerKind kind) throws Exception {
        ServerConfig config =
                ServerConfig.standard()
                        .with("connection_throttle_tokens", "50")
                        .with("connection_throttle_fill_time", "1000000");
        var sessions = new ArrayList<RawSession>();
        try (ServerProcess server = ServerProcess.start(kind, config)) {
            boolean turnedAway = false;
            try {
                // Starting took some of them: a probe is a handshake.
                for (int i = 0; i < 51; i++) {
                    sessions.add(RawSession.connect(server.port(), SESSION_MILLIS));
                }
            } catch (RawSession.Lost expected) {
                turnedAway = true;
            }

            assertThat(turnedAway).isTrue();
            assertThat(sessions.getFirst().children("/")).contains("zookeeper");
        } finally {
            sessions.forEach(RawSession::close);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aLargeRequestBeyondTheBudgetEndsItsConnectionOnly(ServerKind kind) throws Exception {
        ServerConfig config =
                ServerConfig.standard()
                        .with("largeRequestThreshold", "10000")
                        .with("largeRequestMaxBytes", "50000");
        try (ServerProcess server = ServerProcess.start(kind, config);
                RawSession other = RawSession.connect(server.port(), SESSION_MILLIS);
                RawSession greedy = RawSession.connect(server.port(), SESSION_MILLIS)) {
            assertThat(greedy.create("/small", new byte[9_000])).isZero();
            assertThat(greedy.create("/large", new byte[40_000])).isZero();
            assertThat(greedy.create("/larger", new byte[40_000])).isZero();

            boolean lost = false;
            try {
                greedy.create("/beyond", new byte[60_000]);
            } catch (RawSession.Lost expected) {
                lost = true;
            }

            assertThat(lost).isTrue();
            assertThat(other.children("/")).contains("larger").doesNotContain("beyond");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void requestsThatWaitedTooLongForOthersAreRefusedInTheirPlace(ServerKind kind)
            throws Exception {
        int count = 500;
        ServerConfig config =
                ServerConfig.standard()
                        .with("request_throttle_max_requests", "1")
                        .with("throttled_op_wait_time", "10");
        try (ServerProcess server = ServerProcess.start(kind, config);
                RawSession hasty = RawSession.connect(server.port(), SESSION_MILLIS)) {
            assertThat(hasty.create("/n", null)).isZero();
            var request = new JuteOut().str("/n").buf(new byte[10]).i32(-1);
            int first = hasty.send(Op.SET_DATA, request.bytes());
            for (int i = 1; i < count; i++) {
                hasty.send(Op.SET_DATA, request.bytes());
            }
            var errors = new ArrayList<Integer>();
            for (int i = 0; i < count; i++) {
                RawSession.Reply reply = hasty.take();
                assertThat(reply.xid()).isEqualTo(first + i);
                errors.add(reply.err());
            }

            assertThat(errors).contains(THROTTLED_OP).containsOnly(0, THROTTLED_OP);
            // One that waits for nobody is served, unless the machine itself makes it wait.
            Waiting.until(
                    () -> "a request to be served",
                    LIMIT,
                    () -> hasty.call(Op.SET_DATA, request).err() == 0);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aFourLetterWordCountsAsReceivedAndItsAnswerAsSent(ServerKind kind) throws Exception {
        try (ServerProcess server = ServerProcess.start(kind, ServerConfig.standard())) {
            // The answer to the probe of the start is counted when it has left, maybe by now.
            FourLetter.ask(server.port(), "srvr");
            String before = FourLetter.ask(server.port(), "srvr");
            String after = FourLetter.ask(server.port(), "srvr");

            assertThat(number(after, "Received: ")).isEqualTo(number(before, "Received: ") + 1);
            assertThat(number(after, "Sent: ")).isEqualTo(number(before, "Sent: ") + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aClientThatComesBackWithAShorterTimeoutIsGivenUpEarlier(ServerKind kind) throws Exception {
        try (ServerProcess server = ServerProcess.start(kind, ServerConfig.standard());
                RawSession watching = RawSession.connect(server.port(), SESSION_MILLIS)) {
            RawSession longer = RawSession.connect(server.port(), SESSION_MILLIS);
            longer.create("/eph", null, 1);
            longer.close();
            watching.call(Op.EXISTS, new JuteOut().str("/eph").bool(true));
            long begin = System.nanoTime();
            RawSession shorter = resumed(server, longer);
            shorter.ping();
            shorter.close();
            while (watching.events().isEmpty()) {
                watching.ping();
                Thread.onSpinWait();
            }

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofMillis(SESSION_MILLIS / 2));
        }
    }

    private static RawSession resumed(ServerProcess server, RawSession before) throws IOException {
        return RawSession.resume(server.port(), 1_000, 0, before.id(), before.password())
                .orElseThrow();
    }

    private static long number(String text, String label) {
        return text.lines()
                .filter(line -> line.startsWith(label))
                .mapToLong(line -> Long.parseLong(line.substring(label.length())))
                .findFirst()
                .orElseThrow();
    }
}
