package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import io.banyan.nacos.config.Page;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.ConnectedClient;
import io.banyan.nacos.naming.Instance;
import io.banyan.nacos.naming.ServiceKey;
import io.banyan.nacos.naming.Services;
import io.banyan.nacos.naming.Subscriber;
import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.wire.Stat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who registers and who subscribes: `/v2/ns/client`, `/v3/admin/ns/client`, and the subscribers of
/// a service.
///
/// A client with a connection goes by the connection's id, and only the server that it is connected
/// to tells of it. Whoever registers by HTTP, or is a znode that somebody else made, goes by the
/// instance's address, and every server tells of it.
final class ClientCalls {
    private final NacosTree tree;
    private final Services services;
    private final Supplier<List<ConnectedClient>> connected;

    private record Publication(String client, ServiceKey key, Instance instance) {}

    /// @param address as `ip:port`
    private record Subscription(
            String client, ServiceKey key, Subscriber.Shown shown, String address) {
        int port() {
            return portOf(address);
        }
    }

    /// Everything at one moment.
    private record Known(
            Map<String, ConnectedClient> connected,
            List<Publication> publications,
            List<Subscription> subscriptions) {
        Set<String> ids() {
            var ids = new LinkedHashSet<String>(connected.keySet());
            publications.forEach(each -> ids.add(each.client()));
            subscriptions.forEach(each -> ids.add(each.client()));
            return ids;
        }
    }

    /// How a version writes what both tell.
    private interface Version {
        ObjectNode published(ServiceKey key, Instance instance);

        ObjectNode subscribed(Subscription subscription);

        ObjectNode publisher(Publication publication);

        ObjectNode subscriber(Subscription subscription);
    }

    ClientCalls(NacosTree tree, NamingCalls calls, Supplier<List<ConnectedClient>> connected) {
        this.tree = tree;
        this.services = calls.services();
        this.connected = connected;
    }

    void addTo(Routes routes) {
        add(routes, "/v2/ns/client", new Two());
        add(routes, "/v3/admin/ns/client", new Three());
        for (String base : List.of("/v3/admin/ns/service", "/v3/console/ns/service")) {
            on(routes, base + "/subscribers", this::subscribers);
        }
        for (String base : List.of("/v1/ns/operator", "/v1/ns/ops")) {
            routes.get(base + "/distro/client", call -> Answer.json(responsible(call)));
        }
    }

    private void add(Routes routes, String base, Version as) {
        on(routes, base + "/list", (call, known) -> Envelope.of(Json.node(known.ids())));
        on(routes, base, this::client);
        on(
                routes,
                base + "/publish/list",
                (call, known) ->
                        list(
                                call,
                                known,
                                known.publications(),
                                Publication::client,
                                each -> as.published(each.key(), each.instance())));
        on(
                routes,
                base + "/subscribe/list",
                (call, known) ->
                        list(
                                call,
                                known,
                                known.subscriptions(),
                                Subscription::client,
                                as::subscribed));
        on(routes, base + "/service/publisher/list", (call, known) -> publishers(call, known, as));
        on(
                routes,
                base + "/service/subscriber/list",
                (call, known) -> subscribersOf(call, known, as));
        routes.get(base + "/distro", call -> Envelope.of(responsible(call)));
    }

    private interface Query {
        Answer answer(Call call, Known known);
    }

    private void on(Routes routes, String path, Query query) {
        routes.on(
                HttpMethod.GET,
                path,
                call ->
                        CompletableFuture.supplyAsync(
                                () -> query.answer(call, known()), tree.thread()));
    }

    // ---- what there is, on the door's thread

    private Known known() {
        var clients = new HashMap<String, ConnectedClient>();
        var publications = new ArrayList<Publication>();
        for (ConnectedClient each : connected.get()) {
            clients.put(each.id(), each);
            each.published()
                    .forEach((key, instances) ->
                            instances.forEach(instance ->
                                    publications.add(new Publication(each.id(), key, instance))));
        }
        for (String namespace : services.namespaces()) {
            for (String group : services.groups(namespace)) {
                for (String name : services.names(namespace, group)) {
                    var key = new ServiceKey(namespace, group, name);
                    for (Instance each : services.get(key).instances()) {
                        if (each.door() != Instance.Door.GRPC) {
                            String client = each.address() + "#" + each.ephemeral();
                            publications.add(new Publication(client, key, each));
                        }
                    }
                }
            }
        }
        var subscriptions = new ArrayList<Subscription>();
        services.subscribers()
                .forEach((key, all) ->
                        all.forEach(each ->
                                subscriptions.add(subscription(key, each.shown(), clients))));
        return new Known(clients, publications, subscriptions);
    }

    private static Subscription subscription(
            ServiceKey key, Subscriber.Shown shown, Map<String, ConnectedClient> clients) {
        ConnectedClient client = clients.get(shown.address());
        return client == null
                ? new Subscription(shown.address() + "#true", key, shown, shown.address())
                : new Subscription(client.id(), key, shown, client.ip() + ":" + client.port());
    }

    private static int portOf(String address) {
        String port = address.substring(address.lastIndexOf(':') + 1);
        return port.chars().allMatch(Character::isDigit) && !port.isEmpty()
                ? Integer.parseInt(port)
                : 0;
    }

    // ---- answers

    private static Answer noClient(String id) {
        return Envelope.failure(404, Envelope.NOT_FOUND, "Client id " + id + " not exist.");
    }

    private Answer client(Call call, Known known) {
        String id = call.params().require("clientId");
        ConnectedClient client = known.connected().get(id);
        if (client != null) {
            return Envelope.of(
                    Json.object()
                            .put("clientId", id)
                            .put("ephemeral", true)
                            .put("lastUpdatedTime", client.connectedWallMillis())
                            .put("clientType", "connection")
                            .put("connectType", "grpc")
                            .put("appName", client.app())
                            .put("version", client.version())
                            .put("clientIp", client.ip())
                            .put("clientPort", client.port()));
        }
        if (!known.ids().contains(id)) {
            return noClient(id);
        }
        long updated = 0;
        for (Publication each : known.publications()) {
            if (each.client().equals(id)) {
                Instance instance = each.instance();
                Stat stat = tree.view().stat(pathOf(each.key(), instance));
                updated = stat == null ? updated : Math.max(updated, stat.mtime());
            }
        }
        String address = id.substring(0, id.lastIndexOf('#'));
        return Envelope.of(
                Json.object()
                        .put("clientId", id)
                        .put("ephemeral", id.endsWith("#true"))
                        .put("lastUpdatedTime", updated)
                        .put("clientType", "ipPort")
                        .put("clientIp", address.substring(0, address.lastIndexOf(':')))
                        .put("clientPort", portOf(address)));
    }

    private static String pathOf(ServiceKey key, Instance instance) {
        return Layout.path(
                Layout.NAMING,
                key.namespace(),
                key.group(),
                key.name(),
                instance.cluster(),
                instance.address());
    }

    private static <T> Answer list(
            Call call,
            Known known,
            List<T> all,
            Function<T, String> clientOf,
            Function<T, ObjectNode> shown) {
        String id = call.params().require("clientId");
        if (!known.ids().contains(id)) {
            return noClient(id);
        }
        ArrayNode list = Json.array();
        for (T each : all) {
            if (clientOf.apply(each).equals(id)) {
                list.add(shown.apply(each));
            }
        }
        return Envelope.of(list);
    }

    private static boolean isWanted(Params params, @Nullable String ip, int port) {
        return isWanted(params.filled("ip"), String.valueOf(ip))
                && isWanted(params.filled("port"), Integer.toString(port));
    }

    /// Nacos's own maintainer client writes `null` for what it does not ask for.
    private static boolean isWanted(@Nullable String asked, String there) {
        return asked == null || asked.equals("null") || asked.equals(there);
    }

    private Answer publishers(Call call, Known known, Version as) {
        ServiceKey key = NamingCalls.key(call);
        ArrayNode list = Json.array();
        for (Publication each : known.publications()) {
            Instance instance = each.instance();
            if (each.key().equals(key) && isWanted(call.params(), instance.ip(), instance.port())) {
                list.add(as.publisher(each));
            }
        }
        return Envelope.of(list);
    }

    private Answer subscribersOf(Call call, Known known, Version as) {
        ServiceKey key = NamingCalls.key(call);
        ArrayNode list = Json.array();
        for (Subscription each : known.subscriptions()) {
            if (each.key().equals(key) && isWanted(call.params(), each.shown().ip(), each.port())) {
                list.add(as.subscriber(each));
            }
        }
        return Envelope.of(list);
    }

    /// Of one service, by pages, as v3 has it.
    private Answer subscribers(Call call, Known known) {
        ServiceKey key = NamingCalls.key(call);
        List<Subscription> all =
                known.subscriptions().stream().filter(each -> each.key().equals(key)).toList();
        Params params = call.params();
        Page<Subscription> page =
                Page.of(all, params.number("pageNo", 1), params.number("pageSize", 100));
        return Envelope.of(
                ConfigJson.page(
                        page,
                        each ->
                                Three.service(key)
                                        .put("ip", each.shown().ip())
                                        .put("port", each.port())
                                        .put("agent", each.shown().agent())
                                        .put("appName", each.shown().app())));
    }

    /// Any server will do; this one is as good as any.
    private static ObjectNode responsible(Call call) {
        call.params().require("ip");
        call.params().require("port");
        var local = call.context().localAddress();
        return Json.object()
                .put(
                        "responsibleServer",
                        local.getAddress().getHostAddress() + ":" + local.getPort());
    }

    private static final class Two implements Version {
        static ObjectNode service(ServiceKey key) {
            return Json.object()
                    .put("namespace", key.namespace())
                    .put("group", key.group())
                    .put("serviceName", key.name());
        }

        private static ObjectNode place(Instance instance) {
            return Json.object()
                    .put("ip", instance.ip())
                    .put("port", instance.port())
                    .put("cluster", instance.cluster());
        }

        @Override
        public ObjectNode published(ServiceKey key, Instance instance) {
            return service(key).set("registeredInstance", place(instance));
        }

        @Override
        public ObjectNode subscribed(Subscription subscription) {
            return service(subscription.key())
                    .set(
                            "subscriberInfo",
                            Json.object()
                                    .put("app", subscription.shown().app())
                                    .put("agent", subscription.shown().agent())
                                    .put("addr", subscription.address()));
        }

        @Override
        public ObjectNode publisher(Publication publication) {
            return place(publication.instance()).put("clientId", publication.client());
        }

        @Override
        public ObjectNode subscriber(Subscription subscription) {
            return Json.object()
                    .put("clientId", subscription.client())
                    .put("ip", subscription.shown().ip())
                    .put("port", subscription.port());
        }
    }

    private static final class Three implements Version {
        static ObjectNode service(ServiceKey key) {
            return Json.object()
                    .put("namespaceId", key.namespace())
                    .put("groupName", key.group())
                    .put("serviceName", key.name());
        }

        private static ObjectNode place(Instance instance) {
            return Json.object()
                    .put("ip", instance.ip())
                    .put("port", instance.port())
                    .put("clusterName", instance.cluster());
        }

        private static ObjectNode listener(Subscription subscription) {
            return Json.object()
                    .put("appName", subscription.shown().app())
                    .put("agent", subscription.shown().agent())
                    .put("address", subscription.address());
        }

        @Override
        public ObjectNode published(ServiceKey key, Instance instance) {
            return service(key).set("publisherInfo", place(instance));
        }

        @Override
        public ObjectNode subscribed(Subscription subscription) {
            return service(subscription.key()).set("subscriberInfo", listener(subscription));
        }

        @Override
        public ObjectNode publisher(Publication publication) {
            return place(publication.instance()).put("clientId", publication.client());
        }

        @Override
        public ObjectNode subscriber(Subscription subscription) {
            return listener(subscription).put("clientId", subscription.client());
        }
    }
}
