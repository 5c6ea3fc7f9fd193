package io.banyan.nacos.http;

import io.banyan.nacos.config.Invalid;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The parameters of a request: those of its query, then those of its form body; of a name that
/// comes twice the first counts.
public final class Params {
    /// More would be somebody's joke.
    private static final int COUNT_MAX = 1_000;

    private final Map<String, String> values = new LinkedHashMap<>();

    /// Takes `a=b&c=d&`, percent-encoded UTF-8 with `+` for a space.
    ///
    /// @throws Invalid if a percent sign is no escape, or there are too many
    void add(byte[] text, int from, int end) {
        int begin = from;
        while (begin < end) {
            int next = indexOf(text, '&', begin, end);
            int equals = indexOf(text, '=', begin, next);
            if (next > begin) {
                String name = decode(text, begin, equals);
                String value = equals < next ? decode(text, equals + 1, next) : "";
                values.putIfAbsent(name, value);
                if (values.size() > COUNT_MAX) {
                    throw new Invalid("more than " + COUNT_MAX + " parameters");
                }
            }
            begin = next + 1;
        }
    }

    /// A part of the path; it stands above a parameter of the same name.
    ///
    /// @param encoded with percent signs, where a plus is a plus
    void addOfPath(String name, String encoded) {
        byte[] bytes = encoded.replace("+", "%2B").getBytes(StandardCharsets.UTF_8);
        values.put(name, decode(bytes, 0, bytes.length));
    }

    private static int indexOf(byte[] text, char wanted, int from, int end) {
        for (int i = from; i < end; i++) {
            if (text[i] == wanted) {
                return i;
            }
        }
        return end;
    }

    private static String decode(byte[] text, int from, int end) {
        var out = new byte[end - from];
        int length = 0;
        for (int i = from; i < end; i++) {
            byte b = text[i];
            if (b == '+') {
                out[length++] = ' ';
            } else if (b == '%') {
                if (i + 2 >= end) {
                    throw new Invalid("a percent sign that is no escape");
                }
                int high = Character.digit(text[i + 1], 16);
                int low = Character.digit(text[i + 2], 16);
                if (high < 0 || low < 0) {
                    throw new Invalid("a percent sign that is no escape");
                }
                out[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                out[length++] = b;
            }
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }

    /// @return null if it is absent
    @Nullable String get(String name) {
        return values.get(name);
    }

    /// @return null if it is absent or blank
    @Nullable String filled(String name) {
        String value = values.get(name);
        return value == null || value.isBlank() ? null : value.trim();
    }

    /// The first of several names that is filled.
    @Nullable String filledAny(String... names) {
        for (String each : names) {
            String value = filled(each);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    String or(String name, String fallback) {
        String value = filled(name);
        return value == null ? fallback : value;
    }

    /// @throws Invalid if it is absent or blank
    String require(String name) {
        String value = filled(name);
        if (value == null) {
            throw new Invalid("Required parameter '" + name + "' is not present or empty");
        }
        return value;
    }

    /// @throws Invalid if it is there and no number
    int number(String name, int fallback) {
        String value = filled(name);
        try {
            return value == null ? fallback : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new Invalid("parameter '" + name + "' is no number: " + value);
        }
    }

    /// @throws Invalid if it is there and no number
    double decimal(String name, double fallback) {
        String value = filled(name);
        try {
            return value == null ? fallback : Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new Invalid("parameter '" + name + "' is no number: " + value);
        }
    }

    boolean flag(String name, boolean fallback) {
        String value = filled(name);
        return value == null ? fallback : Boolean.parseBoolean(value);
    }
}
