package io.banyan.replica;

import static io.banyan.replica.WatchTable.ANY;
import static io.banyan.replica.WatchTable.PERSISTENT;
import static io.banyan.replica.WatchTable.RECURSIVE;
import static io.banyan.replica.WatchTable.STANDARD;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.tree.Change;
import io.banyan.tree.Change.Kind;
import io.banyan.wire.Acl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The table of triggers of ZooKeeper's protocol, row by row, and a dumb twin for all mixes.
class WatchTableTest {
    private final WatchTable table = new WatchTable();
    private final List<String> told = new ArrayList<>();
    private final TestServer server = new TestServer();
    private final Connection one = server.connect().connection;
    private final Connection two = server.connect().connection;

    // ---- one-shot

    @Test
    void creationTellsExistsWatchOfTheNodeAndChildWatchOfTheParent() {
        data(one, "/a/b");
        child(one, "/a");

        fire(Kind.CREATED, "/a/b");

        assertThat(told).containsExactly("0 created /a/b", "0 children /a");
        assertThat(table.count()).isZero();
    }

    @Test
    void creationTellsNobodyElse() {
        data(one, "/a");
        child(one, "/a/b");
        data(one, "/a/bc");
        data(one, "/");

        fire(Kind.CREATED, "/a/b");

        assertThat(told).isEmpty();
        assertThat(table.count()).isEqualTo(4);
    }

    @Test
    void deletionWithDataAndChildWatchOfOneConnectionIsToldOnceAndThenTheParent() {
        data(one, "/a/b");
        child(one, "/a/b");
        child(one, "/a");

        fire(Kind.DELETED, "/a/b");

        assertThat(told).containsExactly("0 deleted /a/b", "0 children /a");
        assertThat(table.isEmpty()).isTrue();
    }

    @Test
    void deletionTellsChildWatcherWhoHasNoDataWatch() {
        data(one, "/a");
        child(two, "/a");

        fire(Kind.DELETED, "/a");

        assertThat(told).containsExactly("0 deleted /a", "1 deleted /a");
    }

    @Test
    void newDataTellsDataWatchOnly() {
        data(one, "/a");
        child(one, "/a");
        child(one, "/");

        fire(Kind.DATA_CHANGED, "/a");

        assertThat(told).containsExactly("0 changed /a");
        assertThat(table.count()).isEqualTo(2);
    }

    @Test
    void childrenOfTheRootTellTheRoot() {
        child(one, "/");

        fire(Kind.CREATED, "/a");

        assertThat(told).containsExactly("0 children /");
    }

    @Test
    void newDataOfTheRootTellsTheRoot() {
        data(one, "/");

        fire(Kind.DATA_CHANGED, "/");

        assertThat(told).containsExactly("0 changed /");
    }

    @Test
    void oneShotWatchFiresOnce() {
        data(one, "/a");
        data(one, "/a");

        fire(Kind.DATA_CHANGED, "/a");
        fire(Kind.DATA_CHANGED, "/a");

        assertThat(told).containsExactly("0 changed /a");
    }

    @Test
    void oneShotWatchOfOneTableSurvivesTheOther() {
        data(one, "/a");
        child(one, "/a");

        fire(Kind.CREATED, "/a/b");
        fire(Kind.DATA_CHANGED, "/a");

        assertThat(told).containsExactly("0 children /a", "0 changed /a");
    }

    // ---- persistent

    @Test
    void persistentWatchStaysAndHearsOfNodeAndChildren() {
        table.add(one, utf8("/a"), 0, 2, PERSISTENT);

        fire(Kind.CREATED, "/a");
        fire(Kind.CREATED, "/a/b");
        fire(Kind.DATA_CHANGED, "/a/b");
        fire(Kind.DATA_CHANGED, "/a");
        fire(Kind.DELETED, "/a/b");
        fire(Kind.DELETED, "/a");

        assertThat(told)
                .containsExactly(
                        "0 created /a",
                        "0 children /a",
                        "0 changed /a",
                        "0 children /a",
                        "0 deleted /a");
    }

    @Test
    void recursiveWatchHearsOfAllBelowItAndNeverOfChildren() {
        table.add(one, utf8("/a"), 0, 2, RECURSIVE);

        fire(Kind.CREATED, "/a");
        fire(Kind.CREATED, "/a/b/c");
        fire(Kind.DATA_CHANGED, "/a/b");
        fire(Kind.DELETED, "/a/b/c");
        fire(Kind.CREATED, "/ab");
        fire(Kind.CREATED, "/");

        assertThat(told)
                .containsExactly(
                        "0 created /a", "0 created /a/b/c", "0 changed /a/b", "0 deleted /a/b/c");
    }

    @Test
    void recursiveWatchOfTheRootHearsOfEverything() {
        table.add(one, utf8("/"), 0, 1, RECURSIVE);

        fire(Kind.CREATED, "/a");
        fire(Kind.CREATED, "/a/b/c");
        fire(Kind.DATA_CHANGED, "/");

        assertThat(told).containsExactly("0 created /a", "0 created /a/b/c", "0 changed /");
    }

    @Test
    void allModesOnOnePathAreToldOncePerTriggerAndOnlyTheOneShotGoes() {
        data(one, "/a");
        child(one, "/a");
        table.add(one, utf8("/a"), 0, 2, PERSISTENT);
        table.add(one, utf8("/a"), 0, 2, RECURSIVE);
        table.add(one, utf8("/"), 0, 1, RECURSIVE);

        fire(Kind.DATA_CHANGED, "/a");
        fire(Kind.DELETED, "/a");

        assertThat(told).containsExactly("0 changed /a", "0 deleted /a");
        assertThat(modes(table.data, one, "/a")).isEqualTo(PERSISTENT | RECURSIVE);
        assertThat(modes(table.child, one, "/a")).isEqualTo(PERSISTENT);
    }

    // ---- removal

    @Test
    void removalTakesOnlyTheModesAskedFor() {
        data(one, "/a");
        table.add(one, utf8("/a"), 0, 2, PERSISTENT);

        assertThat(table.data.remove(one, utf8("/a"), 0, 2, STANDARD)).isTrue();
        assertThat(table.data.remove(one, utf8("/a"), 0, 2, STANDARD)).isFalse();
        assertThat(table.data.remove(two, utf8("/a"), 0, 2, ANY)).isFalse();

        assertThat(modes(table.data, one, "/a")).isEqualTo(PERSISTENT);
        assertThat(table.data.remove(one, utf8("/a"), 0, 2, ANY)).isTrue();
        assertThat(table.count()).isEqualTo(1); // The child side of the persistent one.
    }

    @Test
    void removedRecursiveWatchHearsNothingMore() {
        table.add(one, utf8("/a"), 0, 2, RECURSIVE);
        table.data.remove(one, utf8("/a"), 0, 2, RECURSIVE);

        fire(Kind.CREATED, "/a/b");

        assertThat(told).isEmpty();
        assertThat(table.isEmpty()).isTrue();
    }

    @Test
    void watchesVanishWithTheirConnectionAndOthersStay() {
        data(one, "/a");
        child(one, "/a");
        table.add(one, utf8("/b"), 0, 2, PERSISTENT);
        table.add(one, utf8("/c"), 0, 2, RECURSIVE);
        data(two, "/a");

        table.removeAll(one);
        table.removeAll(one);
        fire(Kind.CREATED, "/a");
        fire(Kind.CREATED, "/b");
        fire(Kind.CREATED, "/c/d");

        assertThat(told).containsExactly("1 created /a");
        assertThat(table.count()).isZero();
    }

    @Test
    void countsOneRegistrationForEachPathConnectionAndTable() {
        data(one, "/a");
        data(one, "/a");
        data(two, "/a");
        child(one, "/a");
        table.add(one, utf8("/a"), 0, 2, PERSISTENT);

        assertThat(table.count()).isEqualTo(3);
    }

    @Test
    void keysDoNotAliasTheArraysOfRequests() {
        byte[] request = utf8("xx/axx");
        table.data.add(one, request, 2, 4, STANDARD);
        java.util.Arrays.fill(request, (byte) 'z');

        fire(Kind.CREATED, "/a");

        assertThat(told).containsExactly("0 created /a");
    }

    // ---- all mixes

    /// Sets of modes by (table, connection, path), and ZooKeeper's table of triggers word by word.
    private static final class Twin {
        final Map<String, Integer> data = new TreeMap<>();
        final Map<String, Integer> child = new TreeMap<>();
        final List<String> told = new ArrayList<>();

        void fire(Kind kind, String path, int connections) {
            String type = word(kind);
            Set<Integer> first = new HashSet<>();
            for (int c = 0; c < connections; c++) {
                boolean hit = data.getOrDefault(c + " " + path, 0) != 0;
                for (String up = path; !hit && up != null; up = parent(up)) {
                    hit = (data.getOrDefault(c + " " + up, 0) & RECURSIVE) != 0;
                }
                if (hit) {
                    first.add(c);
                    told.add(c + " " + type + " " + path);
                }
                consume(data, c + " " + path);
            }
            for (int c = 0; kind == Kind.DELETED && c < connections; c++) {
                if (child.getOrDefault(c + " " + path, 0) != 0 && !first.contains(c)) {
                    told.add(c + " deleted " + path);
                }
                consume(child, c + " " + path);
            }
            String parent = parent(path);
            for (int c = 0; kind != Kind.DATA_CHANGED && parent != null && c < connections; c++) {
                if (child.getOrDefault(c + " " + parent, 0) != 0) {
                    told.add(c + " children " + parent);
                }
                consume(child, c + " " + parent);
            }
        }

        private static void consume(Map<String, Integer> side, String key) {
            side.computeIfPresent(key, (k, v) -> (v & ~STANDARD) == 0 ? null : v & ~STANDARD);
        }

        private static String parent(String path) {
            int slash = path.lastIndexOf('/');
            return path.equals("/") ? null : slash == 0 ? "/" : path.substring(0, slash);
        }
    }

    @Test
    void agreesWithADumbTwinOnRandomMixes() {
        var random = new SplittableRandom(11);
        String[] paths = {"/", "/a", "/a/b", "/a/b/c", "/ab"};
        for (int run = 0; run < 500; run++) {
            var mixed = new WatchTable();
            var twin = new Twin();
            told.clear();
            Connection[] all = {
                server.connect().connection,
                server.connect().connection,
                server.connect().connection
            };
            for (int step = 0; step < 40; step++) {
                int c = random.nextInt(all.length);
                String path = paths[random.nextInt(paths.length)];
                byte[] bytes = utf8(path);
                String key = c + " " + path;
                switch (random.nextInt(8)) {
                    case 0 -> {
                        mixed.data.add(all[c], bytes, 0, bytes.length, STANDARD);
                        twin.data.merge(key, STANDARD, (a, b) -> a | b);
                    }
                    case 1 -> {
                        mixed.child.add(all[c], bytes, 0, bytes.length, STANDARD);
                        twin.child.merge(key, STANDARD, (a, b) -> a | b);
                    }
                    case 2 -> {
                        mixed.add(all[c], bytes, 0, bytes.length, PERSISTENT);
                        twin.data.merge(key, PERSISTENT, (a, b) -> a | b);
                        twin.child.merge(key, PERSISTENT, (a, b) -> a | b);
                    }
                    case 3 -> {
                        mixed.add(all[c], bytes, 0, bytes.length, RECURSIVE);
                        twin.data.merge(key, RECURSIVE, (a, b) -> a | b);
                    }
                    case 4 -> {
                        int modes = 1 + random.nextInt(7);
                        boolean had = (twin.data.getOrDefault(key, 0) & modes) != 0;
                        assertThat(mixed.data.remove(all[c], bytes, 0, bytes.length, modes))
                                .isEqualTo(had);
                        twin.data.computeIfPresent(
                                key, (k, v) -> (v & ~modes) == 0 ? null : v & ~modes);
                    }
                    default -> {
                        Kind kind = Kind.values()[random.nextInt(3)];
                        int before = told.size();
                        int twinBefore = twin.told.size();
                        mixed.fire(change(kind, path), listener(all));
                        twin.fire(kind, path, all.length);
                        // Order among connections is free, that of one connection is not.
                        for (int each = 0; each < all.length; each++) {
                            assertThat(ofConnection(told, before, each))
                                    .isEqualTo(ofConnection(twin.told, twinBefore, each));
                        }
                    }
                }
                assertThat(mixed.count()).isEqualTo(twin.data.size() + twin.child.size());
            }
        }
    }

    private static List<String> ofConnection(List<String> lines, int from, int connection) {
        return lines.subList(from, lines.size()).stream()
                .filter(line -> line.startsWith(connection + " "))
                .toList();
    }

    // ---- helpers

    private void data(Connection watcher, String path) {
        table.data.add(watcher, utf8(path), 0, path.length(), STANDARD);
    }

    private void child(Connection watcher, String path) {
        table.child.add(watcher, utf8(path), 0, path.length(), STANDARD);
    }

    private static int modes(WatchTable.Side side, Connection watcher, String path) {
        return side.modes(watcher, utf8(path), 0, path.length());
    }

    private void fire(Kind kind, String path) {
        table.fire(change(kind, path), listener(one, two));
    }

    private WatchTable.Listener listener(Connection... connections) {
        String[] types = {"?", "created", "deleted", "changed", "children"};
        return (watcher, type, path, end, acl) ->
                told.add(
                        List.of(connections).indexOf(watcher)
                                + " "
                                + types[type]
                                + " "
                                + new String(path, 0, end, StandardCharsets.UTF_8));
    }

    private static String word(Kind kind) {
        return switch (kind) {
            case CREATED -> "created";
            case DELETED -> "deleted";
            case DATA_CHANGED -> "changed";
        };
    }

    private static Change change(Kind kind, String path) {
        return new Change(kind, utf8(path), 0, Acl.OPEN, Acl.OPEN);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
