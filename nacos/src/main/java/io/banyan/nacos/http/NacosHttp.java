package io.banyan.nacos.http;

import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.banyan.nacos.auth.Auth;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.held.Budget;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.tree.TreeFailure;
import io.netty.channel.ChannelPipeline;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All of Nacos's HTTP as one service: the front door of this package.
public final class NacosHttp implements HttpService {
    private static final Logger LOG = LoggerFactory.getLogger(NacosHttp.class);
    private static final String CONTEXT = "/nacos";
    private static final byte[] NO_BYTES = new byte[0];

    /// Where listeners hang; to be bound with a limit of its own.
    public static final String LISTENER_PATH = CONTEXT + "/v1/cs/configs/listener";

    /// The same within the context.
    static final String LISTENER = "/v1/cs/configs/listener";

    /// Ten thousand lines of the longest names, percent-encoded, are less.
    public static final long LISTENER_BYTES_MAX = 8L << 20;

    /// Requests under way on one connection of HTTP/2; see {@link Gate}.
    public static final int STREAMS_MAX = Gate.STREAMS_MAX;

    /// What needs no login even where the rest does, and no tree.
    private static final Set<String> OPEN =
            Set.of(
                    "/v1/auth/login",
                    "/v1/auth/users/login",
                    "/v3/auth/user/login",
                    "/v1/cs/health",
                    "/v1/console/health/liveness",
                    "/v1/console/health/readiness",
                    "/v2/console/health/liveness",
                    "/v2/console/health/readiness",
                    "/v3/admin/core/state/liveness",
                    "/v3/admin/core/state/readiness",
                    "/v1/console/server/state",
                    "/v3/admin/core/state",
                    "/v1/ns/operator/metrics",
                    "/serverlist");

    private final Routes routes;
    private final Auth auth;

    private final Listeners listeners;
    private final BooleanSupplier loaded;
    private final Budget budget;

    /// @param loaded whether this server knows the tree already
    NacosHttp(
            Routes routes, Auth auth, Listeners listeners, BooleanSupplier loaded, Budget budget) {
        this.routes = routes;
        this.auth = auth;
        this.listeners = listeners;
        this.loaded = loaded;
        this.budget = budget;
    }

    Budget budget() {
        return budget;
    }

    Auth auth() {
        return auth;
    }

    /// To be called for every connection that is accepted, on its thread, once Armeria's handlers
    /// stand: listening requests are held, and idle connections closed, in front of them.
    public void guard(ChannelPipeline pipeline) {
        Gate.add(pipeline, listeners, this, budget);
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        String path = path(context);
        Handler handler = routes.find(request.method(), path);
        Budget.Holding holding = budget.open();
        // Also when the connection ends, or the client does not want the answer any more.
        context.log().whenComplete().thenRun(holding::close);
        var body = new BodyReader(holding);
        request.subscribe(body, context.eventLoop());
        // One future for all steps: ten thousand listeners hang on what is made here.
        var answered = new CompletableFuture<HttpResponse>();
        body.done()
                .whenComplete((read, broken) -> {
                    if (broken != null) {
                        // It hung up, or its last bytes make no sense; maybe it hears of that.
                        LOG.debug("a request broke path={} reason=\"{}\"", path, broken.toString());
                        answered.complete(refusal(path, 400, "the request broke").toHttp());
                        return;
                    }
                    CompletionStage<Answer> stage;
                    try {
                        stage = answer(context, request.headers(), path, handler, read);
                    } catch (RuntimeException e) {
                        stage = CompletableFuture.failedFuture(e);
                    }
                    stage.whenComplete((answer, failure) -> {
                        Answer made = failure == null ? answer : failed(path, failure);
                        answered.complete(held(holding, path, made).toHttp());
                    });
                });
        return HttpResponse.of(answered);
    }

    /// An answer is held until its client has taken it.
    private static Answer held(Budget.Holding holding, String path, Answer answer) {
        return holding.take(answer.body().length) ? answer : refusal(path, 503, Budget.REFUSAL);
    }

    /// A listener hangs, so a small request is read as a whole and leaves no queue behind: a
    /// kilobyte of each of many thousands. The others are read piece by piece and counted, whatever
    /// their length.
    @Override
    public ExchangeType exchangeType(RoutingContext routing) {
        boolean small =
                routing.path().equals(LISTENER_PATH)
                        && routing.headers().getLong("content-length", Long.MAX_VALUE)
                                <= Budget.SMALL_BYTES;
        return small ? ExchangeType.UNARY : ExchangeType.REQUEST_STREAMING;
    }

    private static String path(ServiceRequestContext context) {
        String path = context.path();
        String inside = path.startsWith(CONTEXT + "/") ? path.substring(CONTEXT.length()) : path;
        return inside.length() > 1 && inside.endsWith("/")
                ? inside.substring(0, inside.length() - 1)
                : inside;
    }

    private CompletionStage<Answer> answer(
            ServiceRequestContext context,
            RequestHeaders headers,
            String path,
            @Nullable Handler handler,
            BodyReader.Body body) {
        switch (body.verdict()) {
            case WHOLE -> {}
            case TOO_LONG -> {
                return now(
                        refusal(
                                path,
                                400,
                                "invalid content, over " + BodyReader.BYTES_MAX + " bytes"));
            }
            case TOO_BUSY -> {
                return now(refusal(path, 503, Budget.REFUSAL));
            }
        }
        if (handler == null) {
            return now(
                    routes.knows(path)
                            ? refusal(path, 405, "no such method here")
                            : refusal(path, 404, "not found: " + path));
        }
        var params = new Params();
        String query = context.query();
        if (query != null) {
            byte[] bytes = query.getBytes(StandardCharsets.UTF_8);
            params.add(bytes, 0, bytes.length);
        }
        String type = headers.get("content-type", "");
        byte[] rest = body.bytes();
        if (type.isEmpty() || type.contains("form-urlencoded")) {
            params.add(rest, 0, rest.length);
            rest = NO_BYTES; // Who hangs is not to keep it.
        }
        var call = new Call(context, headers, params, rest);
        boolean admitted =
                OPEN.contains(path)
                        || auth.admits(
                                call.accessToken(),
                                params.filled("username"),
                                params.filled("password"));
        if (!admitted) {
            return now(notAdmitted(path));
        }
        if (!OPEN.contains(path) && !isLoaded()) {
            return now(notLoaded(path));
        }
        return handler.handle(call);
    }

    private static CompletionStage<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    static Answer notAdmitted(String path) {
        return refusal(path, 403, "user not found or token invalid!");
    }

    /// Whether there is anything to be asked for.
    boolean isLoaded() {
        return loaded.getAsBoolean();
    }

    /// Nothing else would do: with 404 clients throw away what they have kept.
    static Answer notLoaded(String path) {
        return refusal(path, 503, "this server has not joined the others yet, try another one");
    }

    static Answer failed(String path, Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null
                        ? thrown.getCause()
                        : thrown;
        return switch (failure) {
            case Invalid invalid -> refusal(path, 400, String.valueOf(invalid.getMessage()));
            case Json.Broken broken -> refusal(path, 400, String.valueOf(broken.getMessage()));
            case TreeFailure tree -> refusal(path, status(tree), String.valueOf(tree.getMessage()));
            default -> {
                LOG.error("a bug of ours path={}", path, failure);
                yield refusal(path, 500, "server error");
            }
        };
    }

    private static int status(TreeFailure failure) {
        return switch (failure.kind()) {
            // Clients go to another server with it, or come again.
            case UNAVAILABLE, CONTENDED, EXPIRED -> 503;
            case REFUSED -> 500;
        };
    }

    /// v1 says it as text, v2 and v3 in their envelope.
    static Answer refusal(String path, int status, String message) {
        if (path.startsWith("/v2/") || path.startsWith("/v3/")) {
            int code =
                    switch (status) {
                        case 400 -> Envelope.PARAMETER_INVALID;
                        case 403 -> Envelope.ACCESS_DENIED;
                        case 404 -> Envelope.NOT_FOUND;
                        default -> Envelope.SERVER_ERROR;
                    };
            return Envelope.failure(status, code, message);
        }
        return Answer.text(status, "caused: " + message + ";");
    }
}
