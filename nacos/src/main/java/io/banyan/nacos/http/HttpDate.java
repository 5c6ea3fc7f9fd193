package io.banyan.nacos.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Dates as HTTP's headers have them.
final class HttpDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC);

    private HttpDate() {}

    static String of(long wallMillis) {
        return FORMAT.format(Instant.ofEpochMilli(wallMillis));
    }

    /// As JSON of Nacos's history has it: `2026-01-01T00:00:00.000+00:00`.
    static String iso(long wallMillis) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxxx", Locale.US)
                .withZone(ZoneOffset.UTC)
                .format(Instant.ofEpochMilli(wallMillis));
    }
}
