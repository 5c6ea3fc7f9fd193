package io.banyan.e2e.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Sees to it that `bin/banyan` has nothing to build any more, so that a start takes what a start
/// takes.
final class BanyanBuild {

    private static final long LIMIT_MINUTES = 15;

    private static boolean done;

    private BanyanBuild() {}

    /// Builds at most once in the life of this JVM.
    static synchronized void ensure(Path script) {
        if (done) {
            return;
        }
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(script.toString(), "version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                            .redirectInput(new File("/dev/null"));
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = builder.start();
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException(script + " version did not end");
            }
            done = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
