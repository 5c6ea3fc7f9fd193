package io.banyan.cli.inspect;

import io.banyan.cli.command.Command;
import java.util.List;

/// `top` and `doctor`.
public final class InspectCommands {
    private InspectCommands() {}

    public static List<Command> all() {
        return List.of(
                Command.named("top", "[--every TIME] [--once]")
                        .about("Shows roles, zxids, latency, connections and watches, live.")
                        .help(
                                """
                                Asks every server of --server by mntr, or by srvr where mntr is \
                                not on its 4lw.commands.whitelist (then some columns stay empty).
                                Ends with Ctrl-C; without a terminal it prints one table after \
                                another, with --json one line a round. Code 3 if no server \
                                answers in the first round.\
                                """)
                        .option("--every", "TIME", "between two rounds (2s)")
                        .flag("--once", "one round")
                        .runs(TopCommand::run),
                Command.named("doctor", "[ZOO.CFG] [--quick]")
                        .about("Checks configuration, disk, peers, clock and limits; gives advice.")
                        .help(
                                """
                                With ZOO.CFG: that server's file, its directories and files, and \
                                its peers. Without: the servers of --server.
                                Writes nothing but, unless --quick, a file of 4 KiB in the log \
                                directory, to time the disk.
                                Code 1 if anything is wrong; warnings alone end with 0.\
                                """)
                        .flag("--quick", "do not time the disk, do not read snapshots and logs")
                        .runs(DoctorCommand::run));
    }
}
