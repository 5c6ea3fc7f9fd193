package io.banyan.client;

import org.jspecify.annotations.Nullable;

/// Rules and arithmetic of paths.
public final class Paths {
    private Paths() {}

    /// The rules that servers apply when they create, so that a wrong path is refused here, with a
    /// reason, instead of there with a number.
    ///
    /// @return the path
    /// @throws IllegalArgumentException with the reason
    public static String require(String path) {
        String wrong = wrong(path);
        if (wrong != null) {
            throw new IllegalArgumentException("path \"" + path + "\" " + wrong);
        }
        return path;
    }

    /// A path that digits will be appended to: it may end with a slash.
    static String requireSequential(String path) {
        require(path + "1");
        return path;
    }

    private static @Nullable String wrong(String path) {
        if (path.isEmpty()) {
            return "is empty";
        }
        if (path.charAt(0) != '/') {
            return "does not begin with /";
        }
        if (path.length() == 1) {
            return null;
        }
        if (path.charAt(path.length() - 1) == '/') {
            return "ends with /";
        }
        int start = 1;
        for (int i = 1; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                if (i == start) {
                    return "has an empty name at index " + i;
                }
                if (isDots(path, start, i)) {
                    return "is not absolute: it has . or .. at index " + start;
                }
                start = i + 1;
            } else if (isForbidden(path.charAt(i))) {
                return "has the forbidden character U+"
                        + String.format("%04X", (int) path.charAt(i))
                        + " at index "
                        + i;
            }
        }
        return null;
    }

    private static boolean isDots(String path, int start, int end) {
        int length = end - start;
        return path.charAt(start) == '.'
                && (length == 1 || (length == 2 && path.charAt(start + 1) == '.'));
    }

    private static boolean isForbidden(char c) {
        return c <= 0x1f || (c >= 0x7f && c <= 0x9f) || (c >= 0xd800 && c <= 0xf8ff) || c >= 0xfff0;
    }

    /// The last component; empty for the root.
    public static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// @return "/" for children of the root, and for the root itself
    public static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    public static String child(String parent, String name) {
        return parent.equals("/") ? "/" + name : parent + "/" + name;
    }
}
