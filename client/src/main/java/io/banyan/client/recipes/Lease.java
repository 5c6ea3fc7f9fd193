package io.banyan.client.recipes;

import io.banyan.client.AsyncBanyan;
import io.banyan.client.Banyan;
import io.banyan.client.Created;
import io.banyan.client.Multi;
import io.banyan.client.Registration;
import io.banyan.client.SessionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Something held while a session lives: a lock, a permit, the leadership.
///
/// It stands for an ephemeral znode. It is held until it is closed or lost, and never again after
/// that. It is lost when the session expires, when the client ends, when somebody deletes the
/// znode, and, without waiting for any server's word, when the session may have expired by our own
/// clock.
///
/// `isHeld` can be true at the moment it is asked and false a moment later, as after a long pause
/// of the JVM. So what must never be done by two at once has to be bound to the lease: writes to
/// the same tree by {@link #guard}, anything else by giving {@link #token} to a resource that
/// refuses smaller tokens than it has seen.
///
/// Thread-safe.
public final class Lease implements AutoCloseable {
    private enum State {
        HELD,
        LOST,
        CLOSED
    }

    private final Banyan banyan;
    private final AsyncBanyan inSession;
    private final long sessionId;
    private final String path;
    private final long token;
    private final List<String> beside;
    private final Object lock = new Object();
    private final List<Runnable> listeners = new ArrayList<>();
    private State state = State.HELD;
    private final Registration session;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Lease(Banyan banyan, long sessionId, Created created) {
        this(banyan, sessionId, created, List.of());
    }

    /// @param beside ephemerals of this session that go with it
    Lease(Banyan banyan, long sessionId, Created created, List<String> beside) {
        this(
                banyan,
                sessionId,
                created,
                beside,
                new Footing(banyan.async().inSession(sessionId), created.path()));
    }

    /// @param footing on the znode that was created
    Lease(Banyan banyan, long sessionId, Created created, List<String> beside, Footing footing) {
        this.beside = List.copyOf(beside);
        this.banyan = banyan;
        this.inSession = banyan.async().inSession(sessionId);
        this.sessionId = sessionId;
        this.path = created.path();
        this.token = created.stat().czxid();
        this.session = banyan.addListener(this::onSession);
        footing.gone().thenRun(this::onGone);
        if (!isHeld()) {
            // It ended before we listened.
            lose();
        }
    }

    private void onSession(SessionEvent event) {
        switch (event.state()) {
            case LAPSED, EXPIRED, AUTH_FAILED, CLOSED -> lose();
            case CONNECTING, CONNECTED, READ_ONLY, DISCONNECTED -> {}
        }
    }

    /// On the network thread, and each time that a lease was closed: most have nobody to tell.
    private void onGone() {
        boolean isLost;
        synchronized (lock) {
            isLost = state == State.HELD;
        }
        if (isLost) {
            banyan.eventExecutor().execute(this::lose);
        }
    }

    private void lose() {
        List<Runnable> told;
        synchronized (lock) {
            if (state != State.HELD) {
                return;
            }
            state = State.LOST;
            told = List.copyOf(listeners);
            listeners.clear();
        }
        session.close();
        // If only our clock said so, the znode is still there, and in the way of others.
        discard();
        ended.complete(null);
        told.forEach(Runnable::run);
    }

    private void discard() {
        Places.discard(inSession, path);
        beside.forEach(each -> Places.discard(inSession, each));
    }

    /// Whether it is held at this moment, by everything that is known here; never by mistake about
    /// the past: what this says is lost stays lost.
    public boolean isHeld() {
        synchronized (lock) {
            return state == State.HELD
                    && System.nanoTime() - banyan.sessionSafeUntilNanos() < 0
                    && banyan.session().map(each -> each.id() == sessionId).orElse(false);
        }
    }

    /// The fencing token: zxid of the znode's making. Of two leases of the same thing the later one
    /// has the greater token.
    public long token() {
        return token;
    }

    /// The znode that it stands for.
    public String path() {
        return path;
    }

    /// Makes a multi do nothing unless this is held when a server carries it out: the multi fails
    /// with `NoNode` of {@link #path} then.
    public void guard(Multi multi) {
        multi.checkExists(path);
    }

    /// Called once when it is lost; at once if it was; never if it is closed before. On the event
    /// thread, so it comes late if callbacks are slow, while `isHeld` never does.
    public void onLost(Runnable listener) {
        synchronized (lock) {
            if (state == State.HELD) {
                listeners.add(listener);
                return;
            }
            if (state == State.CLOSED) {
                return;
            }
        }
        listener.run();
    }

    long sessionId() {
        return sessionId;
    }

    /// Completes when it was closed or lost.
    CompletableFuture<Void> ended() {
        return ended;
    }

    /// Gives it back; does not wait for a server. Safe to call twice, and when it was lost. If the
    /// connection breaks meanwhile it is tried again, until the session ends.
    @Override
    public void close() {
        synchronized (lock) {
            if (state != State.HELD) {
                return;
            }
            state = State.CLOSED;
            listeners.clear();
        }
        session.close();
        discard();
        ended.complete(null);
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "Lease[" + state + " " + path + " token=0x" + Long.toHexString(token) + "]";
        }
    }
}
