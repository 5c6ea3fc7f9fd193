package io.banyan.cli.command;

/// What the process says to scripts. `banyan cli` says only 0, 1 and 127, as zkCli does.
public final class ExitCode {
    public static final int OK = 0;

    /// A server refused it (no such znode, another version, not permitted), or a check found
    /// something wrong.
    public static final int REFUSED = 1;

    /// The words of the command line are wrong; nothing was done.
    public static final int USAGE = 2;

    /// No server could be reached, or its answer did not come: a write may have happened.
    public static final int UNREACHABLE = 3;

    /// A file of this machine cannot be read, written or understood.
    public static final int LOCAL = 4;

    /// A lock or an office was not got within the time given: sysexits' "try again later".
    public static final int NOT_NOW = 75;

    /// A command that is to be run cannot be started.
    public static final int CANNOT_RUN = 126;

    /// There is no such command.
    public static final int UNKNOWN_COMMAND = 127;

    /// Stopped by Ctrl-C.
    public static final int INTERRUPTED = 130;

    static final String HELP =
            """
            Exit codes:
              0    done
              1    refused by a server (no such znode, another version, ...); a check failed
              2    wrong usage, nothing was done
              3    no server reached, or no answer: a write may have happened
              4    a file of this machine cannot be read, written or understood
              75   lock, elect: not got within --within
              126  lock, elect, edit: the command cannot be started; else its own code
              127  no such command
              130  interrupted
            """;

    private ExitCode() {}
}
