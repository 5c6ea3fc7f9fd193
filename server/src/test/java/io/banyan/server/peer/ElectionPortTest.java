package io.banyan.server.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.peer.Heard.Election;
import io.banyan.server.peer.Heard.Vote;
import io.banyan.zab.Notification;
import io.banyan.zab.PeerState;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class ElectionPortTest {
    private static final Notification VOTE =
            new Notification(PeerState.LOOKING, 2, 0x1_0000_0007L, 3, 1);

    @Test
    void eachOfThreeServersHearsTheOthersWhateverTheOrderOfStart() {
        try (var ports = new TestPorts(3, 0)) {
            var first = new Heard();
            var second = new Heard();
            var third = new Heard();
            PeerPorts two = ports.start(2, second);
            two.notify(1, VOTE);
            two.notify(3, VOTE);

            ports.start(1, first);
            ports.start(3, third);

            assertThat(first.next(Vote.class)).isEqualTo(new Vote(2, VOTE));
            assertThat(third.next(Vote.class)).isEqualTo(new Vote(2, VOTE));
        }
    }

    /// As captured from ZooKeeper, but for the membership.
    @Test
    void aVoteHasTheBytesOfZooKeepersSecondVersion() throws IOException {
        try (var ports = new TestPorts(3, 0)) {
            PeerPorts two = ports.start(2, new Heard());
            two.notify(3, new Notification(PeerState.LOOKING, 2, 0, 1, 0));
            try (Socket socket = TestPorts.connect(ports.electionPort(2))) {
                socket.getOutputStream().write(hello(3, "127.0.0.1:1"));

                assertThat(socket.getInputStream().readNBytes(57))
                        .asHexString()
                        .isEqualToIgnoringCase(
                                "00000035000000000000000000000002000000000000000000000000"
                                        + "000000010000000000000000000000020000000976657273696f6e3d30");
            }
        }
    }

    @Test
    void aServerThatStopsIsReportedDownAndUpAgainWhenItComesBack() {
        try (var ports = new TestPorts(2, 0)) {
            var first = new Heard();
            ports.start(1, first);
            PeerPorts two = ports.start(2, new Heard());
            first.await(new Election(2, true));

            two.close();

            first.await(new Election(2, false));
            ports.start(2, new Heard());
            first.await(new Election(2, true));
        }
    }

    @Test
    void aServerThatMovesIsFoundAtItsNewPortsAndKeepsItsConnections() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            var first = new Heard();
            PeerPorts one = ports.start(1, first);
            PeerPorts two = ports.start(2, new Heard());
            first.await(new Election(2, true));

            int election = TestPorts.freePort();
            one.moveTo(List.of(new PeerAddress("127.0.0.1", TestPorts.freePort(), election)));

            TestPorts.connect(election).close();
            two.notify(1, VOTE);
            first.await(new Vote(2, VOTE));
        }
    }

    @Test
    void theLastVoteIsSentAgainToAServerThatComesBack() {
        try (var ports = new TestPorts(2, 0)) {
            PeerPorts one = ports.start(1, new Heard());
            var second = new Heard();
            PeerPorts two = ports.start(2, second);
            one.notify(2, VOTE);
            second.await(new Vote(1, VOTE));
            two.close();

            var restarted = new Heard();
            ports.start(2, restarted);

            restarted.await(new Vote(1, VOTE));
        }
    }

    @Test
    void onlyTheNewestOfTheVotesThatWaitIsSent() {
        try (var ports = new TestPorts(2, 0)) {
            PeerPorts one = ports.start(1, new Heard());
            one.notify(2, new Notification(PeerState.LOOKING, 1, 0, 1, 0));
            one.notify(2, VOTE);

            var second = new Heard();
            ports.start(2, second);

            assertThat(second.next(Vote.class)).isEqualTo(new Vote(1, VOTE));
        }
    }

    @Test
    void strangersAreTurnedAwayAndHarmNobody() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            var second = new Heard();
            ports.start(2, second);
            int port = ports.electionPort(2);

            for (byte[] rubbish :
                    new byte[][] {
                        "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII),
                        HexFormat.of().parseHex("1603010200010001fc0303"),
                        HexFormat.of().parseHex("ffffffffffff00000000000000000001ffffffff"),
                        HexFormat.of().parseHex("ffffffffffff000000000000000000017fffffff"),
                        HexFormat.of().parseHex("0000000000000001"),
                        hello(9, "no address"),
                        hello(2, "127.0.0.1:1"),
                        hello(Long.MAX_VALUE, "127.0.0.1:port"),
                        hello(-3, "127.0.0.1:1"),
                    }) {
                try (Socket socket = TestPorts.connect(port)) {
                    socket.getOutputStream().write(rubbish);
                    assertThat(isClosed(socket)).isTrue();
                }
            }

            PeerPorts one = ports.start(1, new Heard());
            one.notify(2, VOTE);
            assertThat(second.next()).isEqualTo(new Election(1, true));
            assertThat(second.next()).isEqualTo(new Vote(1, VOTE));
        }
    }

    /// An ensemble grows by servers that the files of the others do not name yet.
    @Test
    void aServerThatIsNoMemberIsHeardAndAnswered() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            var second = new Heard();
            PeerPorts two = ports.start(2, second);
            try (Socket socket = TestPorts.connect(ports.electionPort(2))) {
                socket.getOutputStream().write(hello(9, "127.0.0.1:1"));
                second.await(new Election(9, true));

                two.notify(9, VOTE);

                var length = new byte[4];
                assertThat(socket.getInputStream().readNBytes(length, 0, 4)).isEqualTo(4);
                assertThat(ByteBuffer.wrap(length).getInt()).isEqualTo(0x35);
            }
        }
    }

    @Test
    void twoServersWithOneMyidAreToldOfInOneLineThatNamesBoth() throws IOException {
        var logger = (Logger) LoggerFactory.getLogger(Refusals.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        logger.addAppender(lines);
        try (var ports = new TestPorts(3, 0)) {
            ports.patient();
            var second = new Heard();
            ports.start(2, second);
            int port = ports.electionPort(2);

            try (Socket one = said(hello(3, "127.0.0.1:1"), port)) {
                second.await(new Election(3, true));
                try (Socket again = said(hello(3, "127.0.0.1:1"), port)) {
                    second.await(new Election(3, true));
                    try (Socket other = said(hello(3, "127.0.0.1:7"), port)) {
                        second.await(new Election(3, true));
                        try (Socket oneAgain = said(hello(3, "127.0.0.1:1"), port)) {
                            second.await(new Election(3, true));
                            // They take turns, and nobody is kept out.
                            assertThat(isClosed(one)).isTrue();
                            assertThat(isClosed(again)).isTrue();
                            assertThat(isClosed(other)).isTrue();
                            assertThat(oneAgain.isConnected()).isTrue();
                        }
                    }
                }
            }
        } finally {
            logger.detachAppender(lines);
            lines.stop();
        }

        assertThat(List.copyOf(lines.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(line -> line.contains("server 3 says that it is at"))
                .singleElement(STRING)
                .contains("at 127.0.0.1:1 and at 127.0.0.1:7")
                .contains("do two have this myid?");
    }

    private static Socket said(byte[] hello, int port) throws IOException {
        Socket socket = TestPorts.connect(port);
        socket.getOutputStream().write(hello);
        return socket;
    }

    @Test
    void whoSaysNothingIsClosedInTime() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            ports.start(2, new Heard());

            try (Socket socket = TestPorts.connect(ports.electionPort(2))) {
                assertThat(isClosed(socket)).isTrue();
            }
        }
    }

    @Test
    void aVoteThatMakesNoSenseIsLeftOutAndALengthThatMakesNoneEndsTheConnection()
            throws IOException {
        try (var ports = new TestPorts(3, 0)) {
            var second = new Heard();
            ports.start(2, second);
            try (Socket socket = TestPorts.connect(ports.electionPort(2))) {
                socket.getOutputStream().write(hello(3, "127.0.0.1:1"));
                second.await(new Election(3, true));

                socket.getOutputStream().write(frame(new byte[] {1, 2, 3}));
                socket.getOutputStream().write(frame(new byte[44]));
                socket.getOutputStream().write(HexFormat.of().parseHex("7fffffff"));

                assertThat(second.next())
                        .isEqualTo(new Vote(3, new Notification(PeerState.LOOKING, 0, 0, 0, 0)));
                assertThat(second.next()).isEqualTo(new Election(3, false));
                assertThat(isClosed(socket)).isTrue();
            }
        }
    }

    @Test
    void aPortThatIsTakenIsReportedAfterAFewTries() throws IOException {
        try (var ports = new TestPorts(1, 0)) {
            try (var taken = new java.net.ServerSocket()) {
                taken.bind(new java.net.InetSocketAddress("127.0.0.1", ports.quorumPort(1)));
                var heard = new Heard();
                ports.start(1, heard);

                assertThat(heard.next(Heard.Failed.class).why())
                        .contains("127.0.0.1:" + ports.quorumPort(1));
            }
        }
    }

    private static byte[] hello(long serverId, String address) {
        byte[] text = address.getBytes(US_ASCII);
        return ByteBuffer.allocate(20 + text.length)
                .putLong(-65536)
                .putLong(serverId)
                .putInt(text.length)
                .put(text)
                .array();
    }

    private static byte[] frame(byte[] content) {
        return ByteBuffer.allocate(4 + content.length).putInt(content.length).put(content).array();
    }

    /// Waits until the other end closes; it must not send anything before.
    static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            // Reset, since we had sent more than it read.
            return true;
        }
    }
}
