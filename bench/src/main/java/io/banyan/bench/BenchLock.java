package io.banyan.bench;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// One bench at a time on a machine: two would measure each other.
final class BenchLock implements AutoCloseable {
    private final FileChannel channel;

    private BenchLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Waits while another process has it. The lock goes with the process, however it ends.
    ///
    /// @param waiting called once if there is something to wait for
    static BenchLock take(Runnable waiting) throws IOException {
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "banyan-bench.lock");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                waiting.run();
                channel.lock();
            }
            return new BenchLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
