package io.banyan.client.recipes;

import io.banyan.client.AsyncBanyan;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Paths;
import io.banyan.client.Registration;
import io.banyan.client.SessionEvent;
import io.banyan.client.SessionState;
import io.banyan.client.WatchEvent;
import io.banyan.wire.Acl;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An ephemeral that is made again whenever its session is gone, until it is closed.
///
/// What is to happen is decided in steps on the event thread, one at a time: an attempt that ends
/// looks at what is wanted by then.
final class Presence implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    private final Banyan banyan;
    private final String path;
    private final Registration session;
    private final CompletableFuture<@Nullable Void> present = new CompletableFuture<>();
    private final Object lock = new Object();
    private byte[] data;

    /// What is to be written is newer than what is being written.
    private boolean changed;

    private boolean working;
    private boolean closed;

    /// The session in which the znode was made last.
    private long madeIn;

    Presence(Banyan banyan, String path, byte[] data) {
        this.banyan = banyan;
        this.path = Paths.require(path);
        this.data = data.clone();
        this.session = banyan.addListener(this::onSession);
        work();
    }

    /// Completes when others can see it for the first time.
    CompletableFuture<@Nullable Void> present() {
        return present;
    }

    void update(byte[] newData) {
        synchronized (lock) {
            data = newData.clone();
            changed = true;
        }
        work();
    }

    private void onSession(SessionEvent event) {
        if (event.state() == SessionState.CONNECTED) {
            work();
        }
    }

    /// Brings the servers to what is wanted, if something is to be done and nothing is being done.
    private void work() {
        byte[] wanted;
        long id = banyan.session().map(each -> each.id()).orElse(0L);
        boolean isNew;
        synchronized (lock) {
            isNew = madeIn != id;
            if (closed || working || id == 0 || !(isNew || changed)) {
                return;
            }
            working = true;
            changed = false;
            wanted = data;
        }
        AsyncBanyan inSession = banyan.async().inSession(id);
        CompletableFuture<?> step =
                isNew
                        ? inSession.createOnce(path, wanted, CreateMode.EPHEMERAL, Acl.OPEN)
                        : inSession.set(path, wanted);
        step.whenComplete((done, failure) -> after(id, inSession, failure));
    }

    private void after(long id, AsyncBanyan inSession, @Nullable Throwable failure) {
        Throwable cause = Places.cause(failure);
        if (cause instanceof BanyanException.NodeExists) {
            takeOver(id, inSession);
            return;
        }
        if (cause instanceof BanyanException.NoNode) {
            ensureParent(id, inSession);
            return;
        }
        boolean isClosed;
        synchronized (lock) {
            working = false;
            isClosed = closed;
            if (failure == null) {
                madeIn = id;
            } else if (!isClosed) {
                changed |= madeIn == id;
            }
        }
        if (isClosed) {
            Places.discard(inSession, path);
        } else if (failure == null) {
            present.complete(null);
            work();
        } else if (Places.isTransient(failure) || cause instanceof BanyanException.SessionExpired) {
            work();
        } else {
            LOG.warn("presence path={} failed: {}", path, failure.toString());
            present.completeExceptionally(cause == null ? failure : cause);
        }
    }

    /// Of an earlier session, ours or another's: it goes with that session, or is deleted; unless
    /// it was made in this session, by whoever, and so is ours.
    private void takeOver(long id, AsyncBanyan inSession) {
        inSession
                .exists(path, event -> onOtherGone(id, event))
                .whenComplete((stat, failure) -> {
                    if (failure != null) {
                        after(id, inSession, failure);
                    } else if (stat.isEmpty()) {
                        retry();
                    } else if (stat.get().ephemeralOwner() == id) {
                        synchronized (lock) {
                            madeIn = id;
                            changed = true;
                        }
                        retry();
                    }
                });
    }

    private void onOtherGone(long id, WatchEvent event) {
        LOG.debug("presence path={} session=0x{} {}", path, Long.toHexString(id), event.type());
        retry();
    }

    private void ensureParent(long id, AsyncBanyan inSession) {
        synchronized (lock) {
            // Our own znode was deleted by somebody: it is to be made again.
            madeIn = 0;
        }
        Ancestors.container(inSession, Paths.parent(path))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        retry();
                    } else {
                        after(id, inSession, failure);
                    }
                });
    }

    private void retry() {
        boolean isClosed;
        synchronized (lock) {
            working = false;
            isClosed = closed;
        }
        if (!isClosed) {
            work();
        }
    }

    @Override
    public void close() {
        long id;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            id = madeIn;
        }
        session.close();
        present.cancel(false);
        if (id != 0) {
            Places.discard(banyan.async().inSession(id), path);
        }
    }
}
