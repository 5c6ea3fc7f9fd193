package io.banyan.cli.command;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.SessionEvent;
import io.banyan.client.SessionState;
import io.banyan.client.WatchEvent;
import io.banyan.client.Watcher;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A client that is made when it is first needed; what the commands of one process, or of one
/// shell, share. Confined to one thread; events are told on the client's.
public final class Connection implements AutoCloseable {
    static final String NOT_CONNECTED = "Not connected";

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Consumer<SessionEvent> onSession;
    private final Watcher watcher;
    private Target target;
    private @Nullable Banyan client;
    private CountDownLatch greeted = new CountDownLatch(1);
    private boolean isClosed;

    /// @param onSession hears of every change of a session
    /// @param onWatch hears of every watch that commands set
    public Connection(
            Target target, Consumer<SessionEvent> onSession, Consumer<WatchEvent> onWatch) {
        this.target = target;
        this.onSession = onSession;
        this.watcher = onWatch::accept;
    }

    public Target target() {
        return target;
    }

    /// The client, connected.
    ///
    /// @throws Trouble if nobody answers within the connect timeout, or it was closed
    public Banyan client() {
        Banyan opened = opened();
        awaitConnected(opened);
        return opened;
    }

    /// Begins to connect, and does not wait.
    public void open() {
        opened();
    }

    /// Begins to connect, and waits a little, whatever comes of it.
    public void open(Duration patience) {
        Banyan opened = opened();
        try {
            opened.awaitConnected(patience);
        } catch (BanyanException.Timeout e) {
            // The first command waits on, or says what is wrong.
        }
    }

    private Banyan opened() {
        if (isClosed) {
            throw Trouble.unreachable(NOT_CONNECTED);
        }
        Banyan opened = client;
        if (opened == null) {
            opened = build(greeted);
            client = opened;
            for (String auth : target.auths()) {
                int colon = auth.indexOf(':');
                opened.addAuth(
                        colon < 0 ? auth : auth.substring(0, colon),
                        auth.substring(colon + 1).getBytes(StandardCharsets.UTF_8));
            }
        }
        return opened;
    }

    /// @param first is counted down by the first event, after it was told
    private Banyan build(CountDownLatch first) {
        try {
            Banyan.Builder builder =
                    Banyan.builder(target.servers())
                            .name("banyan-cli")
                            .sessionTimeout(target.sessionTimeout())
                            .closeTimeout(CLOSE_TIMEOUT)
                            .acceptReadOnly(target.acceptReadOnly())
                            .replyBytesMax(Integer.MAX_VALUE)
                            .properties(target.properties())
                            .listener(event -> {
                                onSession.accept(event);
                                first.countDown();
                            });
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw Trouble.usage(String.valueOf(e.getMessage()));
        }
    }

    private void awaitConnected(Banyan opened) {
        if (opened.state().isConnected() && greeted.getCount() == 0) {
            return;
        }
        try {
            opened.awaitConnected(target.connectTimeout());
            // The greeting is to stand before the answer: it is told on another thread.
            if (!greeted.await(target.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw Trouble.unreachable("the client does not tell of its session");
            }
        } catch (BanyanException.Timeout e) {
            throw Trouble.unreachable(
                    "no server of " + target.servers() + " answers: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Trouble.of(ExitCode.INTERRUPTED, "interrupted");
        }
    }

    /// Of all commands of a shell: being one, it is told once of what it watches twice.
    Watcher watcher() {
        return watcher;
    }

    /// What became of it, for the prompt.
    public SessionState state() {
        if (isClosed) {
            return SessionState.CLOSED;
        }
        return client == null ? SessionState.CONNECTING : client.state();
    }

    /// The client if there is one and a server serves it, null otherwise; waits for nothing.
    public @Nullable Banyan ifConnected() {
        Banyan current = client;
        return current != null && current.state().isConnected() ? current : null;
    }

    /// Ends the session; the next {@link #reconnect} begins another one.
    public void disconnect() {
        isClosed = true;
        closeClient();
    }

    /// Leaves the session there is and begins one at other servers.
    public void reconnect(String servers) {
        closeClient();
        isClosed = false;
        greeted = new CountDownLatch(1);
        target = target.withServers(servers);
        open();
    }

    private void closeClient() {
        Banyan current = client;
        client = null;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public void close() {
        disconnect();
    }
}
