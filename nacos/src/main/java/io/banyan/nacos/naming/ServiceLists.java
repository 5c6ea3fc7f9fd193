package io.banyan.nacos.naming;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.Supplier;

/// Lists of instances as they are sent, each written once for all who ask for it before the service
/// changes again. Thread-safe.
///
/// It decides nothing about freshness: who asks brings the service as it is now, and what was
/// written of another view of it is written anew.
final class ServiceLists {
    /// Form of a list, and what of the service is in it.
    ///
    /// @param grouped whether the name is, as over HTTP
    record Key(ServiceKey service, boolean grouped, String clusters, boolean healthyOnly) {}

    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record Written(long viewZxid, byte[] json) {}

    private final long bytesMax;
    private final LinkedHashMap<Key, Written> lists = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /// @param bytesMax of all lists that are kept; those that were not asked for the longest go
    ServiceLists(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// @param service which the key names, as it is now
    /// @param write makes it
    /// @return JSON in UTF-8, not to be modified
    byte[] get(Key key, Service service, Supplier<byte[]> write) {
        synchronized (lists) {
            Written known = lists.get(key);
            // Two readings of one view are the same.
            if (known != null && known.viewZxid == service.viewZxid()) {
                return known.json;
            }
        }
        byte[] json = write.get();
        // Who is not there has no view that stays, and costs nothing to write.
        if (service.exists() && json.length <= bytesMax) {
            keep(key, new Written(service.viewZxid(), json));
        }
        return json;
    }

    private void keep(Key key, Written written) {
        synchronized (lists) {
            Written before = lists.put(key, written);
            bytes += written.json.length - (before == null ? 0 : before.json.length);
            for (Iterator<Written> eldest = lists.values().iterator(); bytes > bytesMax; ) {
                bytes -= eldest.next().json.length;
                eldest.remove();
            }
        }
    }

    /// Bytes that are kept.
    long keptBytes() {
        synchronized (lists) {
            return bytes;
        }
    }
}
