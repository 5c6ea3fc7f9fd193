package io.banyan.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ConsoleLogTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void isWhatTheServersOwnClassPathLogsWith() {
        var running = (LoggerContext) LoggerFactory.getILoggerFactory();

        assertThat(running.getLogger("ROOT").getAppender("CONSOLE")).isNotNull();
        assertThat(running.getLogger("io.netty").getLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void showsInfoOfTheServerAndOnlyWarningsOfLibraries() {
        assertThat(new ConsoleLog().configure(context))
                .isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);

        assertThat(context.getLogger("io.banyan.server.Any").isInfoEnabled()).isTrue();
        assertThat(context.getLogger("io.banyan.server.Any").isDebugEnabled()).isFalse();
        assertThat(context.getLogger("org.any").isInfoEnabled()).isTrue();
        assertThat(context.getLogger("io.netty.any").isInfoEnabled()).isFalse();
        assertThat(context.getLogger("io.netty.any").isWarnEnabled()).isTrue();
    }

    @Test
    void isWhatAServerOfItsOwnJvmLogsWith() {
        var provider = new ServerLog();

        provider.initialize();

        var log = (LoggerContext) provider.getLoggerFactory();
        assertThat(log.getLogger("ROOT").getAppender("CONSOLE").isStarted()).isTrue();
        assertThat(log.getLogger("io.netty").getLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void writesTimeLevelThreadClassMessageAndStack() {
        var event =
                new LoggingEvent(
                        "any",
                        context.getLogger("io.banyan.server.BanyanServer"),
                        Level.WARN,
                        "cannot {} it",
                        new IOException("disk"),
                        new Object[] {"write"});
        event.setThreadName("main");
        event.setInstant(Instant.parse("2026-01-02T03:04:05.006Z"));

        String line = new LogLine().doLayout(event);

        assertThat(line)
                .startsWith(
                        "2026-01-02T03:04:05.006Z WARN  [main] BanyanServer - cannot write it"
                                + System.lineSeparator()
                                + "java.io.IOException: disk")
                .contains("\tat " + ConsoleLogTest.class.getName());
    }
}
