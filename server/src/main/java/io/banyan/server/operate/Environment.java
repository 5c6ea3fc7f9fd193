package io.banyan.server.operate;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The lines of `envi`: where the server runs.
public final class Environment {
    private static final List<String> PROPERTIES =
            List.of(
                    "java.version",
                    "java.vendor",
                    "java.home",
                    "java.class.path",
                    "java.library.path",
                    "java.io.tmpdir",
                    "java.compiler",
                    "os.name",
                    "os.arch",
                    "os.version",
                    "user.name",
                    "user.home",
                    "user.dir");

    private Environment() {}

    /// In ZooKeeper's order. Asks DNS for the host's name, so it may take long.
    ///
    /// @param systemProperties those of the JVM
    public static Map<String, String> of(Map<String, String> systemProperties) {
        var lines = new LinkedHashMap<String, String>();
        lines.put("zookeeper.version", Version.text());
        lines.put("host.name", hostName());
        for (String name : PROPERTIES) {
            lines.put(name, systemProperties.getOrDefault(name, "<NA>"));
        }
        Runtime runtime = Runtime.getRuntime();
        lines.put("os.memory.free", megabytes(runtime.freeMemory()));
        lines.put("os.memory.max", megabytes(runtime.maxMemory()));
        lines.put("os.memory.total", megabytes(runtime.totalMemory()));
        return lines;
    }

    private static String megabytes(long bytes) {
        return bytes / (1024 * 1024) + "MB";
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException noName) {
            return "<NA>";
        }
    }
}
