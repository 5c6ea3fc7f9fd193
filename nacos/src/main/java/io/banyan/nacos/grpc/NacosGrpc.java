package io.banyan.nacos.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.banyan.nacos.auth.Auth;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.config.Viewer;
import io.banyan.nacos.held.Budget;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.ConnectedClient;
import io.banyan.nacos.naming.Publisher;
import io.banyan.nacos.naming.Registry;
import io.banyan.nacos.naming.Services;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.TreeFailure;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Both gRPC services, and the connections behind them: the front door of this package.
public final class NacosGrpc {
    private static final Logger LOG = LoggerFactory.getLogger(NacosGrpc.class);

    private static final AttributeKey<String> ID = AttributeKey.valueOf("nacos-connection-id");
    private static final AttributeKey<Client> CLIENT = AttributeKey.valueOf("nacos-client");

    static final int CALL_BYTES_MAX = 10 << 20;

    /// A client says on its stream who it is, and acknowledges. Not counted as what calls hold.
    private static final int STREAMED_BYTES_MAX = 64 * 1024;

    private static final int SCAN_MILLIS = 1_000;

    /// A client that says nothing so long is asked whether it lives,
    private static final int SILENT_MILLIS = 20_000;

    /// and has so long to answer.
    private static final int ANSWER_MILLIS = 5_000;

    /// A client whose server died connects again for each sign of that, and gives up a connection
    /// it made a moment ago for the next one. It registers there within 3 s, a gap that its
    /// consumers would see: who hangs up so soon after it came
    private static final int SETTLED_MILLIS = 30_000;

    /// leaves its registrations behind for so long, to be taken over.
    private static final int TAKEN_OVER_MILLIS = 5_000;

    private static final String NOT_LOADED = "this server has not joined the others yet";

    private final NacosTree tree;
    private final Budget budget;
    private final EventExecutor thread;
    private final Auth auth;
    private final LongSupplier millis;
    private final LongSupplier wallMillis;
    private final ConfigRequests config;
    private final NamingRequests naming;

    /// Confined to the door's thread.
    private final LinkedHashSet<Client> clients = new LinkedHashSet<>();

    /// @param millis monotonic
    /// @param wallMillis for the ids of connections
    public NacosGrpc(
            NacosTree tree,
            Budget budget,
            Configs configs,
            Limits limits,
            Services services,
            Registry registry,
            Auth auth,
            LongSupplier millis,
            LongSupplier wallMillis) {
        this.tree = tree;
        this.budget = budget;
        this.thread = tree.thread();
        this.auth = auth;
        this.millis = millis;
        this.wallMillis = wallMillis;
        config = new ConfigRequests(configs, limits, thread, millis);
        naming = new NamingRequests(services, registry, thread, millis);
        thread.scheduleAtFixedRate(this::scan, SCAN_MILLIS, SCAN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// The calls, for the server that listens.
    public GrpcService calls() {
        return service(
                "Request",
                "request",
                MethodType.UNARY,
                CALL_BYTES_MAX,
                ServerCalls.asyncUnaryCall(this::onRequest));
    }

    /// The streams, for the server that listens.
    public GrpcService streams() {
        return service(
                "BiRequestStream",
                "requestBiStream",
                MethodType.BIDI_STREAMING,
                STREAMED_BYTES_MAX,
                ServerCalls.asyncBidiStreamingCall(this::onStream));
    }

    /// Counts what calls hold, from the first byte.
    ///
    /// @param calls what {@link #calls} gave
    public HttpService counted(HttpService calls) {
        return new CountedCalls(calls, budget);
    }

    private static GrpcService service(
            String name,
            String method,
            MethodType type,
            int requestBytesMax,
            ServerCallHandler<Payload, Payload> handler) {
        MethodDescriptor<Payload, Payload> only =
                MethodDescriptor.newBuilder(Payload.MARSHALLER, Payload.MARSHALLER)
                        .setType(type)
                        .setFullMethodName(MethodDescriptor.generateFullMethodName(name, method))
                        .build();
        return GrpcService.builder()
                .addService(
                        ServerServiceDefinition.builder(
                                        ServiceDescriptor.newBuilder(name).addMethod(only).build())
                                .addMethod(only, handler)
                                .build())
                .useMethodMarshaller(true)
                .maxRequestMessageLength(requestBytesMax)
                .maxResponseMessageLength(CALL_BYTES_MAX)
                .build();
    }

    // ---- connections

    private static @Nullable Channel channel() {
        return ServiceRequestContext.current()
                .log()
                .ensureAvailable(RequestLogProperty.SESSION)
                .channel();
    }

    private String idOf(Channel channel) {
        String known = channel.attr(ID).get();
        if (known != null) {
            return known;
        }
        var remote = (InetSocketAddress) channel.remoteAddress();
        String made =
                wallMillis.getAsLong()
                        + "_"
                        + remote.getAddress().getHostAddress()
                        + "_"
                        + remote.getPort();
        channel.attr(ID).set(made);
        return made;
    }

    /// Ends the connections of a stopping server. On the door's thread.
    public void leaveAll() {
        clients.forEach(Client::leave);
        clients.clear();
    }

    /// The clients that are connected. On the door's thread.
    public List<ConnectedClient> connected() {
        long now = millis.getAsLong();
        long wall = wallMillis.getAsLong();
        return clients.stream().map(each -> each.shown(now, wall)).toList();
    }

    /// On the door's thread.
    public int clientCount() {
        return clients.size();
    }

    private void scan() {
        long now = millis.getAsLong();
        for (Client each : List.copyOf(clients)) {
            long silent = each.silentMillis(now);
            if (silent > SILENT_MILLIS + ANSWER_MILLIS) {
                clients.remove(each);
                each.drop("silent for " + silent + " ms");
            } else if (!each.resend(now)) {
                clients.remove(each);
                each.drop("acknowledges no push");
            } else {
                if (silent > SILENT_MILLIS) {
                    each.send("ClientDetectionRequest", Json.object().put("module", "internal"));
                }
                each.publisher().touch();
            }
        }
    }

    /// The client itself said that it was done.
    private void finish(Client client) {
        if (client.ageMillis(millis.getAsLong()) > SETTLED_MILLIS) {
            end(client, "stream completed");
            return;
        }
        clients.remove(client);
        if (client.depart("stream completed")) {
            thread.schedule(
                    () -> client.publisher().end(), TAKEN_OVER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void end(Client client, String reason) {
        clients.remove(client);
        client.end(reason);
    }

    // ---- the stream

    private StreamObserver<Payload> onStream(StreamObserver<Payload> out) {
        Channel channel = channel();
        return new StreamObserver<>() {
            private @Nullable Client client;

            @Override
            public void onNext(Payload payload) {
                if (channel == null) {
                    return;
                }
                if (payload.type().equals("ConnectionSetupRequest")) {
                    client = setUp(channel, out, payload);
                } else if (client != null) {
                    onAnswer(client, payload);
                }
            }

            @Override
            public void onError(Throwable failure) {
                Client gone = client;
                if (gone != null) {
                    thread.execute(() -> end(gone, "stream broke: " + failure.getMessage()));
                }
            }

            @Override
            public void onCompleted() {
                Client gone = client;
                if (gone != null) {
                    thread.execute(() -> finish(gone));
                }
                try {
                    out.onCompleted();
                } catch (IllegalStateException e) {
                    LOG.debug("the stream was over already: {}", e.getMessage());
                }
            }
        };
    }

    private @Nullable Client setUp(Channel channel, StreamObserver<Payload> out, Payload payload) {
        ObjectNode setup;
        try {
            setup = payload.json();
        } catch (Json.Broken e) {
            LOG.warn("a connection was refused reason=\"{}\"", e.getMessage());
            out.onCompleted();
            return null;
        }
        if (!tree.isLoaded()) {
            LOG.debug("a connection was refused reason=\"{}\"", NOT_LOADED);
            out.onCompleted();
            return null;
        }
        String id = idOf(channel);
        Map<String, String> labels = Json.texts(setup.get("labels"));
        var remote = (InetSocketAddress) channel.remoteAddress();
        String ip =
                payload.clientIp().isBlank()
                        ? remote.getAddress().getHostAddress()
                        : payload.clientIp();
        String app = labels.getOrDefault("AppName", "unknown");
        var client =
                new Client(
                        id,
                        channel,
                        out,
                        new Viewer(ip, labels.get("Vipserver-Tag")),
                        Json.textOrEmpty(setup, "clientVersion"),
                        app,
                        new Publisher(tree, "/grpc:" + id),
                        millis.getAsLong());
        Client former = channel.attr(CLIENT).getAndSet(client);
        // Clients before 2.3 have no table, and do not know the message.
        JsonNode abilities = setup.get("abilityTable");
        boolean negotiates = abilities != null && !abilities.isNull();
        thread.execute(() -> {
            if (former != null) {
                end(former, "connected anew");
            }
            clients.add(client);
            if (negotiates) {
                ObjectNode ack = Json.object().put("module", "internal");
                ack.set("abilityTable", Json.object().put("supportPersistentInstanceByGrpc", true));
                client.send("SetupAckRequest", ack);
            }
        });
        channel.closeFuture()
                .addListener(closed -> thread.execute(() -> end(client, "connection closed")));
        return client;
    }

    private void onAnswer(Client client, Payload payload) {
        client.heard(millis.getAsLong());
        try {
            String request = Json.textOf(payload.json(), "requestId");
            if (request != null) {
                thread.execute(() -> client.onAck(request));
            }
        } catch (Json.Broken e) {
            LOG.debug("no answer client={} reason=\"{}\"", client.id(), e.getMessage());
        }
    }

    // ---- unary calls

    private void onRequest(Payload payload, StreamObserver<Payload> out) {
        Channel channel = channel();
        if (channel == null) {
            answer(out, "ErrorResponse", Reply.failure(Reply.UNREGISTERED, "no connection"));
            return;
        }
        String type = payload.type();
        if (type.equals("ServerCheckRequest")) {
            if (!tree.isLoaded()) {
                // Anything but the answer that it waits for lets a client try the next server.
                answer(out, "ErrorResponse", Reply.failure(Reply.NOT_THERE, NOT_LOADED));
                return;
            }
            answer(
                    out,
                    "ServerCheckResponse",
                    Reply.ok()
                            .put("connectionId", idOf(channel))
                            .put("supportAbilityNegotiation", true));
            return;
        }
        Client client = channel.attr(CLIENT).get();
        if (client == null) {
            answer(
                    out,
                    "ErrorResponse",
                    Reply.failure(Reply.UNREGISTERED, "Connection is unregistered."));
            return;
        }
        client.heard(millis.getAsLong());
        Budget.Holding holding = CountedCalls.holding(ServiceRequestContext.current());
        CompletionStage<ObjectNode> stage;
        try {
            stage = dispatch(client, payload);
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        stage.whenComplete((body, failure) -> {
            if (failure == null && body != null) {
                String answerType =
                        body.path("errorCode").asInt() == Reply.NO_HANDLER
                                ? "ErrorResponse"
                                : Reply.typeFor(type);
                Payload made = Payload.of(answerType, body);
                if (holding == null || holding.take(made.body().length)) {
                    answer(out, made);
                } else {
                    answer(out, answerType, Reply.failure(Reply.TOO_BUSY, Budget.REFUSAL));
                }
            } else if (failure != null) {
                fail(out, type, failure);
            }
        });
    }

    private CompletionStage<ObjectNode> dispatch(Client client, Payload payload) {
        String type = payload.type();
        if (type.equals("HealthCheckRequest")) {
            return now(Reply.ok());
        }
        Map<String, String> headers = payload.headers();
        String token = headers.get("accessToken");
        if (!auth.admits(
                token == null ? headers.get("authorization") : token,
                headers.get("username"),
                headers.get("password"))) {
            return now(Reply.failure(Reply.NO_RIGHT, "user not found or token invalid!"));
        }
        ObjectNode request = payload.json();
        return switch (type) {
            case "ConfigQueryRequest" -> now(config.query(client, payload, request));
            case "ConfigPublishRequest" -> config.publish(client, request);
            case "ConfigRemoveRequest" -> config.remove(client, request);
            case "ConfigBatchListenRequest" -> config.listen(client, request);
            case "InstanceRequest" -> naming.instance(client, request);
            case "PersistentInstanceRequest" -> naming.persistent(request);
            case "BatchInstanceRequest" -> naming.batch(client, request);
            case "ServiceQueryRequest" -> now(naming.query(request));
            case "ServiceListRequest" -> now(naming.list(request));
            case "SubscribeServiceRequest" -> naming.subscribe(client, request);
            default -> now(Reply.failure(Reply.NO_HANDLER, "RequestHandler Not Found: " + type));
        };
    }

    private static CompletionStage<ObjectNode> now(ObjectNode answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static void fail(StreamObserver<Payload> out, String type, Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null
                        ? thrown.getCause()
                        : thrown;
        String message = String.valueOf(failure.getMessage());
        switch (failure) {
            case Json.Broken broken ->
                    answer(out, "ErrorResponse", Reply.failure(Reply.BROKEN, message));
            case Invalid invalid ->
                    answer(
                            out,
                            Reply.typeFor(type),
                            Reply.failure(Reply.INVALID, "Param check invalid:" + message));
            case TreeFailure tree -> {
                int code =
                        switch (tree.kind()) {
                            case UNAVAILABLE, CONTENDED, EXPIRED -> Reply.NOT_THERE;
                            case REFUSED -> Reply.ERROR;
                        };
                answer(out, Reply.typeFor(type), Reply.failure(code, message));
            }
            default -> {
                LOG.error("a bug of ours request={}", type, failure);
                answer(out, Reply.typeFor(type), Reply.failure(Reply.ERROR, "server error"));
            }
        }
    }

    private static void answer(StreamObserver<Payload> out, String type, ObjectNode body) {
        answer(out, Payload.of(type, body));
    }

    private static void answer(StreamObserver<Payload> out, Payload payload) {
        try {
            out.onNext(payload);
            out.onCompleted();
        } catch (IllegalStateException e) {
            LOG.debug("the client did not wait for {}: {}", payload.type(), e.getMessage());
        }
    }
}
