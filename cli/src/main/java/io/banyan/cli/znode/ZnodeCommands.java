package io.banyan.cli.znode;

import io.banyan.cli.command.Command;
import java.util.ArrayList;
import java.util.List;

/// What zkCli has, but for what makes sense in a shell only.
public final class ZnodeCommands {
    private ZnodeCommands() {}

    public static List<Command> all() {
        var all = new ArrayList<Command>();
        all.addAll(Reading.all());
        all.addAll(Writing.all());
        all.addAll(Watching.all());
        all.addAll(Quotas.all());
        all.addAll(Ensemble.all());
        return all;
    }
}
