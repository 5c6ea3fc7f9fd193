package io.banyan.client;

import io.banyan.wire.JuteReader;
import io.banyan.wire.OpCode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One request on its way: the bytes, who waits for the answer, and how far it is.
///
/// Made by the caller's thread; then confined to the network thread, but for {@link #stage} and for
/// being a future.
final class Request<T extends @Nullable Object> extends CompletableFuture<T> {
    /// Reads the body of an answer.
    interface Decoder<T extends @Nullable Object> {
        T decode(JuteReader in);
    }

    /// What a refusal is worth: a value (as for `exists` of what is not there), or null for the
    /// usual exception.
    interface Absent<T extends @Nullable Object> {
        @Nullable T valueFor(int code);
    }

    /// What becomes of the watch table when the answer comes.
    sealed interface Watching {
        /// A one-shot watch, to be noted by what the answer says.
        record OneShot(Watcher watcher) implements Watching {}

        /// An addWatch.
        record Lasting(WatchMode mode, Watcher watcher) implements Watching {}

        /// A removeWatches: those of this kind are forgotten.
        record Removal(WatchKind kind) implements Watching {}
    }

    private static final int QUEUED = 0;
    private static final int SENT = 1;
    private static final int WITHDRAWN = 2;
    private static final VarHandle STAGE;

    static {
        try {
            STAGE = MethodHandles.lookup().findVarHandle(Request.class, "stage", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int opcode;

    /// As the caller named it; empty where the request has none.
    final String path;

    /// With chroot, as the server and the watch table name it.
    final String serverPath;

    /// Length, xid (filled in when it is sent), opcode and body.
    final byte[] frame;

    final Decoder<T> decoder;
    final @Nullable Absent<T> absent;
    final @Nullable Watching watching;

    /// It is completed by the network thread and not by way of the event thread: its caller waits,
    /// or has asked for it.
    boolean direct;

    /// 0, or the only session in which this may be sent.
    long sessionWanted;

    /// Whether it counts among the outstanding ones; what the event thread makes beyond the bound
    /// does not.
    boolean holdsPermit;

    long madeNanos;
    long deadlineNanos;
    long sentNanos;
    int xid;

    /// Its caller was told already; only its answer is still to be taken off the stream.
    boolean abandoned;

    /// What the event thread is to complete it with; a failure, or else the value.
    @Nullable Throwable failure;

    @Nullable T value;

    @SuppressWarnings("UnusedVariable") // by STAGE
    private volatile int stage;

    /// Whether the caller is on the thread that will complete it.
    private @Nullable BooleanSupplier completing;

    Request(
            int opcode,
            String path,
            String serverPath,
            byte[] frame,
            Decoder<T> decoder,
            @Nullable Absent<T> absent,
            @Nullable Watching watching) {
        this.opcode = opcode;
        this.path = path;
        this.serverPath = serverPath;
        this.frame = frame;
        this.decoder = decoder;
        this.absent = absent;
        this.watching = watching;
    }

    void completesOn(BooleanSupplier thread) {
        completing = thread;
    }

    String what() {
        return path.isEmpty() ? OpCode.name(opcode) : OpCode.name(opcode) + " " + path;
    }

    /// Whether sending it twice could do harm.
    boolean isWrite() {
        return OpCode.isWrite(opcode);
    }

    /// @return false if the caller withdrew it: it must not be sent
    boolean markSent() {
        return STAGE.compareAndSet(this, QUEUED, SENT) || stage == SENT;
    }

    boolean wasSent() {
        return stage == SENT;
    }

    /// @return whether it was certainly not sent, and will not be
    boolean withdraw() {
        return STAGE.compareAndSet(this, QUEUED, WITHDRAWN);
    }

    /// Hands what was decided to the caller; on the event thread, or on the network thread if the
    /// caller waits directly.
    void deliver() {
        Throwable failed = failure;
        if (failed != null) {
            completeExceptionally(failed);
        } else {
            complete(valueOrNull());
        }
    }

    // A T that may be null is a T: NullAway cannot know that `value` was set by then.
    @SuppressWarnings("NullAway")
    private T valueOrNull() {
        return value;
    }

    /// Also keeps the request from being sent, if it was not yet.
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        withdraw();
        return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        requireAnotherThread();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        requireAnotherThread();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        requireAnotherThread();
        return super.join();
    }

    private void requireAnotherThread() {
        BooleanSupplier itsThread = completing;
        if (itsThread != null && itsThread.getAsBoolean() && !isDone()) {
            throw new IllegalStateException(
                    "waiting on the "
                            + (direct ? "network" : "event")
                            + " thread for "
                            + what()
                            + " would never end: use thenCompose"
                            + (direct ? "" : ", or the blocking calls"));
        }
    }
}
