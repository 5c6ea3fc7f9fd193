package io.banyan.tree;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The text in the znodes `zookeeper_limits` and `zookeeper_stats`: `count=N,bytes=M`, then maybe
/// other keys.
///
/// @param extras keys other than `count` and `bytes`, sorted
record QuotaText(long count, long bytes, Map<String, Long> extras) {
    private static final long UNLIMITED = -1;

    /// @return null if it is no such text
    static @Nullable QuotaText parse(byte[] data, int from, int end) {
        long count = UNLIMITED;
        long bytes = UNLIMITED;
        var extras = new TreeMap<String, Long>();
        String text = end <= from ? "" : new String(data, from, end - from, UTF_8);
        for (String pair : text.split("[,;]+", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            // What follows a second '=' means nothing: ZooKeeper writes "bytes=5=;..." itself.
            String[] parts = pair.split("=", -1);
            if (parts.length < 2) {
                return null;
            }
            long value;
            try {
                value = parts[1].isEmpty() ? UNLIMITED : Long.parseLong(parts[1]);
            } catch (NumberFormatException e) {
                return null; // Clients write these nodes: nonsense is to be expected.
            }
            switch (parts[0]) {
                case "count" -> count = value;
                case "bytes" -> bytes = value;
                default -> extras.put(parts[0], value);
            }
        }
        return new QuotaText(count, bytes, extras);
    }

    private long extra(String key) {
        return extras.getOrDefault(key, UNLIMITED);
    }

    long countHardLimit() {
        return extra("countHardLimit");
    }

    long bytesHardLimit() {
        return extra("byteHardLimit");
    }

    QuotaText plus(long countMore, long bytesMore) {
        return new QuotaText(count + countMore, bytes + bytesMore, extras);
    }

    byte[] toBytes() {
        var text = new StringBuilder("count=").append(count).append(",bytes=").append(bytes);
        String separator = "=;";
        for (var extra : extras.entrySet()) {
            text.append(separator).append(extra.getKey()).append('=').append(extra.getValue());
            separator = ";";
        }
        return text.toString().getBytes(UTF_8);
    }
}
