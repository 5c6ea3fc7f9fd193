package io.banyan.store;

/// How a snapshot file is compressed. A reader goes by the suffix, so a directory may mix them.
public enum Compression {
    NONE(""),
    GZIP(".gz"),
    SNAPPY(".snappy");

    private final String suffix;

    Compression(String suffix) {
        this.suffix = suffix;
    }

    /// What follows the zxid in the file's name.
    public String suffix() {
        return suffix;
    }

    static Compression ofName(String name) {
        if (name.endsWith(GZIP.suffix)) {
            return GZIP;
        }
        return name.endsWith(SNAPPY.suffix) ? SNAPPY : NONE;
    }
}
