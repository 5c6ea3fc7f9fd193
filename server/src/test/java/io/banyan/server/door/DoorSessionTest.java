package io.banyan.server.door;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.server.BanyanServer;
import io.banyan.tree.State;
import io.banyan.wire.Acl;
import io.banyan.wire.AddWatchRequest;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.DeleteRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.WatcherEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DoorSessionTest {
    private static final int EPHEMERAL = 1;

    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private volatile State state;
    private BanyanServer server;
    private DoorSite site;
    private DoorClients clients;

    @BeforeEach
    void start() throws Exception {
        server = BanyanServer.builder().property("openDoor", "test").start();
        site = OpenDoor.siteOf("test");
        clients =
                site.clients(
                        executor,
                        (adopted, events) -> {
                            state = adopted;
                            for (WatcherEvent each : events) {
                                seen.add(each.type() + " " + each.path());
                            }
                        });
    }

    @AfterEach
    void stop() {
        server.close();
        executor.shutdownNow();
    }

    @Test
    void anEventComesBeforeTheReplyOfTheWriteThatCausedIt() throws Exception {
        DoorSession session = clients.open("test", 10_000);
        reply(session, OpCode.ADD_WATCH, new AddWatchRequest("/a", 1)::encode);

        var atReply = new CompletableFuture<List<String>>();
        session.request(OpCode.CREATE, record(create("/a", 0)::encode))
                .thenAccept(reply -> atReply.complete(List.copyOf(seen)));

        assertThat(atReply.get(10, SECONDS)).containsExactly("1 /a");
        assertThat(exists("/a")).isTrue();
    }

    @Test
    void requestsBeforeTheHandshakeKeepTheirOrder() throws Exception {
        DoorSession session = clients.open("test", 10_000);

        var first = session.request(OpCode.CREATE, record(create("/x", 0)::encode));
        var second = session.request(OpCode.CREATE, record(create("/x/y", 0)::encode));

        assertThat(first.get(10, SECONDS).error()).isZero();
        assertThat(second.get(10, SECONDS).error()).isZero();
    }

    @Test
    void aSessionOutlivesItsConnectionAndIsResumed() throws Exception {
        DoorSession session = clients.open("test", 10_000);
        long id = session.opened().get(10, SECONDS);
        reply(session, OpCode.CREATE, create("/e", EPHEMERAL)::encode);

        session.detach();
        assertThat(session.closed().get(10, SECONDS)).isEqualTo("detached");
        DoorSession again = clients.resume("test", id, 10_000);

        assertThat(again.opened().get(10, SECONDS)).isEqualTo(id);
        assertThat(reply(again, OpCode.DELETE, new DeleteRequest("/e", -1)::encode).error())
                .isZero();
    }

    @Test
    void closingTheSessionTakesItsEphemeralsAway() throws Exception {
        DoorSession session = clients.open("test", 10_000);
        reply(session, OpCode.CREATE, create("/e", EPHEMERAL)::encode);
        assertThat(exists("/e")).isTrue();

        assertThat(reply(session, OpCode.CLOSE_SESSION, out -> {}).error()).isZero();

        assertThat(exists("/e")).isFalse();
        assertThat(session.closed().get(10, SECONDS)).contains("closed its session");
    }

    @Test
    void resumingAnUnknownSessionIsExpired() {
        DoorSession session = clients.resume("test", 4711, 10_000);

        assertThatThrownBy(() -> session.opened().get(10, SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(DoorSession.Expired.class);
    }

    @Test
    void requestsOfAConnectionThatEndedFail() throws Exception {
        DoorSession session = clients.open("test", 10_000);
        session.opened().get(10, SECONDS);
        session.detach();

        assertThatThrownBy(() -> reply(session, OpCode.CREATE, create("/late", 0)::encode))
                .hasCauseInstanceOf(DoorSession.Disconnected.class);
    }

    @Test
    void thousandsOfRequestsAtOnceAreAllAnswered() throws Exception {
        DoorSession session = clients.open("test", 10_000);
        var replies = new java.util.ArrayList<CompletableFuture<DoorSession.Reply>>();
        for (int i = 0; i < 5_000; i++) {
            replies.add(session.request(OpCode.CREATE, record(create("/n" + i, 0)::encode)));
        }
        for (var each : replies) {
            assertThat(each.get(30, SECONDS).error()).isEqualTo(ErrorCode.OK);
        }
    }

    private static CreateRequest create(String path, int flags) {
        return new CreateRequest(path, new byte[0], Acl.OPEN, flags);
    }

    private boolean exists(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        return site.tree().find(state, bytes, 0, bytes.length) != null;
    }

    private static DoorSession.Reply reply(
            DoorSession session, int opcode, Consumer<JuteWriter> body) throws Exception {
        return session.request(opcode, record(body)).get(10, SECONDS);
    }

    private static byte[] record(Consumer<JuteWriter> body) {
        var out = new JuteWriter();
        body.accept(out);
        return out.toByteArray();
    }
}
