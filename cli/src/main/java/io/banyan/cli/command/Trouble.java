package io.banyan.cli.command;

/// A command cannot go on, for a reason the user can understand.
@SuppressWarnings("serial") // never serialised
public final class Trouble extends RuntimeException {
    private final int exitCode;

    private Trouble(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /// One of {@link ExitCode}.
    public int exitCode() {
        return exitCode;
    }

    /// The words are wrong.
    public static Trouble usage(String message) {
        return new Trouble(ExitCode.USAGE, message);
    }

    /// Nothing can be done about it here: a server or the tree is not as it must be.
    public static Trouble refused(String message) {
        return new Trouble(ExitCode.REFUSED, message);
    }

    /// No server answers.
    public static Trouble unreachable(String message) {
        return new Trouble(ExitCode.UNREACHABLE, message);
    }

    /// A file of this machine is in the way.
    public static Trouble local(String message) {
        return new Trouble(ExitCode.LOCAL, message);
    }

    /// With another exit code.
    public static Trouble of(int exitCode, String message) {
        return new Trouble(exitCode, message);
    }
}
