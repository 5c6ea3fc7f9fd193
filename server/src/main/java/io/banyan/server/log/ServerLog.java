package io.banyan.server.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.util.StatusPrinter2;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/// Logback, for a server in a JVM of its own: named by `slf4j.provider` in how `bin/banyan` starts
/// it, and by nobody else.
///
/// What finds a provider and its configuration by itself looks into every jar of the class path,
/// and to open those takes a start a third of its processor time. On a class path that is all ours
/// there is nothing to find.
public final class ServerLog implements SLF4JServiceProvider {
    private final LoggerContext context = new LoggerContext();
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();

    /// For the logging library, which finds it by its name.
    public ServerLog() {}

    @Override
    public void initialize() {
        context.setName("default");
        context.setMDCAdapter(mdc);
        String file = System.getProperty(ConsoleLog.FILE_PROPERTY);
        if (file == null) {
            var console = new ConsoleLog();
            console.attach(context);
            return;
        }
        if (!isThere(file)) {
            // The library says nothing and shows everything, down to DEBUG.
            System.err.println("log: " + ConsoleLog.FILE_PROPERTY + "=" + file + " is not there");
        }
        try {
            new ContextInitializer(context).autoConfig();
            new StatusPrinter2().printInCaseOfErrorsOrWarnings(context);
        } catch (JoranException e) {
            throw new IllegalArgumentException(
                    ConsoleLog.FILE_PROPERTY + "=" + file + " cannot be used", e);
        }
    }

    /// A file, a resource, or a URL that only the library can tell.
    private static boolean isThere(String file) {
        return file.contains(":/")
                || Files.exists(Path.of(file))
                || ServerLog.class.getClassLoader().getResource(file) != null;
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return context;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return mdc;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99"; // Any 2.0: the library warns of others.
    }
}
