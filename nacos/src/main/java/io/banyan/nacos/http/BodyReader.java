package io.banyan.nacos.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import io.banyan.nacos.held.Budget;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// Reads a body up to a limit; what is longer is read to its end and forgotten, so that the client
/// gets its refusal instead of a broken connection.
///
/// All bodies share one budget, each until its request has its answer.
final class BodyReader implements Subscriber<HttpObject> {
    /// Of one body. Percent-encoding makes three bytes of one.
    static final int BYTES_MAX = 8 << 20;

    /// How a body ended.
    enum Verdict {
        WHOLE,
        TOO_LONG,
        TOO_BUSY
    }

    /// @param bytes empty unless whole
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Body(Verdict verdict, byte[] bytes) {}

    private final Budget.Holding holding;
    private final CompletableFuture<Body> done = new CompletableFuture<>();
    private @Nullable ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private Verdict verdict = Verdict.WHOLE;

    /// @param holding of the request, closed when that has its answer
    BodyReader(Budget.Holding holding) {
        this.holding = holding;
    }

    CompletableFuture<Body> done() {
        return done;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(HttpObject object) {
        if (!(object instanceof HttpData data) || bytes == null) {
            return;
        }
        int length = data.length();
        if (bytes.size() + length > BYTES_MAX) {
            forget(Verdict.TOO_LONG);
        } else if (!holding.take(length)) {
            forget(Verdict.TOO_BUSY);
        } else {
            bytes.writeBytes(data.array());
        }
    }

    private void forget(Verdict why) {
        verdict = why;
        bytes = null;
        holding.giveBack();
    }

    @Override
    public void onError(Throwable failure) {
        done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        // A listener's request stays with it for as long as it hangs, and this reader with that.
        ByteArrayOutputStream read = bytes;
        bytes = null;
        done.complete(new Body(verdict, read == null ? new byte[0] : read.toByteArray()));
    }
}
