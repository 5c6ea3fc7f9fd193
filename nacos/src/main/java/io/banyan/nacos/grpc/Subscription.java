package io.banyan.nacos.grpc;

import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.Service;
import io.banyan.nacos.naming.ServiceKey;
import io.banyan.nacos.naming.Services;
import io.banyan.nacos.naming.Subscriber;
import java.util.function.LongSupplier;

/// A service that a client subscribes to, until it says otherwise.
final class Subscription implements Subscriber {
    private final Services services;
    private final Client client;
    private final ServiceKey key;
    private final LongSupplier millis;
    private String clusters = "";
    private boolean pushing;
    private boolean changedAgain;

    Subscription(Services services, Client client, ServiceKey key, LongSupplier millis) {
        this.services = services;
        this.client = client;
        this.key = key;
        this.millis = millis;
    }

    /// @param newClusters comma list, blank for all
    void of(String newClusters) {
        clusters = newClusters;
    }

    @Override
    public void onChange(Service now) {
        if (client.isGone()) {
            return;
        }
        if (pushing) {
            changedAgain = true;
            return;
        }
        pushing = true;
        var body = Json.object();
        body.putRawValue("serviceInfo", Json.raw(services.overGrpc(now, clusters, false)));
        client.push("NotifySubscriberRequest", body, millis.getAsLong(), this::onAck);
    }

    private void onAck() {
        pushing = false;
        if (changedAgain) {
            changedAgain = false;
            onChange(services.get(key));
        }
    }

    void end() {
        services.unsubscribe(key, this);
        client.subscriptions.remove(key);
    }

    @Override
    public Shown shown() {
        return new Shown(client.id(), client.version(), client.app(), client.viewer().ip());
    }
}
