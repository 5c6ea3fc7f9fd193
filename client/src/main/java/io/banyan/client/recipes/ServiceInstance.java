package io.banyan.client.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.TreeMap;

/// One instance of a service.
///
/// @param service the name it is looked for by, without slashes
/// @param id unlike that of every other instance of the service, without slashes
/// @param metadata what else there is to know, as zone or weight
public record ServiceInstance(
        String service, String id, String host, int port, Map<String, String> metadata) {
    private static final String HOST = "host";
    private static final String PORT = "port";
    private static final String META = "meta.";

    public ServiceInstance {
        metadata = Map.copyOf(metadata);
    }

    public ServiceInstance(String service, String id, String host, int port) {
        this(service, id, host, port, Map.of());
    }

    /// Lines of `key=value`, so that people and other languages can read it.
    byte[] encode() {
        var text = new StringBuilder();
        line(text, HOST, host);
        line(text, PORT, Integer.toString(port));
        new TreeMap<>(metadata).forEach((key, value) -> line(text, META + key, value));
        return text.toString().getBytes(UTF_8);
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(Escapes.escape(key)).append('=').append(Escapes.escape(value)).append('\n');
    }

    /// @throws IllegalArgumentException if it is none
    static ServiceInstance decode(String service, String id, byte[] data) {
        String host = "";
        int port = -1;
        var metadata = new TreeMap<String, String>();
        for (String line : new String(data, UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                continue;
            }
            String key = Escapes.unescape(line.substring(0, equals));
            String value = Escapes.unescape(line.substring(equals + 1));
            if (key.equals(HOST)) {
                host = value;
            } else if (key.equals(PORT)) {
                port = Integer.parseInt(value);
            } else if (key.startsWith(META)) {
                metadata.put(key.substring(META.length()), value);
            }
        }
        if (host.isEmpty() || port < 0) {
            throw new IllegalArgumentException("no host and port in the data of " + id);
        }
        return new ServiceInstance(service, id, host, port, metadata);
    }
}
