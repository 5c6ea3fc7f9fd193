package io.banyan.e2e.nacos;

import java.util.Locale;

/// Which unmodified client.
enum ClientKind {
    J14("1.4.8"),
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

    /// Speaks HTTP and nothing else.
    boolean isHttp() {
        return this == J14 || this == N;
    }

    boolean isNode() {
        return this == N;
    }

    /// Knows CAS and batches.
    boolean isNew() {
        return this == J25 || this == J31 || this == J32;
    }

    static ClientKind of(String text) {
        return valueOf(text.strip().toUpperCase(Locale.ROOT));
    }
}
