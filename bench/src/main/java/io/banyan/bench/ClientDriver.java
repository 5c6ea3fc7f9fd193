package io.banyan.bench;

import io.banyan.client.Banyan;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/// One client library, as an application uses it. Thread-safe.
interface ClientDriver extends AutoCloseable {
    /// Is told how a request ended, on the library's callback thread.
    interface Done {
        void done(boolean succeeded);
    }

    void get(String path, Done done);

    void set(String path, byte[] data, Done done);

    byte[] getBlocking(String path) throws Exception;

    @Override
    void close() throws IOException;

    /// This project's.
    final class Ours implements ClientDriver {
        private final Banyan banyan;

        Ours(String hosts) {
            banyan = Banyan.builder(hosts).outstandingMax(10_000).build();
            banyan.awaitConnected(Duration.ofSeconds(30));
        }

        @Override
        public void get(String path, Done done) {
            banyan.async().get(path).whenComplete((node, failure) -> done.done(failure == null));
        }

        @Override
        public void set(String path, byte[] data, Done done) {
            banyan.async()
                    .set(path, data)
                    .whenComplete((stat, failure) -> done.done(failure == null));
        }

        @Override
        public byte[] getBlocking(String path) {
            return banyan.get(path).bytes();
        }

        @Override
        public void close() {
            banyan.close();
        }
    }

    /// Apache's.
    final class Apaches implements ClientDriver {
        private static final int SESSION_MILLIS = 30_000;

        private final String hosts;
        private final ZooKeeper zookeeper;

        Apaches(String hosts) throws IOException, InterruptedException {
            this.hosts = hosts;
            var connected = new CountDownLatch(1);
            zookeeper =
                    new ZooKeeper(
                            hosts,
                            SESSION_MILLIS,
                            event -> {
                                if (event.getState() == KeeperState.SyncConnected) {
                                    connected.countDown();
                                }
                            });
            connected.await();
        }

        @Override
        public void get(String path, Done done) {
            zookeeper.getData(
                    path, false, (code, p, context, data, stat) -> done.done(code == 0), null);
        }

        @Override
        public void set(String path, byte[] data, Done done) {
            zookeeper.setData(
                    path, data, -1, (code, p, context, stat) -> done.done(code == 0), null);
        }

        @Override
        public byte[] getBlocking(String path) throws KeeperException, InterruptedException {
            return zookeeper.getData(path, false, null);
        }

        @Override
        public void close() throws IOException {
            try {
                zookeeper.close();
            } catch (InterruptedException e) {
                throw Pause.interrupted(e);
            }
        }

        @Override
        public String toString() {
            return "Apache's client of " + hosts;
        }
    }
}
