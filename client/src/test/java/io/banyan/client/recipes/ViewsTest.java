package io.banyan.client.recipes;

import static io.banyan.client.recipes.World.LONG;
import static io.banyan.client.recipes.World.SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Heard;
import io.banyan.client.Multi;
import io.banyan.client.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private final World world = new World();
    private final Banyan banyan = world.client();

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private static <T> T await(Heard<T> heard, Predicate<T> wanted) {
        T next = heard.next();
        while (!wanted.test(next)) {
            next = heard.next();
        }
        return next;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    // ---- cache

    @Test
    void cacheHoldsTheSubtreeAndFollowsIt() throws Exception {
        banyan.createAll("/root/a/b/c");
        banyan.create("/rooted", null);
        var changes = new Heard<String>();
        var settled = new Heard<Set<String>>();
        SubtreeCache cache =
                world.keep(SubtreeCache.open(world.client(), "/root", List.of(recorder(changes))));
        cache.awaitReady(LONG);
        cache.listen(whole(cache, settled));
        assertThat(cache.nodes().keySet())
                .containsExactly("/root", "/root/a", "/root/a/b", "/root/a/b/c");
        assertThat(cache.children("/root")).extracting(Node::path).containsExactly("/root/a");
        changes.soFar();

        banyan.set("/root/a", bytes("x"));
        banyan.delete("/root/a/b/c");
        banyan.create("/root/new", null);

        assertThat(List.of(changes.next(), changes.next(), changes.next()))
                .containsExactlyInAnyOrder("/root/a =x", "/root/a/b/c -", "/root/new +");
        await(settled, each -> each.equals(Set.of("/root", "/root/a", "/root/a/b", "/root/new")));
        assertThat(cache.get("/root/a").orElseThrow().text()).isEqualTo("x");
    }

    private static SubtreeCache.Listener recorder(Heard<String> changes) {
        return (path, before, after) ->
                changes.add(
                        path
                                + (after == null ? " -" : before == null ? " +" : " =")
                                + (after == null ? "" : after.text()));
    }

    private static SubtreeCache.Listener whole(SubtreeCache cache, Heard<Set<String>> settled) {
        return new SubtreeCache.Listener() {
            @Override
            public void changed(String path, @Nullable Node before, @Nullable Node after) {}

            @Override
            public void settled() {
                settled.add(Set.copyOf(cache.nodes().keySet()));
            }
        };
    }

    @Test
    void cacheOfWhatIsNotThereIsEmptyUntilItIs() throws Exception {
        SubtreeCache cache = world.keep(SubtreeCache.open(banyan, "/later"));
        cache.awaitReady(LONG);
        assertThat(cache.nodes()).isEmpty();
        var changes = new Heard<String>();
        cache.listen(recorder(changes));

        banyan.createAll("/later/x");

        assertThat(List.of(changes.next(), changes.next()))
                .containsExactly("/later +", "/later/x +");
    }

    @Test
    void cacheCatchesUpWithWhatHappenedBetweenTwoConnectionsAndTwoSessions() throws Exception {
        World.Behind behind = world.behind(Duration.ofMillis(400));
        banyan.createAll("/root/goes/deep");
        banyan.createAll("/root/stays");
        SubtreeCache cache = world.keep(SubtreeCache.open(behind.banyan(), "/root"));
        cache.awaitReady(LONG);
        var settled = new Heard<Set<String>>();
        cache.listen(whole(cache, settled));

        behind.proxy().refuse(true);
        behind.proxy().cut();
        banyan.deleteAll("/root/goes");
        banyan.create("/root/comes", null);
        behind.proxy().refuse(false);

        await(settled, each -> each.equals(Set.of("/root", "/root/stays", "/root/comes")));
        behind.expireAndStayAway();
        banyan.createAll("/root/comes/later");
        banyan.set("/root/stays", bytes("changed"));
        behind.proxy().refuse(false);
        await(settled, each -> each.size() == 4);
        assertThat(cache.get("/root/stays").orElseThrow().text()).isEqualTo("changed");
    }

    @Test
    void cacheThatSettlesShowsMultisAsAWhole() throws Exception {
        banyan.createAll("/root");
        banyan.create("/root/a", bytes("0"));
        banyan.create("/root/b", bytes("0"));
        SubtreeCache cache = world.keep(SubtreeCache.open(world.client(), "/root"));
        cache.awaitReady(LONG);
        var pairs = new Heard<String>();
        cache.listen(
                new SubtreeCache.Listener() {
                    @Override
                    public void changed(String path, @Nullable Node before, @Nullable Node after) {}

                    @Override
                    public void settled() {
                        pairs.add(
                                cache.get("/root/a").orElseThrow().text()
                                        + " "
                                        + cache.get("/root/b").orElseThrow().text());
                    }
                });

        for (int i = 1; i <= 300; i++) {
            var multi = new Multi();
            multi.set("/root/a", bytes("" + i));
            multi.set("/root/b", bytes("" + i));
            if (i % 7 == 0) {
                banyan.multi(multi);
            } else {
                banyan.async().multi(multi);
            }
        }

        String last =
                await(
                        pairs,
                        each -> {
                            assertThat(each.split(" ")[0]).isEqualTo(each.split(" ")[1]);
                            return each.equals("300 300");
                        });
        assertThat(last).isNotEmpty();
    }

    // ---- group

    @Test
    void groupListsWhoIsAlive() throws Exception {
        World.Behind behind = world.behind(Duration.ofMillis(400));
        Group group = world.keep(new Group(banyan, "/group"));
        var lists = new Heard<Set<String>>();
        group.awaitReady(LONG);
        group.listen(members -> lists.add(members.keySet()));

        Group.Member one = world.keep(group.join("one", bytes("1")));
        Group.Member two =
                world.keep(
                        world.keep(new Group(behind.banyan(), "/group")).join("two", bytes("2")));

        await(lists, each -> each.equals(Set.of("one", "two")));
        assertThat(new String(group.members().get("two"), UTF_8)).isEqualTo("2");
        behind.expireAndStayAway();
        await(lists, each -> each.equals(Set.of("one")));
        behind.proxy().refuse(false);
        await(lists, each -> each.equals(Set.of("one", "two")));
        two.update(bytes("22"));
        await(lists, each -> new String(group.members().get("two"), UTF_8).equals("22"));
        one.close();
        await(lists, each -> each.equals(Set.of("two")));
    }

    @Test
    void memberWithATakenNameWaitsForItsEnd() throws Exception {
        Group group = world.keep(new Group(banyan, "/group"));
        Group.Member first = group.join("name", bytes("1"));
        first.joined().join();
        Banyan other = world.client();
        Group.Member second = world.keep(new Group(other, "/group").join("name", bytes("2")));
        other.sync("/group");
        assertThat(second.joined()).isNotDone();

        first.close();

        second.joined().join();
        assertThat(banyan.get("/group/name").text()).isEqualTo("2");
    }

    // ---- services

    @Test
    void servicesAreFoundPickedInTurnAndForgotten() throws Exception {
        var registry = new ServiceRegistry(banyan, "/services");
        ServiceView view = world.keep(registry.view("search"));
        view.awaitReady(LONG);
        var lists = new Heard<List<ServiceInstance>>();
        view.listen(lists::add);
        assertThat(view.pick()).isEmpty();
        var one = new ServiceInstance("search", "a", "host=1\n", 1, Map.of("zone", "x=%0A\n"));
        var two = new ServiceInstance("search", "b", "::1", 2);

        ServiceRegistry.Registered registered = registry.register(one);
        world.keep(registry.register(two));

        assertThat(await(lists, each -> each.size() == 2)).containsExactly(one, two);
        ServiceInstance first = view.pick().orElseThrow();
        assertThat(view.pick().orElseThrow()).isNotEqualTo(first);
        assertThat(view.pick(each -> each.id().equals("b"))).contains(two);
        registered.close();
        await(lists, each -> each.equals(List.of(two)));
    }

    // ---- configuration

    private record Limits(int connections, String mode) {
        static Limits parse(Map<String, String> texts) {
            return new Limits(
                    Integer.parseInt(texts.getOrDefault("connections", "10")),
                    texts.getOrDefault("mode", "none"));
        }
    }

    private Configuration<Limits> configuration(Banyan reader) throws Exception {
        var configuration =
                world.keep(new Configuration<>(reader, "/config/limits", Limits::parse));
        configuration.awaitReady(LONG);
        return configuration;
    }

    @Test
    void configurationIsPublishedAsAWholeAndComparedByVersion() throws Exception {
        Configuration<Limits> writer = configuration(banyan);
        Configuration<Limits> reader = configuration(world.client());
        var changes = new Heard<String>();
        reader.listen((before, after) -> changes.add(before + " > " + after));
        assertThat(reader.get()).isEqualTo(new Limits(10, "none"));
        assertThat(reader.current().version()).isEqualTo(-1);

        int one =
                writer.publish(
                        Map.of("connections", Optional.of("20"), "mode", Optional.of("fast")), -1);
        int two = writer.publish(Map.of("mode", Optional.empty()), one);

        await(changes, each -> each.endsWith("Limits[connections=20, mode=none]"));
        assertThatThrownBy(() -> writer.publish(Map.of("mode", Optional.of("late")), one))
                .isInstanceOfSatisfying(
                        BanyanException.MultiFailed.class,
                        e -> assertThat(e.code()).isEqualTo(-103));
        assertThat(writer.history())
                .containsExactly(
                        new Configuration.Past(two, Map.of("connections", "20")),
                        new Configuration.Past(one, Map.of("connections", "20", "mode", "fast")));
    }

    @Test
    void configurationKeepsTheLastGoodValue() throws Exception {
        Configuration<Limits> limits = configuration(banyan);
        var changes = new Heard<Limits>();
        limits.listen((before, after) -> changes.add(after));
        int version = limits.publish(Map.of("connections", Optional.of("20")), -1);
        assertThat(changes.next().connections()).isEqualTo(20);

        version = limits.publish(Map.of("connections", Optional.of("many")), version);
        var settled = new Heard<String>();
        while (limits.problem().isEmpty()) {
            settled.nextWithin(SHORT);
        }

        assertThat(limits.problem().orElseThrow()).contains("many");
        assertThat(limits.get().connections()).isEqualTo(20);
        limits.publish(Map.of("connections", Optional.of("30")), version);
        assertThat(changes.next().connections()).isEqualTo(30);
        assertThat(limits.problem()).isEmpty();
    }

    @Test
    void historyKeepsTheLastVersions() throws Exception {
        Configuration<Limits> limits = configuration(banyan);
        int version = -1;

        for (int i = 0; i < Configuration.HISTORY + 5; i++) {
            version = limits.publish(Map.of("connections", Optional.of("" + i)), version);
        }

        assertThat(limits.history()).hasSize(Configuration.HISTORY);
        assertThat(limits.history().get(0).version()).isEqualTo(version);
    }

    @Test
    void keySetByHandIsTakenOver() throws Exception {
        Configuration<Limits> limits = configuration(world.client());
        var changes = new Heard<Limits>();
        limits.listen((before, after) -> changes.add(after));

        banyan.createAll("/config/limits");
        banyan.create("/config/limits/connections", bytes("7"));

        assertThat(await(changes, each -> each.connections() == 7).mode()).isEqualTo("none");
    }
}
