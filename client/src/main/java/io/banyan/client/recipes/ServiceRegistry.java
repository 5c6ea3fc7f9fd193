package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.Paths;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Where services are found: instances register under the name of their service, and whoever needs
/// one looks through a {@link ServiceView}.
///
/// An instance is found from when {@link Registered#registered} completes until it is closed or its
/// session ends; a crashed one until its session times out, so that clients should take another
/// when one does not answer. After a lost session it is registered again by itself.
///
/// Thread-safe.
public final class ServiceRegistry {
    /// An instance that is found.
    public static final class Registered implements AutoCloseable {
        private final Presence presence;

        private Registered(Presence presence) {
            this.presence = presence;
        }

        /// Completes when it is found; with the client's exception if it never will be.
        public CompletableFuture<@Nullable Void> registered() {
            return presence.present().copy();
        }

        /// Changes host, port and metadata.
        public void update(ServiceInstance changed) {
            presence.update(changed.encode());
        }

        /// Takes it out. Does not wait for a server.
        @Override
        public void close() {
            presence.close();
        }
    }

    private final Banyan banyan;
    private final String path;

    /// @param path of all services
    public ServiceRegistry(Banyan banyan, String path) {
        this.banyan = banyan;
        this.path = Paths.require(path);
    }

    /// Has it found until it is closed.
    public Registered register(ServiceInstance instance) {
        String service = Paths.child(path, instance.service());
        return new Registered(
                new Presence(banyan, Paths.child(service, instance.id()), instance.encode()));
    }

    /// Begins to follow the instances of a service.
    public ServiceView view(String service) {
        return new ServiceView(banyan, Paths.child(path, service), service);
    }
}
