package io.banyan.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A TCP proxy that breaks what it carries: cuts, stalls, swallows answers, refuses.
public final class FaultyProxy implements Closeable {
    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final List<Link> links = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean requestsStalled;
    private boolean answersStalled;
    private boolean refusing;
    private boolean closed;
    private int accepted;

    private record Link(Socket client, Socket server) {
        void close() {
            for (Socket each : List.of(client, server)) {
                try {
                    each.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    public FaultyProxy(InetSocketAddress target) throws IOException {
        this.target = target;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public String connectString() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                lock.lock();
                try {
                    accepted++;
                    changed.signalAll();
                    if (refusing || closed) {
                        client.close();
                        continue;
                    }
                    var server = new Socket(target.getAddress(), target.getPort());
                    server.setTcpNoDelay(true);
                    client.setTcpNoDelay(true);
                    var link = new Link(client, server);
                    links.add(link);
                    Thread.ofVirtual().start(() -> pump(link, client, server, true));
                    Thread.ofVirtual().start(() -> pump(link, server, client, false));
                } finally {
                    lock.unlock();
                }
            } catch (IOException e) {
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    private void pump(Link link, Socket from, Socket to, boolean requests) {
        byte[] bytes = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                lock.lock();
                try {
                    while (requests ? requestsStalled : answersStalled) {
                        changed.awaitUninterruptibly();
                    }
                    if (!links.contains(link)) {
                        return;
                    }
                } finally {
                    lock.unlock();
                }
                out.write(bytes, 0, n);
            }
        } catch (IOException e) {
            // One side is gone: so is the link.
        } finally {
            forget(link);
        }
    }

    private void forget(Link link) {
        lock.lock();
        try {
            links.remove(link);
            link.close();
        } finally {
            lock.unlock();
        }
    }

    /// Closes all connections; new ones are fine.
    public void cut() {
        lock.lock();
        try {
            for (Link each : List.copyOf(links)) {
                forget(each);
            }
        } finally {
            lock.unlock();
        }
    }

    /// From now on requests arrive nowhere, and wait.
    public void stallRequests(boolean stalled) {
        set(() -> requestsStalled = stalled);
    }

    /// From now on answers arrive nowhere, and wait: the server works, and nobody hears.
    public void stallAnswers(boolean stalled) {
        set(() -> answersStalled = stalled);
    }

    /// From now on connections are closed as soon as they are made.
    public void refuse(boolean refuses) {
        set(() -> refusing = refuses);
    }

    private void set(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public int accepted() {
        lock.lock();
        try {
            return accepted;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for that many connections altogether.
    public void awaitAccepted(int count) {
        lock.lock();
        try {
            while (accepted < count) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        set(() -> {
            closed = true;
            requestsStalled = false;
            answersStalled = false;
        });
        listener.close();
        cut();
    }
}
