package io.banyan.nacos.http;

import com.linecorp.armeria.common.HttpMethod;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which handler answers what. Filled once, then read by many threads.
final class Routes {
    private final Map<String, Map<HttpMethod, Handler>> handlers = new HashMap<>();

    /// By what a path begins with, ending in a slash: the name of what follows.
    private final Map<String, String> parameters = new TreeMap<>();

    /// @param path behind the context path, as `/v1/cs/configs`
    Routes on(HttpMethod method, String path, Handler handler) {
        handlers.computeIfAbsent(path, p -> new EnumMap<>(HttpMethod.class)).put(method, handler);
        return this;
    }

    /// For every path below `path`: what is behind it becomes a parameter.
    ///
    /// @param parameter its name
    Routes getUnder(String path, String parameter, Function<Call, Answer> handler) {
        parameters.put(path + "/", parameter);
        return get(path + "/", handler);
    }

    Routes get(String path, Function<Call, Answer> handler) {
        return on(HttpMethod.GET, path, now(handler));
    }

    Routes post(String path, Handler handler) {
        return on(HttpMethod.POST, path, handler);
    }

    Routes put(String path, Handler handler) {
        return on(HttpMethod.PUT, path, handler);
    }

    Routes delete(String path, Handler handler) {
        return on(HttpMethod.DELETE, path, handler);
    }

    /// A handler that has its answer at once.
    static Handler now(Function<Call, Answer> handler) {
        return call -> CompletableFuture.completedFuture(handler.apply(call));
    }

    boolean knows(String path) {
        return handlers.containsKey(path) || prefixOf(path) != null;
    }

    private @Nullable String prefixOf(String path) {
        for (String each : parameters.keySet()) {
            if (path.startsWith(each) && path.length() > each.length()) {
                return each;
            }
        }
        return null;
    }

    @Nullable Handler find(HttpMethod method, String path) {
        Map<HttpMethod, Handler> byMethod = handlers.get(path);
        String prefix = byMethod == null ? prefixOf(path) : null;
        if (prefix != null) {
            byMethod = handlers.get(prefix);
        }
        if (byMethod == null) {
            return null;
        }
        // HEAD is asked by load balancers; the server leaves the body out.
        Handler found = byMethod.get(method == HttpMethod.HEAD ? HttpMethod.GET : method);
        String parameter = prefix == null ? null : parameters.get(prefix);
        if (found == null || parameter == null || prefix == null) {
            return found;
        }
        String rest = path.substring(prefix.length());
        return call -> {
            call.params().addOfPath(parameter, rest);
            return found.handle(call);
        };
    }
}
