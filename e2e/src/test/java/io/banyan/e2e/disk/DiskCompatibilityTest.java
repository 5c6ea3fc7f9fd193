package io.banyan.e2e.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// One server goes on where another one stopped, on the same files.
@Tag("fast")
class DiskCompatibilityTest {

    private static final int SESSION_MILLIS = 60_000;

    /// Who writes, who goes on, how snapshots are compressed, whether the writer is killed.
    static List<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        if (!ServerKind.tested().contains(ServerKind.BANYAN)) {
            pairs.add(Arguments.of(ServerKind.APACHE_39, ServerKind.APACHE_38, "", true));
            pairs.add(Arguments.of(ServerKind.APACHE_38, ServerKind.APACHE_39, "gz", false));
            return pairs;
        }
        for (ServerKind apache : List.of(ServerKind.APACHE_39, ServerKind.APACHE_38)) {
            pairs.add(Arguments.of(apache, ServerKind.BANYAN, "", true));
            pairs.add(Arguments.of(ServerKind.BANYAN, apache, "", true));
        }
        pairs.add(Arguments.of(ServerKind.APACHE_39, ServerKind.BANYAN, "gz", false));
        pairs.add(Arguments.of(ServerKind.APACHE_39, ServerKind.BANYAN, "snappy", false));
        pairs.add(Arguments.of(ServerKind.BANYAN, ServerKind.APACHE_39, "gz", false));
        pairs.add(Arguments.of(ServerKind.BANYAN, ServerKind.APACHE_38, "snappy", false));
        return pairs;
    }

    @ParameterizedTest(name = "{0} -> {1}, compression \"{2}\", killed {3}")
    @MethodSource("pairs")
    void theNextServerGoesOnWhereTheLastOneStopped(
            ServerKind writer, ServerKind reader, String compression, boolean killed)
            throws Exception {
        ServerConfig config = config(compression);
        try (ServerProcess server = ServerProcess.start(writer, config)) {
            Map<String, String> before;
            long owner;
            byte[] password;
            long deadOwner;
            try (RawSession session = RawSession.connect(server.port(), SESSION_MILLIS);
                    RawSession dying = RawSession.connect(server.port(), SESSION_MILLIS)) {
                assertThat(session.digest("super:test")).isZero();
                write(session);
                deadOwner = dying.id();
                dying.create("/dead", null, 1);
                dying.endSession();
                owner = session.id();
                password = session.password();
                before = TreeDump.of(session);
            }
            assertThat(before).hasSizeGreaterThan(20);
            if (killed) {
                server.kill();
                tear(server.version2());
            } else {
                server.stop();
            }

            server.become(reader);
            server.start();

            try (RawSession session =
                    RawSession.resume(server.port(), SESSION_MILLIS, 0, owner, password)
                            .orElseThrow(() -> new AssertionError("the session is lost"))) {
                assertThat(session.digest("super:test")).isZero();
                assertThat(TreeDump.of(session)).isEqualTo(before);
                assertThat(session.children("/e")).containsExactly("mine");

                // Everything goes on from there: numbers, sessions, ephemeral nodes.
                RawSession.Reply next = session.create("/seq/n-", null, 2);
                assertThat(next.body().str()).isEqualTo("/seq/n-0000000005");
                session.endSession();
            }
            Optional<RawSession> dead =
                    RawSession.resume(
                            server.port(),
                            SESSION_MILLIS,
                            0,
                            deadOwner,
                            RawSession.passwordOf(deadOwner));
            assertThat(dead).isEmpty();

            // And back again, over what the second one wrote.
            Map<String, String> after;
            try (RawSession session = RawSession.connect(server.port(), SESSION_MILLIS)) {
                session.digest("super:test");
                assertThat(session.children("/e")).isEmpty();
                after = TreeDump.of(session);
                session.endSession();
            }
            server.kill();
            server.become(writer);
            server.start();
            try (RawSession session = RawSession.connect(server.port(), SESSION_MILLIS)) {
                session.digest("super:test");
                assertThat(TreeDump.of(session)).isEqualTo(after);
            }
            assertThat(server.output()).doesNotContainIgnoringCase("digests are not matching");
        }
    }

    private static ServerConfig config(String compression) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-1").digest("super:test".getBytes(UTF_8));
        ServerConfig config =
                ServerConfig.standard()
                        .with("tickTime", "3000")
                        .with("snapCount", "60")
                        .with("extendedTypesEnabled", "true")
                        .with(
                                "DigestAuthenticationProvider.superDigest",
                                "super:" + Base64.getEncoder().encodeToString(hash));
        return compression.isEmpty()
                ? config
                : config.with("snapshot.compression.method", compression);
    }

    /// Some of everything that a tree can hold, over several snapshots.
    private static void write(RawSession session) throws IOException {
        for (String path : List.of("/a", "/a/b", "/e", "/seq", "/many", "/gone")) {
            assertThat(session.create(path, path.getBytes(UTF_8))).isZero();
        }
        assertThat(session.create("/null", null)).isZero();
        assertThat(session.create("/empty", new byte[0])).isZero();
        assertThat(session.create("/\u00e9\u4e2d", new byte[1000])).isZero();
        assertThat(session.create("/e/mine", null, 1).err()).isZero();
        for (int i = 0; i < 5; i++) {
            session.create("/seq/n-", null, 2);
        }
        session.delete("/seq/n-0000000003");
        session.delete("/gone");
        JuteOut digestAcl =
                new JuteOut()
                        .str("/acl")
                        .buf(null)
                        .i32(2)
                        .i32(31)
                        .str("digest")
                        .str("bob:ikIaKsbtGweaHnb/jKn7OHqbunM=")
                        .i32(1)
                        .str("ip")
                        .str("127.0.0.0/8")
                        .i32(0);
        assertThat(session.call(Op.CREATE, digestAcl).err()).isZero();
        JuteOut readOnly =
                new JuteOut().str("/a/b").i32(1).i32(1).str("world").str("anyone").i32(-1);
        assertThat(session.call(Op.SET_ACL, readOnly).err()).isZero();
        JuteOut container = new JuteOut().str("/container").buf(null).openAcl().i32(4);
        assertThat(session.call(Op.CREATE_CONTAINER, container).err()).isZero();
        JuteOut ttl = new JuteOut().str("/ttl").buf(null).openAcl().i32(5).i64(1_000_000_000L);
        assertThat(session.call(Op.CREATE_TTL, ttl).err()).isZero();
        assertThat(session.create("/zookeeper/quota/a", null)).isZero();
        assertThat(
                        session.create(
                                "/zookeeper/quota/a/zookeeper_limits",
                                "count=100,bytes=-1".getBytes(UTF_8)))
                .isZero();
        assertThat(
                        session.create(
                                "/zookeeper/quota/a/zookeeper_stats",
                                "count=0,bytes=0".getBytes(UTF_8)))
                .isZero();
        for (int i = 0; i < 100; i++) {
            session.create("/many/n" + i, ("data" + i).getBytes(UTF_8));
            multi(session, i);
        }
    }

    /// One that commits and one that does not.
    private static void multi(RawSession session, int i) throws IOException {
        JuteOut both = new JuteOut();
        both.i32(Op.SET_DATA).bool(false).i32(-1);
        both.str("/a").buf(("v" + i).getBytes(UTF_8)).i32(-1);
        both.i32(Op.CREATE).bool(false).i32(-1);
        both.str("/many/m" + i).buf(null).openAcl().i32(0);
        both.i32(-1).bool(true).i32(-1);
        assertThat(session.call(Op.MULTI, both).err()).isZero();
        JuteOut failing = new JuteOut();
        failing.i32(Op.DELETE).bool(false).i32(-1).str("/many/m" + i).i32(-1);
        failing.i32(Op.DELETE).bool(false).i32(-1).str("/nosuch").i32(-1);
        failing.i32(-1).bool(true).i32(-1);
        assertThat(session.call(Op.MULTI, failing).err()).isZero();
    }

    /// The last entry of the log as a power cut leaves it: its beginning, and then zeros or
    /// nothing.
    private static void tear(Path version2) throws IOException {
        try (Stream<Path> files = Files.list(version2)) {
            Path last =
                    files.filter(f -> f.getFileName().toString().startsWith("log."))
                            .max(
                                    Comparator.comparingLong(f ->
                                            Long.parseLong(
                                                    f.getFileName().toString().substring(4), 16)))
                            .orElseThrow();
            byte[] bytes = Files.readAllBytes(last);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] == 0) {
                end--;
            }
            // The start of an entry that says it has 100 bytes, of which none came.
            byte[] torn = new JuteOut().i64(0x12345678L).i32(100).i32(0x01000001).bytes();
            byte[] head = java.util.Arrays.copyOf(bytes, end + torn.length);
            System.arraycopy(torn, 0, head, end, torn.length);
            Files.write(last, head, StandardOpenOption.TRUNCATE_EXISTING);
        }
    }
}
