package io.banyan.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Rules of paths, on their UTF-8 bytes.
final class Paths {
    /// Holds the members of the ensemble.
    static final byte[] CONFIG = utf8("/zookeeper/config");

    private static final byte[][] SPECIAL = {
        utf8("/"), utf8("/zookeeper"), utf8("/zookeeper/quota"), CONFIG
    };
    private static final byte[] SYSTEM = utf8("/zookeeper/");

    private Paths() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Whether a znode may have this path: absolute, no empty, `.` or `..` component, no character
    /// that ZooKeeper forbids. Bytes that are no UTF-8 would become U+FFFD, which is forbidden too.
    static boolean isValid(byte[] path, int from, int end) {
        if (from == end || path[from] != '/') {
            return false;
        }
        if (end - from == 1) {
            return true;
        }
        int component = from + 1;
        int at = component;
        while (at < end) {
            int c = path[at];
            if (c == '/') {
                if (!isValidComponent(path, component, at)) {
                    return false;
                }
                component = ++at;
            } else if (c >= 0x20 && c < 0x7f) {
                at++;
            } else {
                int length = legalSequence(path, at, end);
                if (length == 0) {
                    return false;
                }
                at += length;
            }
        }
        return isValidComponent(path, component, end);
    }

    /// Whether a path can be in a tree at all, whatever its characters: absolute, without empty
    /// components. What other servers have let in must stay.
    static boolean isStructured(byte[] path, int from, int end) {
        if (from == end || path[from] != '/') {
            return false;
        }
        for (int at = from + 1; at < end; at++) {
            if (path[at] == '/' && path[at - 1] == '/') {
                return false;
            }
        }
        return end - from == 1 || path[end - 1] != '/';
    }

    private static boolean isValidComponent(byte[] path, int from, int end) {
        return switch (end - from) {
            case 0 -> false;
            case 1 -> path[from] != '.';
            case 2 -> path[from] != '.' || path[from + 1] != '.';
            default -> true;
        };
    }

    /// @return bytes of the character at `at`, 0 if it is forbidden or broken
    private static int legalSequence(byte[] path, int at, int end) {
        int first = path[at] & 0xff;
        if (first >= 0xc2 && first < 0xe0 && isContinued(path, at, 2, end)) {
            int character = (first & 0x1f) << 6 | (path[at + 1] & 0x3f);
            return character >= 0xa0 ? 2 : 0;
        }
        if (first >= 0xe0 && first < 0xf0 && isContinued(path, at, 3, end)) {
            int character =
                    (first & 0x0f) << 12 | (path[at + 1] & 0x3f) << 6 | (path[at + 2] & 0x3f);
            boolean legal =
                    character >= 0x800
                            && (character < 0xd800 || character > 0xf8ff)
                            && character < 0xfff0;
            return legal ? 3 : 0;
        }
        // Four bytes are a surrogate pair in Java's strings, and those are forbidden; so are
        // control
        // characters.
        return 0;
    }

    private static boolean isContinued(byte[] path, int at, int length, int end) {
        if (at + length > end) {
            return false;
        }
        for (int i = at + 1; i < at + length; i++) {
            if ((path[i] & 0xc0) != 0x80) {
                return false;
            }
        }
        return true;
    }

    static boolean hasNul(byte[] path, int from, int end) {
        for (int i = from; i < end; i++) {
            if (path[i] == 0) {
                return true;
            }
        }
        return false;
    }

    /// @return index of the last slash, -1 if there is none
    static int lastSlash(byte[] path, int from, int end) {
        for (int i = end - 1; i >= from; i--) {
            if (path[i] == '/') {
                return i;
            }
        }
        return -1;
    }

    /// Whether clients may not delete it.
    static boolean isSpecial(byte[] path, int from, int end) {
        for (byte[] special : SPECIAL) {
            if (Arrays.equals(special, 0, special.length, path, from, end)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the tree digest leaves it out.
    static boolean isSystem(byte[] path, int from, int end) {
        return startsWith(path, from, end, SYSTEM);
    }

    static boolean startsWith(byte[] path, int from, int end, byte[] prefix) {
        return end - from >= prefix.length
                && Arrays.equals(path, from, from + prefix.length, prefix, 0, prefix.length);
    }
}
