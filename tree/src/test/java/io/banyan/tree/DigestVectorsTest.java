package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// Digests, payloads and replies captured from ZooKeeper.
final class DigestVectorsTest {
    private static final long SESSION = 0x010000120d1a0000L;
    private static final String OPEN =
            "00000001" + "0000001f" + "00000005776f726c64" + "00000006616e796f6e65";

    private final ZnodeTree tree = new ZnodeTree(TreeConfig.defaults());

    @Test
    void freshTreeHasZooKeepersDigestAndCounts() {
        State fresh = tree.fresh();

        assertThat(fresh.digest()).isEqualTo(0x51c6d660L);
        assertThat(fresh.nodeCount()).isEqualTo(5);
        assertThat(fresh.approximateDataSize()).isEqualTo(44);
        assertThat(fresh.zxid()).isZero();
    }

    @Test
    void createSessionIsLoggedAsZooKeeperLogsIt() {
        var body = new JuteWriter();
        body.writeInt(10_000);
        var request =
                new WriteRequest(
                        SESSION,
                        0,
                        OpCode.CREATE_SESSION,
                        body.toByteArray(),
                        0,
                        body.length(),
                        World.NOBODY);

        Applied applied = tree.evaluate(tree.fresh(), request, 1, 0x1a1ff9e4478L);

        assertThat(hex(applied.payload()))
                .isEqualTo(
                        "010000120d1a0000"
                                + "00000000"
                                + "0000000000000001"
                                + "000001a1ff9e4478"
                                + "fffffff6"
                                + "00002710"
                                + "00000002"
                                + "0000000051c6d660");
    }

    @Test
    void createIsLoggedAsZooKeeperLogsIt() {
        var body = new JuteWriter();
        World.createBody(body, "/a", World.utf8("hi"), Acl.OPEN, 0);
        var request =
                new WriteRequest(
                        SESSION,
                        1,
                        OpCode.CREATE,
                        body.toByteArray(),
                        0,
                        body.length(),
                        World.NOBODY);

        Applied applied = tree.evaluate(tree.fresh(), request, 0xb, 0x1a1ff9e44a6L);

        assertThat(applied.state().digest()).isEqualTo(0x1ac1bc943L);
        assertThat(hex(applied.payload()))
                .isEqualTo(
                        "010000120d1a0000"
                                + "00000001"
                                + "000000000000000b"
                                + "000001a1ff9e44a6"
                                + "00000001"
                                + "000000022f61"
                                + "000000026869"
                                + OPEN
                                + "00"
                                + "00000001"
                                + "00000002"
                                + "00000001ac1bc943");
        assertThat(hex(applied.reply())).isEqualTo("000000022f61");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
