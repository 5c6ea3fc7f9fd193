package io.banyan.e2e.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// Short commands of the system.
final class Commands {
    private Commands() {}

    /// @throws IllegalStateException with what it said, if it fails
    static void run(List<String> command) {
        String failure = attempt(command);
        if (!failure.isEmpty()) {
            throw new IllegalStateException(String.join(" ", command) + ": " + failure);
        }
    }

    /// @return empty if it succeeds, else why not
    static String attempt(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            int code = process.waitFor();
            return code == 0 ? "" : said + " (exit code " + code + ")";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
