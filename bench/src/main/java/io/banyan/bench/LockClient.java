package io.banyan.bench;

import io.banyan.client.Banyan;
import io.banyan.client.recipes.FairLock;
import io.banyan.client.recipes.Lease;
import java.io.IOException;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/// One process that contends for a lock: a session or connection of its own, and one turn after
/// another. For one thread.
interface LockClient extends AutoCloseable {
    void acquireAndRelease() throws Exception;

    @Override
    void close() throws IOException;

    /// This project's lock.
    final class Fair implements LockClient {
        private final Banyan banyan;
        private final FairLock lock;

        Fair(String hosts, String path) {
            banyan = Banyan.connect(hosts);
            banyan.awaitConnected(Duration.ofSeconds(30));
            lock = new FairLock(banyan, path);
        }

        @Override
        public void acquireAndRelease() throws InterruptedException {
            try (Lease lease = lock.acquire()) {
                if (!lease.isHeld()) {
                    throw new IllegalStateException("lost: " + lease);
                }
            }
        }

        @Override
        public void close() {
            banyan.close();
        }
    }

    /// Curator's.
    final class Curators implements LockClient {
        private final CuratorFramework curator;
        private final InterProcessMutex mutex;

        Curators(String hosts, String path) throws InterruptedException {
            curator = CuratorFrameworkFactory.newClient(hosts, new RetryOneTime(100));
            curator.start();
            curator.blockUntilConnected();
            mutex = new InterProcessMutex(curator, path);
        }

        @Override
        public void acquireAndRelease() throws Exception {
            mutex.acquire();
            mutex.release();
        }

        @Override
        public void close() {
            curator.close();
        }
    }

    /// Redisson's, with no more threads and connections than one lock needs.
    final class Redissons implements LockClient {
        private final RedissonClient redisson;
        private final RLock lock;

        Redissons(int port, String name) {
            var config = new Config();
            config.setThreads(1);
            config.setNettyThreads(1);
            config.useSingleServer()
                    .setAddress("redis://127.0.0.1:" + port)
                    .setConnectionMinimumIdleSize(1)
                    .setConnectionPoolSize(2)
                    .setSubscriptionConnectionMinimumIdleSize(1)
                    .setSubscriptionConnectionPoolSize(1);
            redisson = Redisson.create(config);
            lock = redisson.getLock(name);
        }

        @Override
        public void acquireAndRelease() throws InterruptedException {
            lock.lockInterruptibly();
            lock.unlock();
        }

        @Override
        public void close() {
            redisson.shutdown();
        }
    }
}
