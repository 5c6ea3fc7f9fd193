package io.banyan.client;

/// Paths of the client and of the server, one into the other.
///
/// @param prefix with a leading and without a trailing slash, or empty
record Chroot(String prefix) {
    /// What servers keep there is the same for all: it is named without chroot.
    private static final String CONFIG = "/zookeeper/config";

    String toServer(String path) {
        if (prefix.isEmpty() || path.equals(CONFIG)) {
            return path;
        }
        return path.length() == 1 ? prefix : prefix + path;
    }

    String toClient(String path) {
        if (prefix.isEmpty() || !path.startsWith(prefix)) {
            return path;
        }
        if (path.length() == prefix.length()) {
            return "/";
        }
        // "/apple" is not below "/app".
        return path.charAt(prefix.length()) == '/' ? path.substring(prefix.length()) : path;
    }
}
