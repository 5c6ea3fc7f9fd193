package io.banyan.nacos.config;

/// How a publication ended.
public enum Published {
    DONE,
    /// The content is not the one that was expected.
    CHANGED_MEANWHILE,
    /// There are as many gray versions as there may be.
    TOO_MANY_GRAYS
}
