package io.banyan.server.operate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Properties;

/// What the server says it is.
///
/// Tools cut `3.9.` off the front and look for `, built on `: so the version of ZooKeeper that is
/// spoken stands first, and Banyan's own name and version after the date.
public final class Version {
    /// The ZooKeeper whose behaviour this is.
    public static final String ZOOKEEPER = "3.9.5";

    private static final Properties BUILD = readBuild();

    private Version() {}

    /// `3.9.5-REVISION, built on YYYY-MM-DD HH:MM UTC, Banyan VERSION`.
    public static String text() {
        return ZOOKEEPER
                + "-"
                + BUILD.getProperty("revision")
                + ", built on "
                + DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(Instant.parse(BUILD.getProperty("built")))
                + " UTC, Banyan "
                + banyan();
    }

    /// Banyan's own version.
    public static String banyan() {
        return BUILD.getProperty("version");
    }

    private static Properties readBuild() {
        var build = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            if (in == null) {
                throw new IllegalStateException("version.properties is missing from the jar");
            }
            build.load(in);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return build;
    }
}
