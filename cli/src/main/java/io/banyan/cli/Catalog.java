package io.banyan.cli;

import io.banyan.cli.command.Command;
import io.banyan.cli.disk.DiskCommands;
import io.banyan.cli.hold.HoldCommands;
import io.banyan.cli.inspect.InspectCommands;
import io.banyan.cli.subtree.SubtreeCommands;
import io.banyan.cli.znode.ZnodeCommands;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All commands by name.
final class Catalog {
    private final Map<String, Command> byName = new TreeMap<>();
    private final List<Group> groups;

    /// Commands under one heading of the help.
    record Group(String heading, List<Command> commands) {}

    Catalog() {
        groups =
                List.of(
                        new Group("Znodes, as zkCli has them", ZnodeCommands.all()),
                        new Group("Subtrees, and more than zkCli has", SubtreeCommands.all()),
                        new Group("Running a program", HoldCommands.all()),
                        new Group("Servers", InspectCommands.all()),
                        new Group("Files of a server", DiskCommands.all()));
        for (Group group : groups) {
            for (Command each : group.commands()) {
                byName.put(each.name(), each);
            }
        }
    }

    List<Group> groups() {
        return groups;
    }

    @Nullable Command find(String name) {
        return byName.get(name);
    }

    /// Sorted by name.
    Iterable<Command> all() {
        return byName.values();
    }
}
