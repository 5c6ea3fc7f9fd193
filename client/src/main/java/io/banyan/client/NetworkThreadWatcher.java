package io.banyan.client;

/// A watcher that hears of changes before the event thread does; see {@link
/// AsyncBanyan#onNetworkThread}.
record NetworkThreadWatcher(Watcher watcher) implements Watcher {
    @Override
    public void onChange(WatchEvent event) {
        watcher.onChange(event);
    }
}
