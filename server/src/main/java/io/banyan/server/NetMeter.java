package io.banyan.server;

import io.banyan.server.metrics.Counter;
import io.banyan.server.metrics.CounterCell;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.net.NetEvents;

/// Counts what one event loop moves. Confined to the loop.
final class NetMeter implements NetEvents {
    private final CounterCell received;
    private final CounterCell sent;
    private final CounterCell connections;
    private final CounterCell rejected;

    NetMeter(Metrics metrics) {
        received = metrics.counter(Counter.BYTES_RECEIVED_COUNT);
        sent = metrics.counter(Counter.RESPONSE_BYTES);
        connections = metrics.counter(Counter.CONNECTION_REQUEST_COUNT);
        rejected = metrics.counter(Counter.CONNECTION_REJECTED);
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
}
