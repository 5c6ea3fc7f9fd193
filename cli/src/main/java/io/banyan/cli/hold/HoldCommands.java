package io.banyan.cli.hold;

import io.banyan.cli.command.Command;
import java.util.List;

/// `lock` and `elect`.
public final class HoldCommands {
    private static final String ENVIRONMENT =
            """
            The command finds BANYAN_TOKEN (the fencing token, a number in decimal that grows with \
            every holder) and BANYAN_LEASE (the znode) in its environment. It gets SIGTERM, and \
            SIGKILL after --grace, when the session is lost: nobody else holds it before that.\
            """;

    private HoldCommands() {}

    public static List<Command> all() {
        return List.of(
                Command.named("lock", "path [--within TIME] [--grace TIME] -- command [arg ...]")
                        .about("Runs a command while holding a fair lock.")
                        .help(
                                ENVIRONMENT
                                        + "\nEnds with the command's code; with 75 if somebody"
                                        + " else held it for all of --within, with 3 if it was"
                                        + " lost.")
                        .option("--within", "TIME", "give up after so long, as 10s; 0s: at once")
                        .option("--grace", "TIME", "between SIGTERM and SIGKILL (5s)")
                        .runs(HoldCommand::lock),
                Command.named(
                                "elect",
                                "path [--id NAME] [--within TIME] [--once] [--grace TIME] --"
                                        + " command [arg ...]")
                        .about("Runs a command while being the leader; stands again if it is lost.")
                        .help(
                                ENVIRONMENT
                                        + "\nEnds with the command's code when it ends by itself.")
                        .option("--id", "NAME", "by which others know us (host and process)")
                        .option("--within", "TIME", "give up after so long without being elected")
                        .flag("--once", "if it is lost end with 3 instead of standing again")
                        .option("--grace", "TIME", "between SIGTERM and SIGKILL (5s)")
                        .runs(HoldCommand::elect));
    }
}
