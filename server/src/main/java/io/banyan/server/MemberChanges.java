package io.banyan.server;

import io.banyan.server.config.Endpoint;
import io.banyan.server.config.MembershipFiles;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.peer.PeerPorts;
import io.banyan.zab.Configuration;
import io.banyan.zab.Quorums;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What follows from other members: whom this server dials, what operators are told, where others
/// and its clients find it, and the files beside zoo.cfg. Files are written behind, in their order:
/// what must not be forgotten is on disk already.
final class MemberChanges implements AutoCloseable {
    /// Where clients are to find this server from now on.
    interface ClientPort {
        void move(Endpoint to);
    }

    private static final Logger LOG = LoggerFactory.getLogger(MemberChanges.class);

    private final ServerConfig.Ensemble first;
    private final PeerPorts ports;
    private final RunningFacts facts;
    private final ClientPort clientPort;
    private final @Nullable MembershipFiles files;
    private final ExecutorService behind;

    /// Where this server listens for others. Confined to the replica thread, once that runs, as
    /// what is below.
    private List<ServerConfig.PeerAddress> listening;

    private @Nullable Endpoint client;

    /// @param known who decides when this server starts
    /// @param file zoo.cfg; null for a server whose configuration came from no file
    MemberChanges(
            ServerConfig config,
            Quorums known,
            @Nullable Path file,
            PeerPorts ports,
            RunningFacts facts,
            ClientPort clientPort) {
        this.first = config.ensemble();
        this.ports = ports;
        this.facts = facts;
        this.clientPort = clientPort;
        this.files = file == null ? null : new MembershipFiles(file);
        ServerConfig.Server me = first.servers().get(first.myId());
        this.client = me == null ? null : me.client();
        ServerConfig.Server bound = servers(first, known).get(first.myId());
        this.listening = bound == null ? List.of() : bound.addresses();
        this.behind =
                Executors.newSingleThreadExecutor(work ->
                        Thread.ofPlatform().daemon().name("banyan-members").unstarted(work));
    }

    /// Where the servers of both are; where one is in both, the newer one says it.
    static Map<Long, ServerConfig.Server> servers(ServerConfig.Ensemble first, Quorums quorums) {
        var all = new TreeMap<Long, ServerConfig.Server>();
        ServerConfig.Server me = first.servers().get(first.myId());
        if (me != null) {
            all.put(me.id(), me);
        }
        all.putAll(Mapping.ensemble(first, quorums.current()).servers());
        all.putAll(Mapping.ensemble(first, quorums.lastSeen()).servers());
        return all;
    }

    /// See {@link io.banyan.server.host.HostEvents#membersKnown}.
    void known(Quorums quorums) {
        ports.learn(servers(first, quorums));
        write(to -> {
            if (quorums.isPending()) {
                to.proposed(textOf(quorums.lastSeen()));
            } else {
                to.withdrawn();
            }
        });
    }

    /// See {@link io.banyan.server.host.HostEvents#activated}.
    void activated(Configuration configuration) {
        ServerConfig.Ensemble members = Mapping.ensemble(first, configuration);
        facts.activated(members);
        ServerConfig.Server me = members.servers().get(first.myId());
        LOG.info(
                "members version=0x{} role={} {}",
                Long.toHexString(configuration.version()),
                me == null ? "none" : me.role(),
                textOf(configuration).replace('\n', ' '));
        if (me != null && !me.addresses().equals(listening)) {
            LOG.info("listening for others at {}, no longer at {}", me.addresses(), listening);
            listening = me.addresses();
            ports.moveTo(listening);
        }
        Endpoint now = me == null ? null : me.client();
        write(to -> to.activated(textOf(configuration), configuration.version(), now != null));
        if (now != null && !now.equals(client)) {
            client = now;
            behind.execute(() -> clientPort.move(now));
        }
    }

    private interface Writing {
        void to(MembershipFiles files) throws IOException;
    }

    private void write(Writing what) {
        if (files == null) {
            return;
        }
        behind.execute(() -> {
            try {
                what.to(files);
            } catch (IOException e) {
                LOG.error("the files beside zoo.cfg do not tell the members: {}", e.toString());
            }
        });
    }

    private static String textOf(Configuration configuration) {
        return new String(configuration.text(), StandardCharsets.UTF_8);
    }

    /// What was to be written is written.
    @Override
    public void close() {
        behind.close();
    }
}
