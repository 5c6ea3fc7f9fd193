package io.banyan.server;

import io.banyan.server.metrics.Counter;
import io.banyan.server.metrics.CounterCell;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.Summary;
import io.banyan.server.metrics.SummaryCell;
import io.banyan.server.net.NetEvents;

/// Counts what one event loop moves. Confined to the loop.
final class NetMeter implements NetEvents {
    private final CounterCell received;
    private final CounterCell sent;
    private final CounterCell connections;
    private final CounterCell rejected;
    private final CounterCell largeRejected;
    private final CounterCell throttled;
    private final CounterCell stale;
    private final CounterCell staleDropped;
    private final CounterCell tlsFailed;
    private final CounterCell tlsRefused;
    private final SummaryCell tokenDeficit;

    NetMeter(Metrics metrics) {
        received = metrics.counter(Counter.BYTES_RECEIVED_COUNT);
        sent = metrics.counter(Counter.RESPONSE_BYTES);
        connections = metrics.counter(Counter.CONNECTION_REQUEST_COUNT);
        rejected = metrics.counter(Counter.CONNECTION_REJECTED);
        largeRejected = metrics.counter(Counter.LARGE_REQUESTS_REJECTED);
        throttled = metrics.counter(Counter.THROTTLED_OPS);
        stale = metrics.counter(Counter.STALE_REQUESTS);
        staleDropped = metrics.counter(Counter.STALE_REQUESTS_DROPPED);
        tlsFailed = metrics.counter(Counter.UNSUCCESSFUL_HANDSHAKE);
        tlsRefused = metrics.counter(Counter.TLS_HANDSHAKE_EXCEEDED);
        tokenDeficit = metrics.summary(Summary.CONNECTION_TOKEN_DEFICIT);
    }

    @Override
    public void connected() {
        connections.increment();
    }

    @Override
    public void bytesReceived(int count) {
        received.add(count);
    }

    @Override
    public void bytesSent(int count) {
        sent.add(count);
    }

    @Override
    public void refused() {
        rejected.increment();
    }

    @Override
    public void shookHands(int deficit) {
        tokenDeficit.add(deficit);
    }

    @Override
    public void largeRefused() {
        largeRejected.increment();
    }

    @Override
    public void throttled() {
        throttled.increment();
    }

    @Override
    public void stale() {
        stale.increment();
        staleDropped.increment();
    }

    @Override
    public void tlsFailed() {
        tlsFailed.increment();
    }

    @Override
    public void tlsRefused() {
        tlsRefused.increment();
    }
}
