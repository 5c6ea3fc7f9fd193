package io.banyan.server;

import io.banyan.replica.Input;
import io.banyan.server.peer.PeerEvents;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What other servers say, to the replica. Called on the threads of the peer ports.
final class FromPeers implements PeerEvents {
    private final Consumer<List<Input>> replica;
    private final Consumer<String> failed;
    private final LearnerQueues queues;

    /// @param failed told why there is no port for other servers
    FromPeers(Consumer<List<Input>> replica, Consumer<String> failed, LearnerQueues queues) {
        this.replica = replica;
        this.failed = failed;
        this.queues = queues;
    }

    @Override
    public void notified(long serverId, Notification notification) {
        replica.accept(List.of(new Input.Notified(serverId, notification)));
    }

    @Override
    public void electionLink(long serverId, boolean up) {
        replica.accept(List.of(new Input.ElectionLink(serverId, up)));
    }

    @Override
    public void linkOpened(long link) {
        replica.accept(List.of(new Input.LinkOpened(link)));
    }

    @Override
    public void observerLinkOpened(long link) {
        replica.accept(List.of(new Input.ObserverLinkOpened(link)));
    }

    @Override
    public void linkLost(long link, String why) {
        replica.accept(List.of(new Input.LinkLost(link, why)));
    }

    @Override
    public void received(long link, List<Message> messages) {
        var inputs = new ArrayList<Input>(messages.size());
        for (Message each : messages) {
            inputs.add(new Input.FromPeer(link, each));
        }
        replica.accept(inputs);
    }

    @Override
    public void learnerServed(long serverId, int packets, long waitedNanos) {
        queues.served(serverId, packets, waitedNanos);
    }

    @Override
    public void portFailed(String why) {
        failed.accept(why);
    }
}
