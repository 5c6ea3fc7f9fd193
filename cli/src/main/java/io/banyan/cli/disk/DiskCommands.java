package io.banyan.cli.disk;

import io.banyan.cli.command.Command;
import java.util.List;

/// Commands about files.
public final class DiskCommands {
    private DiskCommands() {}

    public static List<Command> all() {
        return List.of(
                Command.named(
                                "log",
                                "[DIR|FILE ...] [--path PATH] [--session ID] [--zxid FROM[..TO]]"
                                        + " [--from TIME] [--to TIME] [--type NAME] [--data]")
                        .about("Reads transaction logs: who changed what, and when.")
                        .help(
                                """
                                DIR is a dataDir, a dataLogDir or a version-2; without one: \
                                $BANYAN_DATA_DIR, else data.
                                TIME is 2026-01-31T12:00:00Z, without Z by the local clock, or an \
                                age as 90s, 10m, 4h, 2d.
                                A damaged log ends with code 1; an unfinished batch at the end of \
                                the newest is what a crash leaves, and no damage.
                                With --json each transaction is one line.\
                                """)
                        .option("--path", "PATH", "only about this znode and those below it")
                        .option("--session", "ID", "only by this session, in hex")
                        .option("--zxid", "FROM[..TO]", "only with these zxids, in hex")
                        .option("--from", "TIME", "only from then on")
                        .option("--to", "TIME", "only up to then")
                        .option("--type", "NAME", "only of this type, as create or setData")
                        .flag("--data", "the data too")
                        .flag("--summary", "a line about each file at the end")
                        .runs(LogCommand::run),
                Command.named("snapshot", "[DIR|FILE ...] [--verify] [--path PATH] [--top N]")
                        .about("Looks into snapshots: what is in them, and whether they are whole.")
                        .help(
                                """
                                DIR is a dataDir or a version-2; without one: $BANYAN_DATA_DIR, \
                                else data. Of a DIR the newest snapshot is read, with --verify all.
                                --verify checks every seal, builds the tree and compares its \
                                digest with the one in the file; code 1 if a snapshot is no good.\
                                """)
                        .flag("--verify", "check everything, say only that")
                        .option("--path", "PATH", "list the znodes at and below it")
                        .option("--top", "N", "how many of the largest to show (5)")
                        .runs(SnapshotCommand::run));
    }
}
