package io.banyan.client;

import io.banyan.wire.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a request failed. What to do about it depends on one question, {@link #mayHaveHappened}.
///
/// Blocking calls throw it; futures complete with it. Arguments that can never be right (an illegal
/// path, a negative timeout) are `IllegalArgumentException`s of the call itself.
public abstract sealed class BanyanException extends RuntimeException {
    private final boolean mayHaveHappened;

    private BanyanException(String message, boolean mayHaveHappened) {
        super(message);
        this.mayHaveHappened = mayHaveHappened;
    }

    /// Whether the write may have been done nevertheless: the request was sent and its answer did
    /// not come. Always false for reads and for what a server refused.
    public boolean mayHaveHappened() {
        return mayHaveHappened;
    }

    /// A server looked at the request and refused it.
    public static sealed class Refused extends BanyanException {
        private final int code;
        private final String path;

        private Refused(String message, int code, String path) {
            super(message, false);
            this.code = code;
            this.path = path;
        }

        /// An {@link ErrorCode}.
        public int code() {
            return code;
        }

        /// The path of the request, empty where it has none.
        public String path() {
            return path;
        }
    }

    /// There is no such znode; for a create: no such parent.
    public static final class NoNode extends Refused {
        private NoNode(String message, String path) {
            super(message, ErrorCode.NO_NODE, path);
        }
    }

    /// The znode is there already.
    public static final class NodeExists extends Refused {
        private NodeExists(String message, String path) {
            super(message, ErrorCode.NODE_EXISTS, path);
        }
    }

    /// The znode has another version than the request wants: somebody else was quicker.
    public static final class BadVersion extends Refused {
        private BadVersion(String message, String path) {
            super(message, ErrorCode.BAD_VERSION, path);
        }
    }

    /// A znode with children is not deleted.
    public static final class NotEmpty extends Refused {
        private NotEmpty(String message, String path) {
            super(message, ErrorCode.NOT_EMPTY, path);
        }
    }

    /// The ACL of the znode does not let us.
    public static final class NoAuth extends Refused {
        private NoAuth(String message, String path) {
            super(message, ErrorCode.NO_AUTH, path);
        }
    }

    /// A multi of which nothing was done, since one of its operations was refused.
    public static final class MultiFailed extends Refused {
        private final int index;
        private final List<Integer> codes;

        private MultiFailed(String message, int index, List<Integer> codes, String path) {
            super(message, codes.get(index), path);
            this.index = index;
            this.codes = List.copyOf(codes);
        }

        /// Which operation was refused, counted from 0; {@link #code} and {@link #path} are its.
        public int index() {
            return index;
        }

        /// One {@link ErrorCode} for each operation: 0 before the refused one, -2 behind it.
        public List<Integer> codes() {
            return codes;
        }
    }

    /// The connection broke after a write was sent and before its answer came. Reads are sent again
    /// instead, and requests that were not sent wait for the next connection.
    public static final class ConnectionLost extends BanyanException {
        private ConnectionLost(String message) {
            super(message, true);
        }
    }

    /// No answer within the request timeout; the message says what the client was waiting for.
    public static final class Timeout extends BanyanException {
        private Timeout(String message, boolean mayHaveHappened) {
            super(message, mayHaveHappened);
        }
    }

    /// The session in which the request was made is over.
    public static final class SessionExpired extends BanyanException {
        private SessionExpired(String message, boolean mayHaveHappened) {
            super(message, mayHaveHappened);
        }
    }

    /// The servers refused what was given to `addAuth`; the client has ended.
    public static final class AuthFailed extends BanyanException {
        private AuthFailed(String message, boolean mayHaveHappened) {
            super(message, mayHaveHappened);
        }
    }

    /// The client was closed.
    public static final class Closed extends BanyanException {
        private Closed(String message, boolean mayHaveHappened) {
            super(message, mayHaveHappened);
        }
    }

    /// The thread was interrupted while it waited; its interrupt flag is set again.
    public static final class Interrupted extends BanyanException {
        private Interrupted(String message, boolean mayHaveHappened) {
            super(message, mayHaveHappened);
        }
    }

    /// A request that servers would close the connection for, or an answer beyond what this client
    /// takes. See `requestBytesMax` and `replyBytesMax` of the builder.
    public static final class TooLarge extends BanyanException {
        private TooLarge(String message, boolean mayHaveHappened) {
            super(message, mayHaveHappened);
        }
    }

    /// A server answered with bytes that mean nothing. The write may have been done.
    public static final class Garbled extends BanyanException {
        private Garbled(String message, boolean mayHaveHappened) {
            super(message, mayHaveHappened);
        }
    }

    // ---- how the client makes them

    static Refused refused(int code, String what, String path) {
        String message = explain(code) + ": " + what;
        return switch (code) {
            case ErrorCode.NO_NODE -> new NoNode(message, path);
            case ErrorCode.NODE_EXISTS -> new NodeExists(message, path);
            case ErrorCode.BAD_VERSION -> new BadVersion(message, path);
            case ErrorCode.NOT_EMPTY -> new NotEmpty(message, path);
            case ErrorCode.NO_AUTH -> new NoAuth(message, path);
            default -> new Refused(message, code, path);
        };
    }

    static MultiFailed multiFailed(int index, List<Integer> codes, String operation, String path) {
        String what = "operation " + index + " of the multi, " + operation + " " + path;
        return new MultiFailed(explain(codes.get(index)) + ": " + what, index, codes, path);
    }

    static ConnectionLost connectionLost(String what, String cause) {
        return new ConnectionLost(
                "connection lost before the answer to " + what + " came (" + cause + ")");
    }

    static Timeout timeout(String message, boolean mayHaveHappened) {
        return new Timeout(message, mayHaveHappened);
    }

    static SessionExpired sessionExpired(String what, long session) {
        return new SessionExpired(
                "session 0x" + Long.toHexString(session) + " is over: " + what + " was not sent",
                false);
    }

    static AuthFailed authFailed(String what, boolean mayHaveHappened) {
        return new AuthFailed("authentication failed: " + what, mayHaveHappened);
    }

    static Closed closed(String what, boolean mayHaveHappened) {
        return new Closed("the client is closed: " + what, mayHaveHappened);
    }

    static Interrupted interrupted(String what, boolean mayHaveHappened) {
        return new Interrupted("interrupted while waiting for " + what, mayHaveHappened);
    }

    static TooLarge tooLarge(String message, boolean mayHaveHappened) {
        return new TooLarge(message, mayHaveHappened);
    }

    static Garbled garbled(String what, @Nullable String reason, boolean mayHaveHappened) {
        return new Garbled("unreadable answer to " + what + ": " + reason, mayHaveHappened);
    }

    private static String explain(int code) {
        return switch (code) {
            case ErrorCode.NO_NODE -> "no such znode";
            case ErrorCode.NODE_EXISTS -> "the znode exists";
            case ErrorCode.BAD_VERSION -> "the znode has another version";
            case ErrorCode.NOT_EMPTY -> "the znode has children";
            case ErrorCode.NO_AUTH -> "not permitted by the ACL";
            case ErrorCode.BAD_ARGUMENTS -> "bad arguments";
            case ErrorCode.UNIMPLEMENTED -> "this server does not know the operation";
            case ErrorCode.MARSHALLING_ERROR -> "the server could not read the request";
            case ErrorCode.NO_CHILDREN_FOR_EPHEMERALS -> "ephemerals have no children";
            case ErrorCode.INVALID_ACL -> "invalid ACL";
            case ErrorCode.NOT_READ_ONLY -> "this server has no quorum and serves reads only";
            case ErrorCode.EPHEMERAL_ON_LOCAL_SESSION -> "a local session owns no ephemerals";
            case ErrorCode.NO_WATCHER -> "there is no such watch";
            case ErrorCode.RECONFIG_DISABLED -> "reconfiguration is switched off";
            case ErrorCode.RECONFIG_IN_PROGRESS -> "another reconfiguration is in progress";
            case ErrorCode.NEW_CONFIG_NO_QUORUM -> "the new configuration has no synced quorum";
            case ErrorCode.QUOTA_EXCEEDED -> "quota exceeded";
            case ErrorCode.THROTTLED_OP -> "the server is overloaded and dropped it";
            case ErrorCode.SESSION_EXPIRED -> "the session is over";
            case ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH -> "the server wants authentication";
            default -> "refused with code " + code;
        };
    }
}
