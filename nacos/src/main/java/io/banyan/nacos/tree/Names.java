package io.banyan.nacos.tree;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Names of Nacos as names of znodes: readable where they can be, percent-encoded where ZooKeeper
/// forbids a character.
public final class Names {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private Names() {}

    /// @param name not empty
    /// @return a valid single component of a path; {@link #decode} gives the name back
    public static String encode(String name) {
        if (name.equals(".")) {
            return "%2E";
        }
        if (name.equals("..")) {
            return "%2E%2E";
        }
        int clean = 0;
        while (clean < name.length() && !mustEncode(name.charAt(clean))) {
            clean++;
        }
        if (clean == name.length()) {
            return name;
        }
        var out = new StringBuilder(name.length() + 16);
        name.codePoints()
                .forEach(c -> {
                    if (c > 0xffff || !mustEncode((char) c)) {
                        out.appendCodePoint(c);
                    } else {
                        for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                            out.append('%').append(HEX.toHexDigits(b));
                        }
                    }
                });
        return out.toString();
    }

    /// The inverse of {@link #encode}; what it never wrote is taken as it stands.
    public static String decode(String component) {
        if (component.indexOf('%') < 0) {
            return component;
        }
        var bytes = new ByteArrayOutputStream();
        byte[] in = component.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < in.length; i++) {
            if (in[i] == '%'
                    && i + 2 < in.length
                    && HexFormat.isHexDigit(in[i + 1])
                    && HexFormat.isHexDigit(in[i + 2])) {
                bytes.write(
                        HexFormat.fromHexDigit(in[i + 1]) << 4 | HexFormat.fromHexDigit(in[i + 2]));
                i += 2;
            } else {
                bytes.write(in[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean mustEncode(char c) {
        return c == '%'
                || c == '/'
                || c <= 0x1f
                || (c >= 0x7f && c <= 0x9f)
                || (c >= 0xf000 && c <= 0xf8ff)
                || c >= 0xfff0
                || Character.isSurrogate(c);
    }
}
