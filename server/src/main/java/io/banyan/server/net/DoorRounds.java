package io.banyan.server.net;

import io.banyan.server.door.DoorClients;
import io.banyan.server.door.DoorSession;
import io.banyan.server.door.RoundListener;
import io.banyan.tree.State;
import io.banyan.wire.Id;
import io.banyan.wire.WatcherEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sessions of doors on one gateway, and what its rounds have for them.
///
/// Everything a round brings is handed over as one task: events first, then what the replies
/// complete. So a door may keep whatever it likes of the tree and is never behind its own answers.
final class DoorRounds implements DoorClients {
    /// A door decides for its own clients who may do what; ACLs do not hold it back.
    private static final List<Id> IDS = List.of(new Id("super", "door"));

    private static final Logger LOG = LoggerFactory.getLogger(DoorRounds.class);

    private final GatewayLoop loop;
    private final Executor executor;
    private final RoundListener listener;

    // Confined to the loop.
    private List<WatcherEvent> events = new ArrayList<>();
    private List<Runnable> answers = new ArrayList<>();

    DoorRounds(GatewayLoop loop, Executor executor, RoundListener listener) {
        this.loop = loop;
        this.executor = executor;
        this.listener = listener;
    }

    @Override
    public DoorSession open(String name, int timeoutMillis) {
        return connect(name, 0, timeoutMillis);
    }

    @Override
    public DoorSession resume(String name, long sessionId, int timeoutMillis) {
        return connect(name, sessionId, timeoutMillis);
    }

    private DoorSession connect(String name, long sessionId, int timeoutMillis) {
        var connection = new DoorConnection(loop, this);
        connection.connect(name, IDS, sessionId, timeoutMillis);
        return connection;
    }

    /// For the end of this round.
    void event(WatcherEvent event) {
        events.add(event);
        loop.roundOpen();
    }

    /// For the end of this round, after the events.
    void answer(Runnable answer) {
        answers.add(answer);
        loop.roundOpen();
    }

    /// Runs at once on the door's executor, for what happens while the loop is gone.
    void outsideRounds(Runnable answer) {
        executor.execute(answer);
    }

    /// The gateway has sent everything of the round.
    void endRound(State state) {
        if (events.isEmpty() && answers.isEmpty()) {
            return;
        }
        List<WatcherEvent> happened = events;
        List<Runnable> answered = answers;
        events = new ArrayList<>();
        answers = new ArrayList<>();
        try {
            executor.execute(() -> {
                listener.onRound(state, happened);
                answered.forEach(Runnable::run);
            });
        } catch (RejectedExecutionException closed) {
            // The door is closed already: nobody is left to be told.
            LOG.debug("a door that is closed misses a round");
        }
    }
}
