package io.banyan.server.peer;

import io.banyan.replica.PeerCodec;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Server;
import io.banyan.server.host.PeerOutlet;
import io.banyan.server.operate.MemberFacts;
import io.banyan.tree.Loader;
import io.banyan.tree.State;
import io.banyan.wire.JuteWriter;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import io.banyan.zab.PeerState;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way to the other servers of the ensemble. Thread-safe; no method blocks.
public final class PeerPorts implements PeerOutlet {
    private static final Logger LOG = LoggerFactory.getLogger(PeerPorts.class);

    private final ElectionMesh election;
    private final QuorumLinks quorum;
    private final KnownServers known;
    private final byte[] membership;

    /// @param membership text of the configuration that goes with each vote
    /// @param loaders makes what images of a leader are loaded into
    public PeerPorts(
            PeerSettings settings, byte[] membership, Supplier<Loader> loaders, PeerEvents events) {
        this.membership = membership.clone();
        known = new KnownServers(settings.members());
        election = new ElectionMesh(settings, events);
        quorum = new QuorumLinks(settings, known, events, loaders);
    }

    /// Listens, and dials the others' election ports. A port that cannot be had is told through
    /// {@link PeerEvents#portFailed}.
    public void start() {
        quorum.start();
        election.start();
    }

    /// The members have changed, or are about to.
    ///
    /// @param servers those of now and those to come, by id
    public void learn(Map<Long, Server> servers) {
        known.learn(servers);
        election.learn(servers);
    }

    /// Others look for this server there from now on, so it listens there, and where it was no
    /// longer. Connections stay. A port that is taken is asked for until it is free.
    public void moveTo(List<PeerAddress> addresses) {
        quorum.moveTo(List.copyOf(addresses));
        election.moveTo(List.copyOf(addresses));
    }

    @Override
    public void notify(long serverId, Notification notification) {
        var frame = new JuteWriter(64 + membership.length);
        PeerCodec.encodeNotification(notification, membership, frame);
        election.send(serverId, frame.toByteArray());
    }

    @Override
    public void dial(long link, long serverId, boolean observerMaster) {
        quorum.dial(link, serverId, observerMaster);
    }

    @Override
    public void send(long link, Message message) {
        quorum.send(link, message);
    }

    @Override
    public void sendImage(long link, long zxid, State state) {
        quorum.sendImage(link, zxid, state);
    }

    @Override
    public void became(PeerState state) {
        quorum.serveObservers(state == PeerState.FOLLOWING);
    }

    @Override
    public void hangUp(long link, @Nullable String why) {
        if (why != null) {
            LOG.info("quorum link {} hung up: {}", link, why);
        }
        quorum.hangUp(link);
    }

    /// What went over the connection of a learner.
    ///
    /// @return null if it is not connected
    public MemberFacts.@Nullable Traffic traffic(long serverId) {
        return quorum.traffic(serverId);
    }

    /// Counts of learners' packets start again.
    public void resetTraffic() {
        quorum.resetTraffic();
    }

    public void close() {
        election.close();
        quorum.close();
    }
}
