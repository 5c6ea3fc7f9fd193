package io.banyan.client.secure;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/// What a server in this process says to its operator.
final class LoggedLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final int WAIT_SECONDS_MAX = 60;

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.banyan.server");
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private final Level before = logger.getEffectiveLevel();

    LoggedLines() {
        start();
        logger.setLevel(Level.INFO);
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getLevel() + " " + event.getFormattedMessage());
    }

    /// The next line that has these words; those before it are passed over.
    String awaitLine(String words) throws InterruptedException {
        long begin = System.nanoTime();
        for (String line = next(words, begin); ; line = next(words, begin)) {
            if (line.contains(words)) {
                return line;
            }
        }
    }

    private String next(String words, long begin) throws InterruptedException {
        long waited = System.nanoTime() - begin;
        String line =
                lines.poll(
                        TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX) - waited, TimeUnit.NANOSECONDS);
        if (line == null) {
            throw new AssertionError("no line with \"" + words + "\"");
        }
        return line;
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(before);
    }
}
