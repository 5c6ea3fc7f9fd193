package io.banyan.e2e.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The JDK's own tool for keys and certificates, on one store.
public final class Keytool {
    private final List<String> command = new ArrayList<>();

    public Keytool(Path store, String password) {
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-keystore", store.toString(), "-storepass", password));
    }

    /// The first word is the tool's own command, which stands before all options.
    public Keytool addAll(String... words) {
        command.addAll(command.size() == 5 ? 1 : command.size(), List.of(words));
        return this;
    }

    public void run() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}
