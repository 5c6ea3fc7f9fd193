package io.banyan.server.audit;

import org.jspecify.annotations.Nullable;

/// One event. Absent parts are null and not shown.
///
/// @param session of the client
/// @param user the user names of the connection's ids, joined by commas; the process's own user for
///   what the server does by itself
/// @param ip of the client
/// @param znode path
/// @param createMode of a created znode, in lower case (`persistent`, `ephemeral_sequential`)
/// @param acl of setAcl, `scheme:id:perms`
public record AuditEvent(
        Operation operation,
        Result result,
        @Nullable Long session,
        @Nullable String user,
        @Nullable String ip,
        @Nullable String znode,
        @Nullable String createMode,
        @Nullable String acl) {

    /// What happened, under ZooKeeper's names.
    public enum Operation {
        SERVER_START("serverStart"),
        SERVER_STOP("serverStop"),
        CREATE("create"),
        DELETE("delete"),
        SET_DATA("setData"),
        SET_ACL("setAcl"),
        /// A multi that failed; one that succeeds shows each of its operations.
        MULTI("multiOperation"),
        RECONFIG("reconfig"),
        EPHEMERAL_GONE("ephemeralZNodeDeletionOnSessionCloseOrExpire");

        private final String text;

        Operation(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// How it ended.
    public enum Result {
        SUCCESS("success"),
        FAILURE("failure"),
        /// Begun, with an end that nobody can log.
        INVOKED("invoked");

        private final String text;

        Result(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// An event of the server itself.
    public static AuditEvent ofServer(Operation operation, Result result, String user) {
        return new AuditEvent(operation, result, null, user, null, null, null, null);
    }

    /// The line: `key=value` separated by tabs, without control characters, which would let a
    /// client forge lines.
    public String line() {
        var line = new StringBuilder();
        put(line, "session", session == null ? null : "0x" + Long.toHexString(session));
        put(line, "user", user);
        put(line, "ip", ip);
        put(line, "operation", operation.toString());
        put(line, "znode", znode);
        put(line, "znode_type", createMode);
        put(line, "acl", acl);
        put(line, "result", result.toString());
        return line.toString();
    }

    private static void put(StringBuilder line, String key, @Nullable String value) {
        if (value == null) {
            return;
        }
        if (!line.isEmpty()) {
            line.append('\t');
        }
        line.append(key).append('=');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= ' ') {
                line.append(c);
            }
        }
    }
}
