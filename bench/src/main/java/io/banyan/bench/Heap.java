package io.banyan.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What lives on another JVM's heap.
final class Heap {
    private static final Pattern TOTAL =
            Pattern.compile("^Total\\s+\\d+\\s+(\\d+)\\s*$", Pattern.MULTILINE);

    private Heap() {}

    /// Bytes of all reachable objects, found by `jcmd PID GC.class_histogram`, which collects the
    /// garbage first: the same for every collector.
    static long liveBytes(Path javaHome, long pid) throws IOException {
        var builder =
                new ProcessBuilder(
                        List.of(
                                javaHome.resolve("bin/jcmd").toString(),
                                Long.toString(pid),
                                "GC.class_histogram"));
        builder.redirectErrorStream(true);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return liveBytesOf(text);
    }

    /// @param histogram the whole output of `GC.class_histogram`
    static long liveBytesOf(String histogram) throws IOException {
        Matcher total = TOTAL.matcher(histogram);
        if (!total.find()) {
            throw new IOException("no class histogram: " + histogram.lines().findFirst());
        }
        return Long.parseLong(total.group(1));
    }
}
