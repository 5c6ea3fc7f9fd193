package io.banyan.client.secure;

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

    LoggedLines() {
        start();
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getLevel() + " " + event.getFormattedMessage());
    }

    /// The next line that has these words; those before it are passed over.
    String awaitLine(String words) throws InterruptedException {
        for (String line = next(words); ; line = next(words)) {
            if (line.contains(words)) {
                return line;
            }
        }
    }

    private String next(String words) throws InterruptedException {
        String line = lines.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("no line with \"" + words + "\"");
        }
        return line;
    }

    @Override
    public void close() {
        logger.detachAppender(this);
    }
}
