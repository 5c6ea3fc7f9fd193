package io.banyan.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/// What a load is put on: one server, or an ensemble of them.
interface Service extends AutoCloseable {
    Candidate candidate();

    /// Where clients connect, one address a server.
    List<InetSocketAddress> addresses();

    /// The processes that it consists of.
    List<Long> pids();

    @Override
    void close() throws IOException;
}
