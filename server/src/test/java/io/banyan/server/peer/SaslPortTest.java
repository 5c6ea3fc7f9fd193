package io.banyan.server.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.config.ServerConfig;
import io.banyan.server.peer.Heard.Came;
import io.banyan.server.peer.Heard.Lost;
import io.banyan.server.peer.Heard.Opened;
import io.banyan.server.peer.Heard.Vote;
import io.banyan.server.sasl.PeerSasl;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import io.banyan.zab.PeerState;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SASL on both ports, as it goes over the wire.
final class SaslPortTest {
    private static final long MAGIC = 0x5f2435013501edccL;
    private static final Notification VOTE =
            new Notification(PeerState.LOOKING, 2, 0x1_0000_0007L, 3, 1);
    private static final Message LEARNER = new Message.LearnerInfo(1, false, 0, 0, true);

    @TempDir Path directory;
    private PeerSasl sasl;

    @BeforeEach
    void readSections() throws IOException {
        sasl = sasl("secret");
    }

    private PeerSasl sasl(String password) throws IOException {
        Path jaas =
                Files.writeString(
                        directory.resolve(password + ".conf"),
                        """
                        QuorumServer {
                            org.apache.zookeeper.server.auth.DigestLoginModule required
                            user_member="PASSWORD";
                        };
                        QuorumLearner {
                            org.apache.zookeeper.server.auth.DigestLoginModule required
                            username="member" password="PASSWORD";
                        };
                        """
                                .replace("PASSWORD", password));
        return PeerSasl.of(
                ServerConfig.standaloneDefaults(
                        directory, Map.of("java.security.auth.login.config", jaas.toString())),
                Set.of("127.0.0.1"));
    }

    private static SaslGuard guard(PeerSasl sasl, boolean dials, boolean required) {
        return new SaslGuard(PeerGuard.NONE, sasl, dials, required, 20_000);
    }

    @Test
    void votesAndMessagesGoBetweenThoseWhoKnowThePassword() {
        try (var ports = new TestPorts(2, 0)) {
            ports.guardedBy(guard(sasl, true, true));
            var first = new Heard();
            var second = new Heard();
            PeerPorts one = ports.start(1, first);
            PeerPorts two = ports.start(2, second);

            two.notify(1, VOTE);
            first.await(new Vote(2, VOTE));
            one.dial(-1, 2, false);
            first.await(new Opened(-1));
            one.send(-1, LEARNER);

            second.await(new Came(1, LEARNER));
        }
    }

    @Test
    void aLearnerWithAnotherPasswordLearnsWhyItIsNotLetIn() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            ports.guardedBy(guard(sasl, true, true));
            ports.start(2, new Heard());
            ports.guardedBy(guard(sasl("guessed"), true, true));
            var first = new Heard();
            PeerPorts one = ports.start(1, first);

            one.dial(-1, 2, false);

            assertThat(first.next(Lost.class).why())
                    .isEqualTo("SASL: it does not know the user member, or by another password");
        }
    }

    @Test
    void whoProvesNothingIsLetInUntilThatIsRequired() {
        for (boolean required : new boolean[] {false, true}) {
            try (var ports = new TestPorts(2, 0)) {
                ports.guardedBy(guard(sasl, required, required));
                var first = new Heard();
                ports.start(1, first);
                ports.guardedBy(PeerGuard.NONE);
                var second = new Heard();
                PeerPorts two = ports.start(2, second);
                two.notify(1, VOTE);

                if (!required) {
                    first.await(new Vote(2, VOTE));
                }
                two.dial(-1, 1, false);
                two.send(-1, new Message.LearnerInfo(2, false, 0, 0, true));

                if (required) {
                    second.next(Lost.class);
                    assertThat(first.rest()).isEmpty();
                } else {
                    first.await(new Came(1, new Message.LearnerInfo(2, false, 0, 0, true)));
                }
            }
        }
    }

    @Test
    void whoProvesItselfToAServerWithoutSaslIsToldWhatToLookFor() {
        try (var ports = new TestPorts(2, 0)) {
            ports.start(1, new Heard());
            ports.guardedBy(guard(sasl, true, true));
            var second = new Heard();
            PeerPorts two = ports.start(2, second);

            two.dial(-1, 1, false);

            assertThat(second.next(Lost.class).why())
                    .startsWith("SASL: it hung up; does it have quorum.auth.enableSasl=true");
        }
    }

    /// The first packet and its answer have ZooKeeper's bytes.
    @Test
    void theServerBeginsWithAChallengeOfItsRealm() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            ports.guardedBy(guard(sasl, true, true));
            ports.start(2, new Heard());
            try (Socket socket = TestPorts.connect(ports.quorumPort(2))) {
                socket.getOutputStream().write(packet(0, new byte[0]));

                var in = new DataInputStream(socket.getInputStream());
                assertThat(in.readLong()).isEqualTo(MAGIC);
                assertThat(in.readInt()).isZero();
                assertThat(new String(in.readNBytes(in.readInt()), US_ASCII))
                        .contains("realm=\"zk-quorum-sasl-md5\"");
            }
        }
    }

    @Test
    void strangersAreTurnedAwayAndHarmNobody() throws Exception {
        try (var ports = new TestPorts(2, 0)) {
            // Long enough for the rightful one on a busy machine.
            ports.guardedBy(new SaslGuard(PeerGuard.NONE, sasl, true, true, 3_000));
            var second = new Heard();
            ports.start(2, second);

            var strangers = new ArrayList<Callable<Boolean>>();
            for (byte[] rubbish :
                    new byte[][] {
                        packet(0, new byte[] {1, 2, 3}),
                        packet(0, "username=\"member\"".getBytes(US_ASCII)),
                        packet(1, null),
                        packet(7, null),
                        packet(-1, new byte[0]),
                        ByteBuffer.allocate(16).putLong(MAGIC).putInt(0).putInt(1 << 30).array(),
                        ByteBuffer.allocate(16).putLong(MAGIC).putInt(0).putInt(-2).array(),
                        ByteBuffer.allocate(9).putLong(MAGIC).array(),
                        HexFormat.of().parseHex("0000000b0000000000000000"),
                        new byte[0],
                    }) {
                strangers.add(() -> isTurnedAway(ports.quorumPort(2), rubbish));
                strangers.add(() -> isTurnedAway(ports.electionPort(2), hello(1, rubbish)));
            }
            // All at once, since some are waited for as long as that.
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Boolean> each : threads.invokeAll(strangers)) {
                    assertThat(each.get()).isTrue();
                }
            }

            // The patience that strangers are given is short, and the first handshake of an honest
            // server loads its classes: it may need a second one.
            PeerPorts one = ports.start(1, new Heard());
            second.await(new Vote(1, VOTE), () -> one.notify(2, VOTE));
        }
    }

    /// Writes, and reads until the other end closes.
    private static boolean isTurnedAway(int port, byte[] bytes) throws IOException {
        try (Socket socket = TestPorts.connect(port)) {
            socket.getOutputStream().write(bytes);
            while (socket.getInputStream().read() >= 0) {
                // A challenge, or the news that it failed.
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException e) {
            // Reset, since we had sent more than it read.
            return true;
        }
    }

    private static byte[] packet(int status, byte[] token) {
        int length = token == null ? 0 : token.length;
        var bytes = ByteBuffer.allocate(16 + length).putLong(MAGIC).putInt(status);
        bytes.putInt(token == null ? -1 : length);
        return token == null ? bytes.array() : bytes.put(token).array();
    }

    private static byte[] hello(long serverId, byte[] behind) {
        byte[] text = "127.0.0.1:1".getBytes(US_ASCII);
        return ByteBuffer.allocate(20 + text.length + behind.length)
                .putLong(-65536)
                .putLong(serverId)
                .putInt(text.length)
                .put(text)
                .put(behind)
                .array();
    }
}
