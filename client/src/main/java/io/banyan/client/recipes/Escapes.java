package io.banyan.client.recipes;

/// Texts within lines of `key=value`.
final class Escapes {
    private Escapes() {}

    static String escape(String text) {
        return text.replace("%", "%25")
                .replace("\n", "%0A")
                .replace("\r", "%0D")
                .replace("=", "%3D");
    }

    static String unescape(String text) {
        return text.replace("%3D", "=")
                .replace("%0D", "\r")
                .replace("%0A", "\n")
                .replace("%25", "%");
    }
}
