package io.banyan.client;

import static io.banyan.client.WatchEvent.Type.CHILDREN_CHANGED;
import static io.banyan.client.WatchEvent.Type.CREATED;
import static io.banyan.client.WatchEvent.Type.DATA_CHANGED;
import static io.banyan.client.WatchEvent.Type.DELETED;
import static io.banyan.client.WatchEvent.Type.LOST;
import static io.banyan.client.WatchEvent.Type.REMOVED;
import static io.banyan.client.WatchEvent.Type.RESYNC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchTest {
    private final FaultyProxy proxy = Servers.proxy();
    private final String chroot = Servers.chroot();
    private final Banyan banyan =
            Banyan.builder(proxy.connectString() + chroot)
                    .backoff(Duration.ofMillis(5), Duration.ofMillis(50))
                    .build();
    private final Banyan other = Banyan.connect(Servers.connectString() + chroot);
    private final Heard<WatchEvent> heard = Heard.events();

    @AfterEach
    void close() throws Exception {
        banyan.close();
        other.close();
        proxy.close();
    }

    private static List<String> shown(Heard<WatchEvent> heard, int count) {
        var shown = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            WatchEvent event = heard.next();
            shown.add(event.type() + " " + event.path());
        }
        return shown;
    }

    @Test
    void oneShotWatchesTellOnce() {
        banyan.exists("/a", heard::add);
        banyan.children("/", heard::add);

        long zxid = other.create("/a", null).stat().czxid();
        other.set("/a", null);

        assertThat(shown(heard, 2)).containsExactly("CREATED /a", "CHILDREN_CHANGED /");
        banyan.get("/a", heard::add);
        other.delete("/a");
        WatchEvent deleted = heard.next();
        assertThat(deleted.type()).isEqualTo(DELETED);
        assertThat(deleted.zxid()).isEqualTo(zxid + 2);
        assertThat(banyan.watchCount()).isZero();
    }

    @Test
    void persistentWatchTellsOfNodeAndChildrenUntilItIsClosed() {
        banyan.create("/a", null);
        Registration watch = banyan.addWatch("/a", WatchMode.PERSISTENT, heard::add);

        other.set("/a", null);
        other.create("/a/b", null);
        other.set("/a/b", null);
        other.delete("/a/b");
        other.delete("/a");
        other.create("/a", null);

        assertThat(shown(heard, 5))
                .containsExactly(
                        "DATA_CHANGED /a",
                        "CHILDREN_CHANGED /a",
                        "CHILDREN_CHANGED /a",
                        "DELETED /a",
                        "CREATED /a");
        watch.close();
        watch.close();
        assertThat(banyan.watchCount()).isZero();
        other.set("/a", null);
        banyan.sync("/a");
        assertThat(heard.soFar()).isEmpty();
    }

    @Test
    void recursiveWatchTellsOfEverythingBelow() {
        banyan.addWatch("/", WatchMode.RECURSIVE, heard::add);

        other.create("/a", null);
        other.create("/a/b", null);
        other.set("/a/b", null);
        other.delete("/a/b");

        assertThat(shown(heard, 4))
                .containsExactly("CREATED /a", "CREATED /a/b", "DATA_CHANGED /a/b", "DELETED /a/b");
    }

    @Test
    void whatChangedBetweenTwoConnectionsIsToldByOneShotWatches() {
        other.create("/data", null);
        other.create("/gone", null);
        other.create("/parent", null);
        other.create("/quiet", null);
        var quiet = Heard.events();
        banyan.get("/data", heard::add);
        banyan.exists("/gone", heard::add);
        banyan.exists("/new", heard::add);
        banyan.children("/parent", heard::add);
        banyan.get("/quiet", quiet::add);
        proxy.refuse(true);
        proxy.cut();

        other.set("/data", null);
        other.delete("/gone");
        other.create("/new", null);
        other.create("/parent/child", null);
        proxy.refuse(false);

        assertThat(shown(heard, 4))
                .containsExactlyInAnyOrder(
                        "DATA_CHANGED /data",
                        "DELETED /gone",
                        "CREATED /new",
                        "CHILDREN_CHANGED /parent");
        assertThat(quiet.soFar()).isEmpty();
        other.set("/quiet", null);
        assertThat(quiet.next().type()).isEqualTo(DATA_CHANGED);
    }

    @Test
    void persistentWatchesAreToldToReadAgainAfterAReconnect() {
        other.create("/a", null);
        banyan.addWatch("/a", WatchMode.PERSISTENT, heard::add);
        var recursive = Heard.events();
        banyan.addWatch("/", WatchMode.RECURSIVE, recursive::add);
        proxy.refuse(true);
        proxy.cut();
        other.set("/a", null);
        proxy.refuse(false);

        assertThat(heard.next().type()).isEqualTo(RESYNC);
        assertThat(recursive.next().type()).isEqualTo(RESYNC);
        other.set("/a", null);

        assertThat(heard.next().type()).isEqualTo(DATA_CHANGED);
        assertThat(recursive.next().path()).isEqualTo("/a");
    }

    @Test
    void tenThousandWatchesFindTheirWayToTheNextConnection() {
        int count = 10_000;
        String longName = "/" + "x".repeat(60);
        for (int i = 0; i < count; i++) {
            banyan.async().exists(longName + i, heard::add);
        }
        banyan.exists("/");
        assertThat(banyan.watchCount()).isEqualTo(count);
        proxy.refuse(true);
        proxy.cut();
        other.create(longName + 7, null);
        proxy.refuse(false);
        assertThat(heard.next().path()).isEqualTo(longName + 7);

        for (int i = 100; i < 200; i++) {
            other.async().create(longName + i, null);
        }

        for (int i = 100; i < 200; i++) {
            WatchEvent event = heard.next();
            assertThat(event.type()).isEqualTo(CREATED);
            assertThat(event.path()).isEqualTo(longName + i);
        }
    }

    @Test
    void removedWatchesHearOfItAndMissingOnesAreRefused() {
        banyan.create("/a", null);
        banyan.get("/a", heard::add);
        banyan.children("/a", heard::add);

        banyan.removeWatches("/a", WatchKind.CHILDREN);
        assertThat(heard.next().type()).isEqualTo(REMOVED);
        assertThatThrownBy(() -> banyan.removeWatches("/a", WatchKind.CHILDREN))
                .isInstanceOfSatisfying(
                        BanyanException.Refused.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_WATCHER));
        banyan.removeWatches("/a", WatchKind.ANY);

        assertThat(heard.next().type()).isEqualTo(REMOVED);
        assertThat(banyan.watchCount()).isZero();
    }

    @Test
    void watchOfASharedPathStaysForTheOthers() {
        banyan.create("/a", null);
        var second = Heard.events();
        Registration first = banyan.addWatch("/a", WatchMode.PERSISTENT, heard::add);
        banyan.addWatch("/a", WatchMode.PERSISTENT, second::add);

        first.close();
        other.set("/a", null);

        assertThat(second.next().type()).isEqualTo(DATA_CHANGED);
        assertThat(heard.soFar()).isEmpty();
    }

    @Test
    void watchAddedWhileAnotherOfThatPathIsClosedIsInPlace() {
        banyan.create("/a", null);
        Registration first = banyan.addWatch("/a", WatchMode.PERSISTENT, heard::add);
        for (int i = 0; i < 50; i++) {
            var next = banyan.async().addWatch("/a", WatchMode.PERSISTENT, heard::add);
            first.close();
            first = next.join();
        }

        other.set("/a", null);

        assertThat(heard.next().type()).isEqualTo(DATA_CHANGED);
    }

    @Test
    void endOfTheClientIsToldToAllWatchers() {
        banyan.exists("/a", heard::add);
        banyan.addWatch("/", WatchMode.RECURSIVE, heard::add);

        banyan.close();

        assertThat(heard.next().type()).isEqualTo(LOST);
        assertThat(heard.next().type()).isEqualTo(LOST);
    }

    @Test
    void watchesMoveToTheNextSession() throws Exception {
        try (Banyan shortLived =
                Banyan.builder(proxy.connectString() + chroot)
                        .sessionTimeout(Duration.ofMillis(300))
                        .backoff(Duration.ofMillis(5), Duration.ofMillis(50))
                        .build()) {
            shortLived.create("/e", null, CreateMode.EPHEMERAL);
            shortLived.exists("/new", heard::add);
            var states = new Heard<SessionState>();
            shortLived.addListener(event -> states.add(event.state()));
            var gone = Heard.events();
            other.exists("/e", gone::add);
            proxy.refuse(true);
            proxy.cut();
            gone.next();

            proxy.refuse(false);
            states.await(SessionState.EXPIRED);
            states.await(SessionState.CONNECTED);
            other.create("/new", null);

            assertThat(heard.next().type()).isEqualTo(CREATED);
        }
    }

    @Test
    void watcherThatThrowsDoesNotStopTheOthers() {
        banyan.exists(
                "/a",
                event -> {
                    throw new IllegalStateException("meant to fail");
                });
        banyan.exists("/a", heard::add);

        other.create("/a", null);

        assertThat(heard.next().type()).isEqualTo(CREATED);
    }

    @Test
    void eventIsToldBeforeTheAnswerThatShowsItsChange() {
        var order = new Heard<String>();
        for (int i = 0; i < 200; i++) {
            String path = "/n" + i;
            banyan.exists(path, event -> order.add("event"));
            var created = banyan.async().create(path, null);
            created.thenRun(() -> order.add("answer")).join();

            assertThat(List.of(order.next(), order.next())).containsExactly("event", "answer");
        }
    }

    @Test
    void childrenWatchHearsOfTheEndOfItsNode() {
        banyan.create("/a", null);
        banyan.children("/a", heard::add);

        other.delete("/a");

        assertThat(heard.next().type()).isEqualTo(DELETED);
        other.create("/a", null);
        banyan.children("/a", heard::add);
        other.create("/a/b", null);
        assertThat(heard.next().type()).isEqualTo(CHILDREN_CHANGED);
    }
}
