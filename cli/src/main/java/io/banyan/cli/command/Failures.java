package io.banyan.cli.command;

import io.banyan.client.BanyanException;
import io.banyan.wire.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// What is said of a command that failed: to people, to programs and in zkCli's words.
final class Failures {
    private Failures() {}

    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return (failure instanceof CompletionException || failure instanceof ExecutionException)
                        && cause != null
                ? unwrapped(cause)
                : failure;
    }

    static int exitCode(Throwable failure) {
        return switch (failure) {
            case Trouble trouble -> trouble.exitCode();
            case BanyanException.Refused e -> ExitCode.REFUSED;
            case BanyanException.Interrupted e -> ExitCode.INTERRUPTED;
            case BanyanException.AuthFailed e -> ExitCode.REFUSED;
            case BanyanException.TooLarge e -> ExitCode.USAGE;
            case BanyanException e -> ExitCode.UNREACHABLE;
            case InterruptedException e -> ExitCode.INTERRUPTED;
            case IllegalArgumentException e -> ExitCode.USAGE;
            case IOException e -> ExitCode.LOCAL;
            case UncheckedIOException e -> ExitCode.LOCAL;
            default -> ExitCode.REFUSED;
        };
    }

    static String text(Throwable failure) {
        return switch (failure) {
            case BanyanException e when e.mayHaveHappened() ->
                    e.getMessage() + "; the write may have happened";
            case BanyanException e -> String.valueOf(e.getMessage());
            case Trouble e -> String.valueOf(e.getMessage());
            case FileSystemException e -> fileText(e);
            case UncheckedIOException e when e.getCause() != null -> text(e.getCause());
            case InterruptedException e -> "interrupted";
            case IllegalArgumentException e when e.getMessage() != null -> e.getMessage();
            case IOException e when e.getMessage() != null -> e.getMessage();
            default -> failure.toString();
        };
    }

    private static String fileText(FileSystemException e) {
        String reason = e.getReason();
        String why =
                switch (e) {
                    case java.nio.file.NoSuchFileException missing -> "no such file";
                    case java.nio.file.AccessDeniedException denied -> "permission denied";
                    case java.nio.file.FileAlreadyExistsException exists -> "the file exists";
                    default -> reason == null ? e.getClass().getSimpleName() : reason;
                };
        return e.getFile() + ": " + why;
    }

    static Object json(Throwable failure) {
        String path = failure instanceof BanyanException.Refused refused ? refused.path() : null;
        return Run.fields(
                "error",
                Run.fields(
                        "kind",
                        kind(failure),
                        "message",
                        text(failure),
                        "path",
                        path,
                        "mayHaveHappened",
                        failure instanceof BanyanException e && e.mayHaveHappened(),
                        "exitCode",
                        exitCode(failure)));
    }

    private static String kind(Throwable failure) {
        return switch (failure) {
            case BanyanException.Refused e -> keeperName(e.code());
            case BanyanException e -> e.getClass().getSimpleName();
            default ->
                    switch (exitCode(failure)) {
                        case ExitCode.USAGE -> "Usage";
                        case ExitCode.UNREACHABLE -> "Unreachable";
                        case ExitCode.LOCAL -> "Local";
                        case ExitCode.INTERRUPTED -> "Interrupted";
                        default -> "Refused";
                    };
        };
    }

    /// @param path of the command, null if it has none
    static String zkCliText(Throwable failure, @Nullable String path) {
        return switch (failure) {
            case BanyanException.Refused e ->
                    refusedText(e.code(), e.path().isEmpty() && path != null ? path : e.path());
            case BanyanException.AuthFailed e -> keeper("AuthFailed", path);
            case BanyanException.SessionExpired e -> keeper("Session expired", path);
            case BanyanException.ConnectionLost e -> keeper("ConnectionLoss", path);
            case BanyanException.Timeout e -> keeper("ConnectionLoss", path);
            case Trouble e
                    when e.exitCode() == ExitCode.UNREACHABLE
                            && !Connection.NOT_CONNECTED.equals(e.getMessage()) ->
                    keeper("ConnectionLoss", path);
            default -> text(failure);
        };
    }

    private static String refusedText(int code, String path) {
        return switch (code) {
            case ErrorCode.NO_NODE -> "Node does not exist: " + path;
            case ErrorCode.NO_CHILDREN_FOR_EPHEMERALS -> "Ephemerals cannot have children: " + path;
            case ErrorCode.NODE_EXISTS -> "Node already exists: " + path;
            case ErrorCode.NOT_EMPTY -> "Node not empty: " + path;
            case ErrorCode.NOT_READ_ONLY -> "Not a read-only call: " + path;
            case ErrorCode.INVALID_ACL -> "Acl is not valid : " + path;
            case ErrorCode.NO_AUTH -> "Insufficient permission : " + path;
            case ErrorCode.BAD_ARGUMENTS -> "Arguments are not valid : " + path;
            case ErrorCode.BAD_VERSION -> "version No is not valid : " + path;
            case ErrorCode.RECONFIG_IN_PROGRESS ->
                    "Another reconfiguration is in progress -- concurrent reconfigs not supported"
                            + " (yet)";
            case ErrorCode.NEW_CONFIG_NO_QUORUM ->
                    "No quorum of new config is connected and up-to-date with the leader of last"
                            + " commmitted config - try invoking reconfiguration after new servers"
                            + " are connected and synced";
            case ErrorCode.QUOTA_EXCEEDED -> "Quota has exceeded : " + path;
            case ErrorCode.RECONFIG_DISABLED -> keeper("Reconfig is disabled", null);
            default -> keeper(keeperName(code), path.isEmpty() ? null : path);
        };
    }

    private static String keeper(String name, @Nullable String path) {
        return "KeeperErrorCode = " + name + (path == null ? "" : " for " + path);
    }

    /// The name by which ZooKeeper's exceptions call the code.
    static String keeperName(int code) {
        return switch (code) {
            case ErrorCode.SYSTEM_ERROR -> "SystemError";
            case ErrorCode.RUNTIME_INCONSISTENCY -> "RuntimeInconsistency";
            case ErrorCode.DATA_INCONSISTENCY -> "DataInconsistency";
            case ErrorCode.CONNECTION_LOSS -> "ConnectionLoss";
            case ErrorCode.MARSHALLING_ERROR -> "MarshallingError";
            case ErrorCode.UNIMPLEMENTED -> "Unimplemented";
            case ErrorCode.OPERATION_TIMEOUT -> "OperationTimeout";
            case ErrorCode.BAD_ARGUMENTS -> "BadArguments";
            case ErrorCode.NEW_CONFIG_NO_QUORUM -> "NewConfigNoQuorum";
            case ErrorCode.RECONFIG_IN_PROGRESS -> "ReconfigInProgress";
            case ErrorCode.NO_NODE -> "NoNode";
            case ErrorCode.NO_AUTH -> "NoAuth";
            case ErrorCode.BAD_VERSION -> "BadVersion";
            case ErrorCode.NO_CHILDREN_FOR_EPHEMERALS -> "NoChildrenForEphemerals";
            case ErrorCode.NODE_EXISTS -> "NodeExists";
            case ErrorCode.NOT_EMPTY -> "Directory not empty";
            case ErrorCode.SESSION_EXPIRED -> "Session expired";
            case ErrorCode.INVALID_ACL -> "InvalidACL";
            case ErrorCode.AUTH_FAILED -> "AuthFailed";
            case ErrorCode.SESSION_MOVED -> "Session moved";
            case ErrorCode.NOT_READ_ONLY -> "Not a read-only call";
            case ErrorCode.EPHEMERAL_ON_LOCAL_SESSION -> "Ephemeral node on local session";
            case ErrorCode.NO_WATCHER -> "No such watcher";
            case ErrorCode.RECONFIG_DISABLED -> "Reconfig is disabled";
            case ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH ->
                    "Session closed because client failed to authenticate";
            case ErrorCode.QUOTA_EXCEEDED -> "Quota has exceeded";
            case ErrorCode.THROTTLED_OP -> "Op throttled due to high load";
            default -> "Unknown error " + code;
        };
    }
}
