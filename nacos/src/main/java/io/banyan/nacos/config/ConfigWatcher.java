package io.banyan.nacos.config;

/// Somebody who wants to hear of changes of one configuration. Confined to the door's thread.
public abstract class ConfigWatcher {
    private final ConfigKey key;
    private final Viewer viewer;

    protected ConfigWatcher(ConfigKey key, Viewer viewer) {
        this.key = key;
        this.viewer = viewer;
    }

    public final ConfigKey key() {
        return key;
    }

    public final Viewer viewer() {
        return viewer;
    }

    /// What the client holds, as far as it said so.
    public abstract String md5();

    /// The configuration is another one now, or another version is shown to the viewer.
    ///
    /// @param now MD5 of what the viewer is given now
    protected abstract void onChange(String now);
}
