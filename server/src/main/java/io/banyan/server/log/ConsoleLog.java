package io.banyan.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// The server's log, on standard output, one {@link LogLine} per event.
///
/// Another one: `-Dlogback.configurationFile=FILE` in `SERVER_JVMFLAGS`, or a `logback.xml` on the
/// class path of the application that the server is embedded in. More of Banyan's own packages:
/// `-Dbanyan.log.level=DEBUG`.
///
/// Code and no XML, because reading that took two fifths of a server's start.
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class ConsoleLog extends ContextAwareBase implements Configurator {
    static final String FILE_PROPERTY = "logback.configurationFile";
    private static final String LEVEL_PROPERTY = "banyan.log.level";
    private static final List<String> FILES =
            List.of("logback-test.xml", "logback.xml", "logback-test.scmo", "logback.scmo");

    /// Libraries speak up only when something is wrong.
    private static final Map<String, Level> LIBRARIES =
            Map.of(
                    "io.netty",
                    Level.WARN,
                    "com.linecorp.armeria",
                    Level.WARN,
                    // Armeria meters its executors per JVM; of a second server there it only has
                    // this to say.
                    "io.micrometer",
                    Level.ERROR);

    /// For the logging library, which finds it by its name.
    public ConsoleLog() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (isConfigured()) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        attach(context);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// Sets it up, whatever else there may be.
    void attach(LoggerContext context) {
        context.getStatusManager().add(ConsoleLog::complain);
        var line = new LogLine();
        line.setContext(context);
        line.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(line);
        encoder.start();
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setName("CONSOLE");
        console.setEncoder(encoder);
        console.start();
        LIBRARIES.forEach((name, level) -> context.getLogger(name).setLevel(level));
        context.getLogger("io.banyan")
                .setLevel(Level.toLevel(System.getProperty(LEVEL_PROPERTY), Level.INFO));
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(console);
    }

    /// Hears of mishaps of the log itself, such as an appender that cannot write. Where nobody
    /// listens, the library makes a printer of its own at every start, with the local zone's rules.
    private static void complain(Status status) {
        if (status.getEffectiveLevel() >= Status.WARN) {
            System.err.println("log: " + status);
        }
    }

    private static boolean isConfigured() {
        ClassLoader loader = ConsoleLog.class.getClassLoader();
        return System.getProperty(FILE_PROPERTY) != null
                || FILES.stream().anyMatch(each -> loader.getResource(each) != null);
    }
}
