package io.banyan.e2e.nacos;

import java.util.Locale;

/// Which unmodified client.
enum ClientKind {
    J14("1.4.8"),

    /// Dubbo 2.7.23 brings it. Plays when it is named.
    J142("1.4.2"),
    J21("2.1.0"),
    J25("2.5.1"),
    J31("3.1.1"),
    J32("3.2.1-2026.03.30"),
    N("npm 2.6.3");

    private final String version;

    ClientKind(String version) {
        this.version = version;
    }

    String version() {
        return version;
    }

    boolean isNode() {
        return this == N;
    }

    static ClientKind of(String text) {
        return valueOf(text.strip().toUpperCase(Locale.ROOT));
    }
}
