package io.banyan.client.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Multi;
import io.banyan.client.Node;
import io.banyan.client.Paths;
import io.banyan.client.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A configuration that changes by itself: the children of a znode, as a value of the application's
/// own type.
///
/// ```java
/// record Limits(int connections, Duration timeout) {}
/// var limits = new Configuration<>(banyan, "/config/limits", Limits::parse);
/// limits.awaitReady(Duration.ofSeconds(10));
/// limits.listen((before, after) -> pool.resize(after.connections()));
/// limits.publish(Map.of("connections", "200"), limits.current().version());
/// ```
///
/// Each key is a child, whose data is the value as text, so that any tool can read and write it.
/// {@link #publish} changes several keys in one step and fails if somebody published since; views
/// never see half of it. The version is that of the znode above, which every publish raises; a key
/// that somebody sets by hand is taken over by the views without a new version.
///
/// A text that the parser refuses changes nothing: the last good value stays, {@link #problem} says
/// what is wrong, and the next good text is taken over. Every reader ends at the last value that
/// was published. Without a connection it stays what it was. The last {@link #HISTORY} versions are
/// kept under `.history`, and outlive everybody.
///
/// Thread-safe; reads never wait.
///
/// @param <T> what the application makes of it
public final class Configuration<T> implements AutoCloseable {
    /// How many versions are kept.
    public static final int HISTORY = 20;

    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);
    private static final String HISTORY_NAME = ".history";

    /// What was read at one moment.
    ///
    /// @param version of the last publish; -1 if there was none
    /// @param texts by key
    /// @param value what the parser made of them
    public record Snapshot<T>(int version, Map<String, String> texts, T value) {
        public Snapshot {
            texts = Map.copyOf(texts);
        }
    }

    /// A version that was.
    ///
    /// @param texts by key
    public record Past(int version, Map<String, String> texts) {
        public Past {
            texts = Map.copyOf(texts);
        }
    }

    /// Hears of every new value, on the event thread.
    ///
    /// @param <T> what the application makes of it
    @FunctionalInterface
    public interface Listener<T> {
        /// @param before null for the first
        void changed(@Nullable T before, T after);
    }

    private final Banyan banyan;
    private final String path;
    private final Function<Map<String, String>, T> parser;
    private final SubtreeCache cache;
    private final List<Listener<? super T>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<@Nullable Void> parsed = new CompletableFuture<>();
    private volatile @Nullable Snapshot<T> current;
    private volatile @Nullable String problem;

    /// Begins to follow it.
    ///
    /// @param parser is called on the event thread, with an empty map if nothing was ever
    ///   published; what it throws means that the texts are no good
    public Configuration(Banyan banyan, String path, Function<Map<String, String>, T> parser) {
        this.banyan = banyan;
        this.path = Paths.require(path);
        this.parser = parser;
        this.cache = SubtreeCache.open(banyan, path);
        Settled.listen(banyan, cache, this::parse);
        cache.ready()
                .whenComplete((ready, failure) -> {
                    if (failure != null) {
                        parsed.completeExceptionally(failure);
                    }
                });
    }

    /// Waits until it was read for the first time.
    ///
    /// @throws IllegalStateException if there is no good value
    public void awaitReady(Duration wait) throws InterruptedException, TimeoutException {
        Places.await(parsed, Deadline.after(wait));
        current();
    }

    /// The last good value, with its version.
    ///
    /// @throws IllegalStateException if there is none yet
    public Snapshot<T> current() {
        Snapshot<T> snapshot = current;
        if (snapshot == null) {
            throw new IllegalStateException(
                    Objects.requireNonNullElse(problem, path + " was not read yet"));
        }
        return snapshot;
    }

    /// The last good value.
    public T get() {
        return current().value();
    }

    /// Why the texts of this moment were refused; empty if they were not.
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /// Tells of every new value from now on.
    public Registration listen(Listener<? super T> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void parse() {
        try {
            parseWhole();
        } finally {
            parsed.complete(null);
        }
    }

    private void parseWhole() {
        Map<String, String> texts = texts();
        Snapshot<T> before = current;
        int version = cache.get(path).map(Node::version).orElse(-1);
        if (before != null && problem == null && before.texts().equals(texts)) {
            current = new Snapshot<>(version, texts, before.value());
            return;
        }
        T value;
        try {
            value = parser.apply(texts);
        } catch (RuntimeException e) {
            problem = path + " version " + version + " was refused: " + e;
            LOG.warn("configuration {}; the last good value stays", problem);
            return;
        }
        problem = null;
        current = new Snapshot<>(version, texts, value);
        for (Listener<? super T> each : listeners) {
            try {
                each.changed(before == null ? null : before.value(), value);
            } catch (RuntimeException e) {
                LOG.error("configuration {} a listener threw; the others go on", path, e);
            }
        }
    }

    private Map<String, String> texts() {
        var texts = new TreeMap<String, String>();
        for (Node each : cache.children(path)) {
            String key = Paths.name(each.path());
            if (!key.equals(HISTORY_NAME)) {
                texts.put(key, each.text());
            }
        }
        return texts;
    }

    // ---- publishing

    /// Changes keys in one step, and keeps the others.
    ///
    /// @param changes text by key; empty for a key that is to go
    /// @param version that it must have: of {@link Snapshot#version}; -1 if nothing was published
    ///   yet
    /// @return the version that it has now
    /// @throws BanyanException.MultiFailed with `BAD_VERSION` if somebody published since, and
    ///   `NODE_EXISTS` or `NO_NODE` if somebody changed keys by hand
    /// @throws BanyanException.ConnectionLost if nobody can tell yet whether it was done: {@link
    ///   #history} will show
    public int publish(Map<String, Optional<String>> changes, int version) {
        return version < 0 ? publishFirst(changes) : publishNext(changes, version);
    }

    private int publishFirst(Map<String, Optional<String>> changes) {
        banyan.createAll(Paths.parent(path));
        try {
            banyan.create(path, null);
        } catch (BanyanException.NodeExists e) {
            LOG.debug("configuration {} is there; its version decides", path);
        }
        return publishNext(changes, 0);
    }

    private int publishNext(Map<String, Optional<String>> changes, int version) {
        var texts = new TreeMap<>(readTexts());
        var multi = new Multi();
        // First, so that who was late hears of the version and not of a key.
        var root = multi.set(path, null, version);
        String history = Paths.child(path, HISTORY_NAME);
        List<String> past = ensureHistory(history);
        new TreeMap<>(changes)
                .forEach((key, text) -> change(multi, texts, Paths.child(path, key), key, text));
        multi.create(
                Paths.child(history, "v-"),
                encode(version + 1, texts),
                CreateMode.PERSISTENT.sequential());
        for (String old : past.subList(0, Math.max(0, past.size() - HISTORY + 1))) {
            multi.delete(Paths.child(history, old));
        }
        return banyan.multi(multi).get(root).version();
    }

    private static void change(
            Multi multi,
            Map<String, String> texts,
            String node,
            String key,
            Optional<String> text) {
        if (text.isPresent()) {
            byte[] data = text.get().getBytes(UTF_8);
            if (texts.put(key, text.get()) == null) {
                multi.create(node, data);
            } else {
                multi.set(node, data);
            }
        } else if (texts.remove(key) != null) {
            multi.delete(node);
        }
    }

    private Map<String, String> readTexts() {
        var texts = new TreeMap<String, String>();
        for (String key : banyan.children(path).names()) {
            if (!key.equals(HISTORY_NAME)) {
                banyan.find(Paths.child(path, key)).ifPresent(node -> texts.put(key, node.text()));
            }
        }
        return texts;
    }

    private List<String> ensureHistory(String history) {
        try {
            return banyan.children(history).names();
        } catch (BanyanException.NoNode e) {
            banyan.createAll(history);
            return List.of();
        }
    }

    /// The versions that are kept, the last one first.
    public List<Past> history() {
        String history = Paths.child(path, HISTORY_NAME);
        var all = new ArrayList<Past>();
        try {
            for (String name : banyan.children(history).names()) {
                banyan.find(Paths.child(history, name))
                        .ifPresent(node -> all.add(0, decode(node.text())));
            }
        } catch (BanyanException.NoNode e) {
            return List.of();
        }
        return all;
    }

    /// First line: the version; then a line for each key, with what would break lines escaped.
    private static byte[] encode(int version, Map<String, String> texts) {
        var text = new StringBuilder().append(version).append('\n');
        texts.forEach((key, value) ->
                text.append(Escapes.escape(key))
                        .append('=')
                        .append(Escapes.escape(value))
                        .append('\n'));
        return text.toString().getBytes(UTF_8);
    }

    private static Past decode(String text) {
        String[] lines = text.split("\n", -1);
        var texts = new TreeMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            int equals = lines[i].indexOf('=');
            if (equals >= 0) {
                texts.put(
                        Escapes.unescape(lines[i].substring(0, equals)),
                        Escapes.unescape(lines[i].substring(equals + 1)));
            }
        }
        return new Past(Integer.parseInt(lines[0]), texts);
    }

    /// Follows no more.
    @Override
    public void close() {
        cache.close();
    }
}
