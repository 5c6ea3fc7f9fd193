package io.banyan.cli.command;

import org.jspecify.annotations.Nullable;

/// Paths as people type them: refused here with zkCli's words, before anything is sent.
public final class ZnodePath {
    private ZnodePath() {}

    /// @throws Trouble that says what is wrong with it
    public static String require(String path) {
        String wrong = wrong(path);
        if (wrong != null) {
            throw Trouble.usage(wrong);
        }
        return path;
    }

    /// A path whose last name is what the server appends: it may end with a slash.
    public static String requireSequential(String path) {
        require(path + "1");
        return path;
    }

    private static @Nullable String wrong(String path) {
        if (path.isEmpty()) {
            return "Path length must be > 0";
        }
        if (path.charAt(0) != '/') {
            return "Path must start with / character";
        }
        if (path.length() == 1) {
            return null;
        }
        if (path.endsWith("/")) {
            return "Path must not end with / character";
        }
        String reason = wrongName(path);
        return reason == null ? null : "Invalid path string \"" + path + "\" caused by " + reason;
    }

    private static @Nullable String wrongName(String path) {
        int start = 1;
        for (int i = 1; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                String name = path.substring(start, i);
                if (name.isEmpty()) {
                    return "empty node name specified @" + i;
                }
                if (name.equals(".") || name.equals("..")) {
                    return "relative paths not allowed @" + (i - 1);
                }
                start = i + 1;
            } else if (isForbidden(path.charAt(i))) {
                return path.charAt(i) == 0
                        ? "null character not allowed @" + i
                        : "invalid character @" + i;
            }
        }
        return null;
    }

    private static boolean isForbidden(char c) {
        return c <= 0x1f || (c >= 0x7f && c <= 0x9f) || (c >= 0xd800 && c <= 0xf8ff) || c >= 0xfff0;
    }

    public static String child(String parent, String name) {
        return parent.equals("/") ? "/" + name : parent + "/" + name;
    }

    public static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    public static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// Whether `path` is `ancestor` or below it.
    public static boolean isWithin(String path, String ancestor) {
        return ancestor.equals("/") || path.equals(ancestor) || path.startsWith(ancestor + "/");
    }
}
