package io.banyan.server.net;

import io.banyan.replica.Batch;
import io.banyan.replica.Connection;
import io.banyan.replica.Effect;
import io.banyan.replica.Gateway;
import io.banyan.replica.GatewayPort;
import io.banyan.replica.Input;
import io.banyan.replica.Ticket;
import io.banyan.server.door.RoundListener;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One gateway on its event loop.
///
/// Everything that the sockets of one pass of the loop bring is one round: one post to the replica,
/// one flush per connection.
final class GatewayLoop implements GatewayPort {
    private static final int SCRATCH_BYTES = 64 * 1024;

    private final EventLoop loop;
    private final Consumer<List<Input>> replica;
    private final NetEvents events;
    private final List<Input> outbox = new ArrayList<>();
    private final Runnable endRound = this::endRound;
    private byte[] scratch = new byte[SCRATCH_BYTES];
    private boolean endScheduled;

    /// What the last round left, for readers on other threads.
    private volatile int inFlight;

    private volatile int watchCount;
    private @Nullable Gateway gateway;
    private final List<DoorRounds> doors = new CopyOnWriteArrayList<>();

    /// Sessions inside this process, told of at the end of every round.
    DoorRounds doorClients(Executor executor, RoundListener listener) {
        var rounds = new DoorRounds(this, executor, listener);
        doors.add(rounds);
        return rounds;
    }

    GatewayLoop(EventLoop loop, Consumer<List<Input>> replica, NetEvents events) {
        this.loop = loop;
        this.replica = replica;
        this.events = events;
    }

    void start(Gateway newGateway, int tickMillis) {
        gateway = newGateway;
        loop.scheduleAtFixedRate(this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    }

    Gateway gateway() {
        if (gateway == null) {
            throw new IllegalStateException("not started");
        }
        return gateway;
    }

    NetEvents events() {
        return events;
    }

    EventLoop loop() {
        return loop;
    }

    /// An array for at least this many bytes, everyone's on this loop, good until control returns.
    byte[] scratch(int bytes) {
        if (scratch.length < bytes) {
            scratch = new byte[Math.max(bytes, 2 * scratch.length)];
        }
        return scratch;
    }

    /// Collected until the round ends. On the loop only.
    @Override
    public void post(Input input) {
        outbox.add(input);
        roundOpen();
    }

    /// The gateway did something: end the round once the sockets that are ready have been served.
    void roundOpen() {
        if (!endScheduled) {
            endScheduled = true;
            loop.execute(endRound);
        }
    }

    void deliver(Batch batch) {
        execute(() -> {
            gateway().onBatch(batch, System.nanoTime());
            roundOpen();
        });
    }

    void resumed(Ticket ticket, long sessionId, boolean valid) {
        execute(() -> {
            gateway().onResumed(ticket, sessionId, valid, System.nanoTime());
            roundOpen();
        });
    }

    void answer(Ticket ticket, int error) {
        execute(() -> {
            gateway().onAnswered(ticket, error, System.nanoTime());
            roundOpen();
        });
    }

    void evict(Connection connection, String why) {
        execute(() -> {
            gateway().onEvicted(connection, why, System.nanoTime());
            roundOpen();
        });
    }

    void serve(Effect.Serve serve) {
        execute(() -> {
            gateway().onServe(serve, System.nanoTime());
            roundOpen();
        });
    }

    void cease(String why) {
        execute(() -> {
            gateway().onCease(why, System.nanoTime());
            roundOpen();
        });
    }

    /// What comes after the loop has ended is for connections that are gone.
    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            if (!loop.isShuttingDown()) {
                throw e;
            }
        }
    }

    int inFlight() {
        return inFlight;
    }

    int watchCount() {
        return watchCount;
    }

    /// Lets the gateway answer a question on its own thread.
    <T> CompletableFuture<T> ask(Function<Gateway, T> question) {
        return CompletableFuture.supplyAsync(() -> question.apply(gateway()), loop);
    }

    private void tick() {
        gateway().tick(System.nanoTime());
        roundOpen();
    }

    private void endRound() {
        endScheduled = false;
        gateway().endRound();
        for (DoorRounds each : doors) {
            each.endRound(gateway().state());
        }
        inFlight = gateway().inFlight();
        watchCount = gateway().watchCount();
        if (!outbox.isEmpty()) {
            replica.accept(outbox);
            outbox.clear();
        }
    }
}
