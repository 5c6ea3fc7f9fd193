package io.banyan.server.config;

import org.jspecify.annotations.Nullable;

/// The configuration says something that cannot be meant. The message is complete for an operator:
/// where, what was written, what is expected. Main prints it and exits with code 2.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final @Nullable String file;
    private final int line;
    private final String key;
    private final String value;
    private final String expected;

    /// @param file the file's name, null if the value came as a system property or is missing from
    ///   no particular file
    /// @param line 1-based, 0 if there is no line (a missing key)
    /// @param key as written
    /// @param value as written, empty if missing
    /// @param expected what would be right, as the end of "expected ..."
    ConfigException(@Nullable String file, int line, String key, String value, String expected) {
        super(message(file, line, key, value, expected));
        this.file = file;
        this.line = line;
        this.key = key;
        this.value = value;
        this.expected = expected;
    }

    private static String message(
            @Nullable String file, int line, String key, String value, String expected) {
        var text = new StringBuilder();
        if (file != null) {
            text.append(file);
            if (line > 0) {
                text.append(':').append(line);
            }
            text.append(": ");
        }
        return text.append(key)
                .append('=')
                .append(Secrets.shown(key, value))
                .append(": expected ")
                .append(expected)
                .toString();
    }

    public @Nullable String file() {
        return file;
    }

    /// 1-based; 0 if the value has no line.
    public int line() {
        return line;
    }

    public String key() {
        return key;
    }

    public String value() {
        return value;
    }

    public String expected() {
        return expected;
    }
}
