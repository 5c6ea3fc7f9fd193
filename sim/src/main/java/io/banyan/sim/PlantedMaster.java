package io.banyan.sim;

import io.banyan.replica.Input;
import io.banyan.replica.Load;
import io.banyan.replica.QuorumsOnDisk;
import io.banyan.zab.Message;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The mistakes that a follower can be made to make with its observers, in one of its lives.
final class PlantedMaster {
    /// Sends a message on one of the server's connections.
    interface Out {
        void send(long link, Message message);
    }

    private final Plants plants;
    private final Out out;

    /// Connections of observers, and whether they were told to serve.
    private final Map<Long, Boolean> observers = new TreeMap<>();

    PlantedMaster(Plants plants, Out out) {
        this.plants = plants;
        this.out = out;
    }

    void fromNetwork(Input input) {
        if (input instanceof Input.ObserverLinkOpened opened) {
            observers.put(opened.link(), false);
        } else if (input instanceof Input.LinkLost lost) {
            observers.remove(lost.link());
        }
    }

    /// The server is about to send that.
    void sends(long link, Message message) {
        if (message instanceof Message.UpToDate) {
            observers.replace(link, true);
        }
    }

    /// @return the message; null if the server never hears of it
    @Nullable Message heard(long link, Message message) {
        boolean fromObserver = observers.containsKey(link);
        return switch (message) {
            case Message.Proposal proposal -> {
                if (plants.has(PlantedBug.INFORM_BEFORE_COMMIT)) {
                    tellEarly(proposal);
                }
                yield message;
            }
            case Message.Carried carried when fromObserver -> {
                Load answer = ownAnswer((Load) carried.load());
                if (answer != null) {
                    out.send(link, new Message.Carried(answer));
                }
                yield answer == null ? message : null;
            }
            default -> message;
        };
    }

    private void tellEarly(Message.Proposal proposal) {
        if (QuorumsOnDisk.isChange(proposal.payload())) {
            return;
        }
        observers.forEach((link, served) -> {
            if (served) {
                out.send(link, new Message.Inform(proposal.zxid(), proposal.payload()));
            }
        });
    }

    private @Nullable Load ownAnswer(Load asked) {
        return switch (asked) {
            case Load.SyncAsked _ ->
                    plants.has(PlantedBug.MASTER_ANSWERS_SYNC) ? new Load.SyncDone() : null;
            case Load.Revalidate ask ->
                    plants.has(PlantedBug.MASTER_ANSWERS_RESUMPTION)
                            ? new Load.Revalidated(ask.sessionId(), true)
                            : null;
            default -> null;
        };
    }
}
