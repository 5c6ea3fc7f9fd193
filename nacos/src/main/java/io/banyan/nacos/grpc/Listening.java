package io.banyan.nacos.grpc;

import io.banyan.nacos.config.ConfigIndex;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.ConfigWatcher;
import io.banyan.nacos.json.Json;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A configuration that a client listens to, until it says otherwise.
final class Listening extends ConfigWatcher {
    private final ConfigIndex index;
    private final Client client;
    private final LongSupplier millis;
    private @Nullable String tenant;
    private String md5;
    private boolean pushing;
    private boolean changedAgain;

    Listening(ConfigIndex index, Client client, ConfigKey key, LongSupplier millis) {
        super(key, client.viewer());
        this.index = index;
        this.client = client;
        this.millis = millis;
        this.md5 = "";
    }

    /// @param newTenant as the client writes the namespace, for the pushes
    /// @param newMd5 of what it has
    void holds(@Nullable String newTenant, String newMd5) {
        tenant = newTenant;
        md5 = newMd5;
    }

    @Override
    public String md5() {
        return md5;
    }

    @Override
    protected void onChange(String now) {
        // The client may hold anything meanwhile; it compares itself when it is told.
        if (pushing) {
            changedAgain = true;
            return;
        }
        pushing = true;
        client.push(
                "ConfigChangeNotifyRequest",
                Json.object()
                        .put("dataId", key().dataId())
                        .put("group", key().group())
                        .put("tenant", tenant),
                millis.getAsLong(),
                this::onAck);
    }

    private void onAck() {
        pushing = false;
        if (changedAgain && !client.isGone()) {
            changedAgain = false;
            onChange(md5);
        }
    }

    void end() {
        index.unwatch(this);
        client.listening.remove(key());
    }
}
