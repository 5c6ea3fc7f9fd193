package io.banyan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The machine on which a run's figures hold.
final class Environment {
    private Environment() {}

    static String describe(Settings settings) throws IOException {
        return String.format(
                Locale.ROOT,
                "%d cores (%s), %.0f GB of memory, %s %s, JDK %s, -Xmx%s, %d rounds of %.1f s after"
                        + " %.1f s of warm-up, generator on the same machine",
                Runtime.getRuntime().availableProcessors(),
                field("/proc/cpuinfo", "model name"),
                memoryBytes() / 1e9,
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version(),
                settings.heap(),
                settings.rounds(),
                settings.measureMillis() / 1e3,
                settings.warmMillis() / 1e3);
    }

    private static double memoryBytes() throws IOException {
        String text = field("/proc/meminfo", "MemTotal").replace(" kB", "");
        return text.equals("?") ? Double.NaN : 1024.0 * Long.parseLong(text);
    }

    /// "?" where there is no such file or line: not every system has /proc.
    private static String field(String file, String name) throws IOException {
        Path path = Path.of(file);
        List<String> lines = Files.exists(path) ? Files.readAllLines(path) : List.of();
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse("?");
    }
}
