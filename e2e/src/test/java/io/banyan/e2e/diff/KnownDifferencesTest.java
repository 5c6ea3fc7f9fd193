package io.banyan.e2e.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.Shared;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Our side of each row of docs/known-differences.md that the scripts never send.
@Tag("fast")
class KnownDifferencesTest {

    private int port;

    @BeforeEach
    void start() {
        assumeTrue(ServerKind.tested().contains(ServerKind.BANYAN), "Banyan is not tested here");
        port = Shared.server(ServerKind.BANYAN).port();
    }

    private RawSession session() throws IOException {
        return RawSession.connect(port, 10_000);
    }

    @Test
    void createTtlWithoutATtlIsRefused() throws Exception {
        try (RawSession session = session()) {
            JuteOut body = new JuteOut().str(Shared.path()).buf(null).openAcl().i32(0).i64(-1);

            assertThat(session.call(Op.CREATE_TTL, body).err()).isEqualTo(-8);
        }
    }

    @Test
    void deleteContainerFromAClientEndsItsConnection() throws Exception {
        String path = Shared.path();
        try (RawSession session = session();
                RawSession other = session()) {
            session.create(path, null);

            assertThatThrownBy(() -> session.call(Op.DELETE_CONTAINER, new JuteOut().str(path)))
                    .isInstanceOf(RawSession.Lost.class);

            assertThat(other.getData(path, false).err()).isZero();
        }
    }

    @Test
    void createSessionFromAClientMakesNone() throws Exception {
        try (RawSession session = session()) {
            session.send(Op.CREATE_SESSION, new JuteOut().i32(10_000).bytes());
            try {
                assertThat(session.take().err()).isEqualTo(-6);
            } catch (RawSession.Lost _) {
                // Hanging up is a refusal as well.
            }
        }
    }

    @Test
    void aWrongPasswordDoesNotHurtTheOwner() throws Exception {
        try (RawSession owner = session()) {
            byte[] wrong = owner.password();
            wrong[0]++;

            assertThat(RawSession.resume(port, 10_000, 0, owner.id(), wrong)).isEmpty();

            assertThat(owner.children("/")).contains("zookeeper");
        }
    }

    @Test
    void anOversizedFrameIsAnsweredInItsPlaceAndTheConnectionKept() throws Exception {
        try (RawSession session = session()) {
            String path = Shared.path();
            session.send(Op.CREATE, new JuteOut().str(path).buf(null).openAcl().i32(0).bytes());
            session.send(
                    Op.CREATE,
                    new JuteOut()
                            .str(path + "x")
                            .buf(new byte[1_100_000])
                            .openAcl()
                            .i32(0)
                            .bytes());
            session.send(Op.GET_DATA, new JuteOut().str(path).bool(false).bytes());

            assertThat(session.take().err()).isZero();
            assertThat(session.take().err()).isEqualTo(-5);
            assertThat(session.take().err()).isZero();
        }
    }

    @Test
    void saslWithoutATokenIsAnswered() throws Exception {
        try (RawSession session = session()) {
            RawSession.Reply reply = session.call(Op.SASL, new JuteOut().buf(null));

            assertThat(reply.err()).isZero();
            assertThat(HexFormat.of().formatHex(reply.body().rest())).isEqualTo("ffffffff");
        }
    }
}
