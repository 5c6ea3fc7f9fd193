package io.banyan.server.config;

import java.util.Locale;

/// What must not reach a log, an error text or a web page.
public final class Secrets {
    private Secrets() {}

    /// Passwords of key stores and of super users, and digests that let one in. The path of a file
    /// that holds a password is no secret.
    public static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return (lower.contains("password") && !lower.contains("passwordpath"))
                || lower.contains("superdigest")
                || lower.contains("secret");
    }

    /// The value, or stars in its place.
    public static String shown(String key, String value) {
        return isSecret(key) && !value.isEmpty() ? "***" : value;
    }
}
