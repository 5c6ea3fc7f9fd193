package io.banyan.nacos.grpc;

import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import io.banyan.nacos.held.Budget;
import io.grpc.Status;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// Counts what unary calls hold: the request from its first byte, and the answer until it was
/// taken.
final class CountedCalls extends SimpleDecoratingHttpService {
    /// In front of a message: whether it is compressed, and its length.
    private static final int HEAD_BYTES = 5;

    private static final AttributeKey<Budget.Holding> HOLDING =
            AttributeKey.valueOf("nacos-holding");

    private final Budget budget;

    CountedCalls(HttpService calls, Budget budget) {
        super(calls);
        this.budget = budget;
    }

    /// Of the call that is being served; null if nobody counts it.
    static Budget.@Nullable Holding holding(ServiceRequestContext context) {
        return context.attr(HOLDING);
    }

    /// Of a unary call Armeria would read the whole body, whatever its length, before anybody here
    /// hears of it.
    @Override
    public ExchangeType exchangeType(RoutingContext routing) {
        return ExchangeType.REQUEST_STREAMING;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
        Budget.Holding holding = budget.open();
        context.setAttr(HOLDING, holding);
        context.log().whenComplete().thenRun(holding::close);
        // Not mapData: whoever collects a mapped request gets all of it before anything is mapped.
        Publisher<HttpObject> counted =
                reader -> request.subscribe(new Counting(holding, reader), context.eventLoop());
        return unwrap().serve(context, HttpRequest.of(request.headers(), counted));
    }

    /// Between a connection and who reads a request of it; on the connection's thread.
    private static final class Counting implements Subscriber<HttpObject> {
        private final Budget.Holding holding;
        private final Subscriber<? super HttpObject> reader;
        private @Nullable Subscription subscription;
        private long bytes;
        private boolean refused;

        Counting(Budget.Holding holding, Subscriber<? super HttpObject> reader) {
            this.holding = holding;
            this.reader = reader;
        }

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
            reader.onSubscribe(given);
        }

        @Override
        public void onNext(HttpObject object) {
            if (refused) {
                return;
            }
            if (object instanceof HttpData data) {
                bytes += data.length();
                if (bytes > NacosGrpc.CALL_BYTES_MAX + HEAD_BYTES) {
                    refuse("over " + NacosGrpc.CALL_BYTES_MAX + " bytes");
                    return;
                }
                if (!holding.take(data.length())) {
                    refuse(Budget.REFUSAL);
                    return;
                }
            }
            reader.onNext(object);
        }

        private void refuse(String why) {
            refused = true;
            if (subscription != null) {
                subscription.cancel();
            }
            reader.onError(Status.RESOURCE_EXHAUSTED.withDescription(why).asRuntimeException());
        }

        @Override
        public void onError(Throwable failure) {
            if (!refused) {
                reader.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            if (!refused) {
                reader.onComplete();
            }
        }
    }
}
