package io.banyan.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Typed access to the keys of one start, remembering which were asked for: what nobody asked for
/// is unknown.
///
/// ZooKeeper has three kinds of keys, with different doors:
///
/// | kind | zoo.cfg | -D | who wins |
/// | --- | --- | --- | --- |
/// | parsed (`tickTime`) | `tickTime` | no | |
/// | property (`zookeeper.snapCount`) | `snapCount` | `zookeeper.snapCount` | the file |
/// | bare property (`jute.maxbuffer`) | no | `jute.maxbuffer` | |
///
/// That the file wins was tried with a running 3.9.5: it copies each unknown key of the file over
/// the system property.
///
/// Booleans of the first kind are `true` or `false` or an error; of the others only `true` is true,
/// so anything but `false` gets a notice. Confined to one parse.
final class Settings {
    static final String PREFIX = "zookeeper.";

    static final int ANY_MIN = Integer.MIN_VALUE;
    static final int INT_MAX = Integer.MAX_VALUE;
    static final int PORT_MAX = 65535;
    static final String MILLIS = "milliseconds";

    private static final Pattern COMMA = Pattern.compile(",");

    /// A value and where it was written.
    ///
    /// @param line 0 for a system property
    record Written(String key, String value, int line) {}

    private final String file;
    private final Map<String, PropertiesText.Entry> fromFile = new LinkedHashMap<>();
    private final Map<String, String> fromSystem;
    private final Set<String> parsedKeys = new TreeSet<>();
    private final Set<String> properties = new TreeSet<>();
    private final Set<String> bareProperties = new TreeSet<>();
    private final List<Notice> notices = new ArrayList<>();

    Settings(String file, List<PropertiesText.Entry> entries, Map<String, String> fromSystem) {
        this.file = file;
        this.fromSystem = fromSystem;
        for (var entry : entries) {
            var earlier = fromFile.put(entry.key(), entry);
            if (earlier != null) {
                warn(
                        entry.key(),
                        "is written twice, in line "
                                + earlier.line()
                                + " and in line "
                                + entry.line()
                                + "; the last one holds.");
            }
        }
    }

    // --- what was written -----------------------------------------------------------------

    @Nullable Written parsed(String key) {
        parsedKeys.add(key);
        var entry = fromFile.get(key);
        return entry == null ? null : new Written(key, entry.value(), entry.line());
    }

    @Nullable Written property(String name) {
        properties.add(name);
        var entry = fromFile.get(name);
        if (entry != null) {
            return new Written(name, entry.value(), entry.line());
        }
        String value = fromSystem.get(PREFIX + name);
        return value == null ? null : new Written("-D" + PREFIX + name, value.trim(), 0);
    }

    @Nullable Written bare(String name) {
        bareProperties.add(name);
        String value = fromSystem.get(name);
        return value == null ? null : new Written("-D" + name, value.trim(), 0);
    }

    /// The file's entries whose key starts so, in the order of the keys; they count as known.
    Map<String, Written> parsedWithPrefix(String prefix) {
        var found = new TreeMap<String, Written>();
        for (var entry : fromFile.values()) {
            if (entry.key().startsWith(prefix)) {
                parsedKeys.add(entry.key());
                found.put(entry.key(), new Written(entry.key(), entry.value(), entry.line()));
            }
        }
        return found;
    }

    /// Properties of an open family (`authProvider.`), by what follows the prefix.
    Map<String, Written> propertiesWithPrefix(String prefix) {
        var found = new TreeMap<String, Written>();
        String systemPrefix = PREFIX + prefix;
        for (String key : fromSystem.keySet()) {
            if (key.startsWith(systemPrefix)) {
                var written = property(key.substring(PREFIX.length()));
                if (written != null) {
                    found.put(key.substring(systemPrefix.length()), written);
                }
            }
        }
        for (String key : List.copyOf(fromFile.keySet())) {
            if (key.startsWith(prefix)) {
                var written = property(key);
                if (written != null) {
                    found.put(key.substring(prefix.length()), written);
                }
            }
        }
        return found;
    }

    // --- typed ----------------------------------------------------------------------------

    String text(@Nullable Written written, String fallback) {
        return written == null ? fallback : written.value();
    }

    /// As {@link #text}, and an empty value is the fallback too.
    String nonEmpty(@Nullable Written written, String fallback) {
        return written == null || written.value().isEmpty() ? fallback : written.value();
    }

    /// @param unit for the error text ("milliseconds", "a port")
    int wholeInt(@Nullable Written written, int fallback, int min, int max, String unit)
            throws ConfigException {
        return (int) wholeLong(written, fallback, min, max, unit);
    }

    long wholeLong(@Nullable Written written, long fallback, long min, long max, String unit)
            throws ConfigException {
        if (written == null) {
            return fallback;
        }
        long value;
        try {
            // ZooKeeper's documentation writes jute.maxbuffer as 0xfffff, so hex is read as well;
            // a leading zero is not taken for octal.
            String digits = written.value();
            value =
                    digits.regionMatches(true, 0, "0x", 0, 2)
                            ? Long.decode(digits)
                            : Long.parseLong(digits);
        } catch (NumberFormatException notANumber) {
            throw wrong(written, range(unit, min, max));
        }
        if (value < min || value > max) {
            throw wrong(written, range(unit, min, max));
        }
        return value;
    }

    private static String range(String unit, long min, long max) {
        String bounds =
                max == Long.MAX_VALUE || max == Integer.MAX_VALUE
                        ? min == Long.MIN_VALUE || min == Integer.MIN_VALUE
                                ? ""
                                : ", " + min + " or more"
                        : " from " + min + " to " + max;
        return "a whole number (" + unit + ")" + bounds;
    }

    double fraction(@Nullable Written written, double fallback, double min, double max)
            throws ConfigException {
        if (written == null) {
            return fallback;
        }
        double value;
        try {
            value = Double.parseDouble(written.value());
        } catch (NumberFormatException notANumber) {
            throw wrong(written, "a decimal number");
        }
        if (!(value >= min && value <= max)) {
            throw wrong(written, "a decimal number from " + min + " to " + max);
        }
        return value;
    }

    /// A boolean of a parsed key: `true` or `false` in any case.
    boolean trueOrFalse(@Nullable Written written, boolean fallback) throws ConfigException {
        if (written == null) {
            return fallback;
        }
        return switch (written.value().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(written, "true or false");
        };
    }

    /// A boolean of a property: `true` is true, everything else is false.
    boolean flag(@Nullable Written written, boolean fallback) {
        if (written == null) {
            return fallback;
        }
        boolean value = written.value().equalsIgnoreCase("true");
        if (!value && !written.value().equalsIgnoreCase("false")) {
            warn(
                    written.key(),
                    "has the value '"
                            + Secrets.shown(written.key(), written.value())
                            + "', which counts as false: only true is true.");
        }
        return value;
    }

    /// One of the words given, in any case.
    ///
    /// @throws ConfigException if it is another word
    String oneOf(@Nullable Written written, String fallback, String... words)
            throws ConfigException {
        if (written == null) {
            return fallback;
        }
        for (String word : words) {
            if (word.equalsIgnoreCase(written.value())) {
                return word;
            }
        }
        throw wrong(written, "one of " + String.join(", ", words));
    }

    // --- typed, by name ------------------------------------------------------------------

    int integer(String name, int fallback, int min, int max, String unit) throws ConfigException {
        return wholeInt(property(name), fallback, min, max, unit);
    }

    long longInteger(String name, long fallback, String unit) throws ConfigException {
        return wholeLong(property(name), fallback, Long.MIN_VALUE, Long.MAX_VALUE, unit);
    }

    int bareInteger(String name, int fallback, int min, int max, String unit)
            throws ConfigException {
        return wholeInt(bare(name), fallback, min, max, unit);
    }

    /// ZooKeeper raises a smaller value to the least one instead of refusing it.
    int atLeast(String name, int fallback, int least, String unit) throws ConfigException {
        Written written = property(name);
        int value = wholeInt(written, fallback, ANY_MIN, INT_MAX, unit);
        if (written != null && value < least) {
            warn(written.key(), "is less than " + least + ", so " + least + " holds.");
            return least;
        }
        return value;
    }

    boolean flag(String name, boolean fallback) {
        return flag(property(name), fallback);
    }

    @Nullable String textOrNull(String name) {
        Written written = property(name);
        return written == null || written.value().isEmpty() ? null : written.value();
    }

    /// What stands between commas.
    static List<String> list(@Nullable Written written) {
        var words = new ArrayList<String>();
        if (written != null) {
            for (String word : COMMA.split(written.value(), -1)) {
                if (!word.isBlank()) {
                    words.add(word.trim());
                }
            }
        }
        return words;
    }

    // --- judgements -----------------------------------------------------------------------

    ConfigException wrong(Written written, String expected) {
        return new ConfigException(
                written.line() == 0 ? null : file,
                written.line(),
                written.key(),
                written.value(),
                expected);
    }

    ConfigException missing(String key, String expected) {
        return new ConfigException(file, 0, key, "", expected);
    }

    void warn(String key, String message) {
        notices.add(new Notice(Notice.Level.WARN, key, message));
    }

    void notice(Notice notice) {
        notices.add(notice);
    }

    List<Notice> notices() {
        return notices;
    }

    String file() {
        return file;
    }

    boolean isInFile(String key) {
        return fromFile.containsKey(key);
    }

    /// What was written for a name, in the file or with -D, empty if nothing; does not make the
    /// name known.
    String raw(String name) {
        var entry = fromFile.get(name);
        return entry != null ? entry.value() : fromSystem.getOrDefault(PREFIX + name, "").trim();
    }

    /// Names that a line of the file may start with and have an effect.
    Set<String> knownInFile() {
        var known = new TreeSet<>(parsedKeys);
        known.addAll(properties);
        return known;
    }

    Set<String> knownProperties() {
        return properties;
    }

    Set<String> knownBareProperties() {
        return bareProperties;
    }

    Iterable<PropertiesText.Entry> fileEntries() {
        return fromFile.values();
    }

    /// The system properties as ZooKeeper would have them after reading the file: every key it does
    /// not parse itself is `zookeeper.` + key.
    Map<String, String> propertyView() {
        var view = new TreeMap<>(fromSystem);
        for (var entry : fromFile.values()) {
            if (!parsedKeys.contains(entry.key())) {
                view.put(PREFIX + entry.key(), entry.value());
            }
        }
        return view;
    }
}
