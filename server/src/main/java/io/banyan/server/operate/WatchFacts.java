package io.banyan.server.operate;

import java.util.List;
import java.util.Map;

/// Who watches what at one moment: the watches that ZooKeeper keeps in its table of data watches,
/// which are data, exists, persistent and persistent recursive ones, but not child watches.
///
/// @param pathsBySession session id to its watched paths, without sessions that watch nothing
public record WatchFacts(Map<Long, List<String>> pathsBySession) {
    public WatchFacts {
        pathsBySession = Map.copyOf(pathsBySession);
    }
}
