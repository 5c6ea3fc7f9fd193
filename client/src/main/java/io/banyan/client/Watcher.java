package io.banyan.client;

/// Hears of changes to what it watches, on the event thread, in the order of the changes.
///
/// The same watcher on the same path is told once; watchers are compared by `equals`.
@FunctionalInterface
public interface Watcher {
    /// What it throws is logged and otherwise ignored.
    void onChange(WatchEvent event);
}
