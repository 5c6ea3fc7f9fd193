package io.banyan.e2e.operate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The audit log of Apache and of Banyan after the same requests, line by line.
@Tag("fast")
class AuditTest {
    private static final String MARK = "operation=";
    private static final int ANY = -1;

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void everyWriteLeavesZooKeepersLine(ServerKind kind) throws Exception {
        ServerConfig config =
                ServerConfig.standard()
                        .with("audit.enable", "true")
                        .with("extendedTypesEnabled", "true")
                        .withJvmFlag("-Duser.name=keeper");
        try (ServerProcess server = ServerProcess.start(kind, config)) {
            long first = write(server);
            long second = expire(server);
            // A client hears of the end of a session before its line is written.
            awaitLines(server, EXPECTED.size() - 1);
            server.stop();
            // The last line comes while the process ends.
            awaitLines(server, EXPECTED.size());

            assertThat(audited(server, first, second)).isEqualTo(EXPECTED);
        }
    }

    private static long write(ServerProcess server) throws IOException {
        try (RawSession s = RawSession.connect(server.port(), 10_000)) {
            s.create("/a", "data".getBytes(UTF_8));
            s.create("/a", null);
            s.create("/a/q-", null, 2);
            s.create("/nowhere/b", null, 1);
            s.create("/a/mode", null, 77);
            s.create("/eph", null, 1);
            s.call(Op.CREATE2, new JuteOut().str("/a/two").buf(null).openAcl().i32(0));
            s.call(Op.CREATE_CONTAINER, new JuteOut().str("/box").buf(null).openAcl().i32(4));
            s.call(
                    Op.CREATE_TTL,
                    new JuteOut().str("/ttl").buf(null).openAcl().i32(5).i64(3_600_000));
            s.call(Op.SET_DATA, new JuteOut().str("/a").buf(new byte[3]).i32(ANY));
            s.call(Op.SET_DATA, new JuteOut().str("/a").buf(new byte[3]).i32(77));
            s.getData("/a", false);
            s.call(Op.SYNC, new JuteOut().str("/a"));
            s.digest("bob:secret");
            s.call(Op.SET_ACL, new JuteOut().str("/eph").raw(acl("digest", "x:y", 31)).i32(ANY));
            s.call(Op.SET_ACL, new JuteOut().str("/box").raw(acl("auth", "", 11)).i32(ANY));
            s.call(Op.SET_ACL, new JuteOut().str("/none").raw(acl("world", "anyone", 1)).i32(ANY));
            s.delete("/ttl");
            s.delete("/none");
            s.call(
                    Op.MULTI,
                    new JuteOut()
                            .raw(part(Op.CREATE))
                            .str("/m")
                            .buf(null)
                            .openAcl()
                            .i32(0)
                            .raw(part(Op.CREATE2))
                            .str("/m/s-")
                            .buf(null)
                            .openAcl()
                            .i32(2)
                            .raw(part(Op.SET_DATA))
                            .str("/m")
                            .buf(new byte[1])
                            .i32(ANY)
                            .raw(part(Op.CHECK))
                            .str("/m")
                            .i32(ANY)
                            .raw(part(Op.DELETE))
                            .str("/a/two")
                            .i32(ANY)
                            .raw(END));
            s.call(
                    Op.MULTI,
                    new JuteOut()
                            .raw(part(Op.DELETE))
                            .str("/m")
                            .i32(ANY)
                            .raw(part(Op.DELETE))
                            .str("/none")
                            .i32(ANY)
                            .raw(END));
            s.call(Op.RECONFIG, new JuteOut().str(null).str(null).str(null).i64(-1));
            s.endSession();
            return s.id();
        }
    }

    /// A session that ends by itself.
    private static long expire(ServerProcess server) throws IOException {
        try (RawSession watching = RawSession.connect(server.port(), 20_000);
                RawSession silent = RawSession.connect(server.port(), 1_000)) {
            silent.create("/silent", null, 1);
            watching.call(Op.EXISTS, new JuteOut().str("/silent").bool(true));
            watching.takeEvent();
            return silent.id();
        }
    }

    private static byte[] part(int op) {
        return new JuteOut().i32(op).bool(false).i32(-1).bytes();
    }

    private static final byte[] END = new JuteOut().i32(-1).bool(true).i32(-1).bytes();

    private static byte[] acl(String scheme, String id, int perms) {
        return new JuteOut().i32(1).i32(perms).str(scheme).str(id).bytes();
    }

    private static void awaitLines(ServerProcess server, int count) {
        Waiting.until(
                () -> count + " lines of audit in " + server.output(),
                Duration.ofSeconds(60),
                () -> lines(server).count() >= count);
    }

    /// Whole ones.
    private static Stream<String> lines(ServerProcess server) {
        String output = server.output();
        return output.substring(0, output.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> line.contains(MARK) && line.contains("result="));
    }

    /// The order of a user's names is not Apache's to say: they come from a hash set.
    private static List<String> audited(ServerProcess server, long first, long second) {
        return lines(server)
                .map(line -> line.substring(start(line)))
                .map(line -> line.replace("127.0.0.1,bob", "bob,127.0.0.1"))
                .map(line -> line.replace("0x" + Long.toHexString(first), "FIRST"))
                .map(line -> line.replace("0x" + Long.toHexString(second), "SECOND"))
                .toList();
    }

    private static int start(String line) {
        int session = line.indexOf("session=");
        return session < 0 ? line.indexOf("user=") : session;
    }

    private static final List<String> EXPECTED =
            List.of(
                    "user=keeper\toperation=serverStart\tresult=success",
                    client(
                            "127.0.0.1",
                            "operation=create\tznode=/a\tznode_type=persistent\tresult=success"),
                    client(
                            "127.0.0.1",
                            "operation=create\tznode=/a\tznode_type=persistent\tresult=failure"),
                    client(
                            "127.0.0.1",
                            "operation=create\tznode=/a/q-0000000000"
                                    + "\tznode_type=persistent_sequential\tresult=success"),
                    client(
                            "127.0.0.1",
                            "operation=create\tznode=/nowhere/b\tznode_type=ephemeral"
                                    + "\tresult=failure"),
                    client(
                            "127.0.0.1",
                            "operation=create\tznode=/eph\tznode_type=ephemeral\tresult=success"),
                    client(
                            "127.0.0.1",
                            "operation=create\tznode=/a/two\tznode_type=persistent"
                                    + "\tresult=success"),
                    client(
                            "127.0.0.1",
                            "operation=create\tznode=/box\tznode_type=container\tresult=success"),
                    client(
                            "127.0.0.1",
                            "operation=create\tznode=/ttl\tznode_type=persistent_with_ttl"
                                    + "\tresult=success"),
                    client("127.0.0.1", "operation=setData\tznode=/a\tresult=success"),
                    client("127.0.0.1", "operation=setData\tznode=/a\tresult=failure"),
                    client(
                            "bob,127.0.0.1",
                            "operation=setAcl\tznode=/eph\tacl=digest:x:y:cdrwa\tresult=success"),
                    client(
                            "bob,127.0.0.1",
                            "operation=setAcl\tznode=/box\tacl=auth::drw\tresult=success"),
                    client(
                            "bob,127.0.0.1",
                            "operation=setAcl\tznode=/none\tacl=world:anyone:r\tresult=failure"),
                    client("bob,127.0.0.1", "operation=delete\tznode=/ttl\tresult=success"),
                    client("bob,127.0.0.1", "operation=delete\tznode=/none\tresult=failure"),
                    client(
                            "bob,127.0.0.1",
                            "operation=create\tznode=/m\tznode_type=persistent\tresult=success"),
                    client(
                            "bob,127.0.0.1",
                            "operation=create\tznode=/m/s-0000000000\tresult=success"),
                    client("bob,127.0.0.1", "operation=setData\tznode=/m\tresult=success"),
                    client("bob,127.0.0.1", "operation=delete\tznode=/a/two\tresult=success"),
                    client("bob,127.0.0.1", "operation=multiOperation\tresult=failure"),
                    client("bob,127.0.0.1", "operation=reconfig\tresult=failure"),
                    "session=FIRST\tuser=keeper"
                            + "\toperation=ephemeralZNodeDeletionOnSessionCloseOrExpire\tznode=/eph"
                            + "\tresult=success",
                    "session=SECOND\tuser=127.0.0.1\tip=127.0.0.1\toperation=create"
                            + "\tznode=/silent\tznode_type=ephemeral\tresult=success",
                    "session=SECOND\tuser=keeper"
                            + ""
                            + "\toperation=ephemeralZNodeDeletionOnSessionCloseOrExpire"
                            + "\tznode=/silent\tresult=success",
                    "user=keeper\toperation=serverStop\tresult=invoked");

    private static String client(String user, String rest) {
        return "session=FIRST\tuser=" + user + "\tip=127.0.0.1\t" + rest;
    }
}
