package io.banyan.cli.subtree;

import io.banyan.cli.command.Command;
import java.util.List;

/// What people miss in zkCli.
public final class SubtreeCommands {
    private SubtreeCommands() {}

    public static List<Command> all() {
        return List.of(
                Command.named("tree", "[path] [--depth N] [-d]")
                        .about("Draws a subtree.")
                        .option("--depth", "N", "no deeper than that")
                        .flag("-d", "--data", "with the first line of each znode's data")
                        .runs(Looking::tree),
                Command.named(
                                "find",
                                "[path] [--name GLOB] [--data TEXT] [--ephemeral] [--session ID]"
                                        + " [--empty] [--larger BYTES] [--older AGE] [--newer AGE]")
                        .about("Prints the paths of znodes that are as you say.")
                        .help("AGE is of the last change of data, as 90s, 10m, 4h, 2d.")
                        .option("--name", "GLOB", "the name fits, with * and ?")
                        .option("--data", "TEXT", "the data contains it")
                        .flag("--ephemeral", "it is ephemeral")
                        .option("--session", "ID", "this session owns it, in hex")
                        .flag("--empty", "it has no children and no data")
                        .option("--larger", "BYTES", "it has more data")
                        .option("--older", "AGE", "changed longer ago")
                        .option("--newer", "AGE", "changed since")
                        .runs(Looking::find),
                Command.named("watch", "path [--one] [--data]")
                        .about("Prints every change of a subtree until it is stopped.")
                        .help("After a broken connection RESYNC says that some may be missing.")
                        .flag("--one", "of this znode and its list of children only")
                        .flag("--data", "the new data too, as it is when it is read")
                        .option("--count", "N", "end after so many changes")
                        .runs(Looking::watch),
                Command.named("cp", "[-r] [-f] source target")
                        .about("Copies a znode with data and ACL.")
                        .help("Ephemerals are not copied. Not one step to other clients.")
                        .flag("-r", "--recursive", "with everything below it")
                        .flag("-f", "--force", "over what is there")
                        .runs(Moving::copy),
                Command.named("mv", "source target")
                        .about("Moves a subtree: copies it, then deletes what was not changed.")
                        .help(
                                """
                                One step to other clients as long as it fits one request \
                                (--atomic insists on it); else a copy, checks of every version, \
                                and a deletion.\
                                """)
                        .flag("--atomic", "one step or nothing")
                        .runs(Moving::move),
                Command.named("export", "[path] [-o FILE] [--format json|yaml] [--acl]")
                        .about("Writes a subtree as JSON or YAML.")
                        .help(
                                """
                                The format follows the name of FILE (.yaml, .yml, else JSON). Data \
                                that is no UTF-8 is written in base64. Ephemerals are left out.\
                                """)
                        .option("-o", "--output", "FILE", "instead of the standard output")
                        .option("--format", "FORMAT", "json or yaml")
                        .flag("--acl", "with ACLs that are not open to everybody")
                        .flag("--ephemerals", "with them, as if they were persistent")
                        .flag("-q", "--quiet", "no progress")
                        .runs(Exporting::run),
                Command.named("import", "FILE [path] [--update] [--dry-run]")
                        .about("Makes what export wrote, below another path if one is given.")
                        .help(
                                """
                                FILE may be - for the standard input. What is there already is \
                                refused before anything is written, unless --update is given.\
                                """)
                        .option("--format", "FORMAT", "json or yaml")
                        .flag("--update", "change data that is there and differs")
                        .flag("--dry-run", "only say what would be done")
                        .flag("-q", "--quiet", "no progress")
                        .runs(Importing::run),
                Command.named("edit", "path [--create]")
                        .about(
                                "Opens the data in $EDITOR and writes it back if nobody was quicker.")
                        .help(
                                """
                                $VISUAL, else $EDITOR, else vi. If the znode changed meanwhile \
                                nothing is written, and the file with your text is kept and \
                                named.\
                                """)
                        .flag("--create", "if it is not there")
                        .runs(Editing::run));
    }
}
