package io.banyan.nacos.http;

import com.linecorp.armeria.common.HttpMethod;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which handler answers what. Filled once, then read by many threads.
final class Routes {
    private final Map<String, Map<HttpMethod, Handler>> handlers = new HashMap<>();

    /// @param path behind the context path, as `/v1/cs/configs`
    Routes on(HttpMethod method, String path, Handler handler) {
        handlers.computeIfAbsent(path, p -> new EnumMap<>(HttpMethod.class)).put(method, handler);
        return this;
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
        return handlers.containsKey(path);
    }

    @Nullable Handler find(HttpMethod method, String path) {
        Map<HttpMethod, Handler> byMethod = handlers.get(path);
        if (byMethod == null) {
            return null;
        }
        // HEAD is asked by load balancers; the server leaves the body out.
        return byMethod.get(method == HttpMethod.HEAD ? HttpMethod.GET : method);
    }
}
