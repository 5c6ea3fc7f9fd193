package io.banyan.e2e.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The zoo.cfg of a server under test and its JVM flags. Immutable; `with...` gives a changed copy.
/// Directory, address and port are filled in when a process is started.
///
/// @param keys the lines of zoo.cfg, in their order
/// @param jvmFlags flags for the server's JVM, for the properties that zoo.cfg cannot set
public record ServerConfig(Map<String, String> keys, List<String> jvmFlags) {

    public ServerConfig {
        keys = new LinkedHashMap<>(keys);
        jvmFlags = List.copyOf(jvmFlags);
    }

    /// Short ticks, all four-letter words, no admin port, no limit of connections from one address.
    public static ServerConfig standard() {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("tickTime", "500");
        keys.put("clientPortAddress", "127.0.0.1");
        keys.put("admin.enableServer", "false");
        keys.put("4lw.commands.whitelist", "*");
        keys.put("maxClientCnxns", "0");
        // 64 MiB of zeros for each log is what takes longest in a short test.
        keys.put("preAllocSize", "1024");
        return new ServerConfig(keys, List.of());
    }

    public ServerConfig with(String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(keys);
        changed.put(key, value);
        return new ServerConfig(changed, jvmFlags);
    }

    public ServerConfig withJvmFlag(String flag) {
        List<String> changed = new ArrayList<>(jvmFlags);
        changed.add(flag);
        return new ServerConfig(keys, changed);
    }
}
