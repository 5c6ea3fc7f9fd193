package io.banyan.e2e;

import io.banyan.e2e.diff.DiffCommand;
import io.banyan.e2e.ensemble.EnsembleCommand;
import io.banyan.e2e.ensemble.MigrateCommand;
import io.banyan.e2e.kafka.KafkaCommand;
import io.banyan.e2e.kill.Kill9Command;
import io.banyan.e2e.nacos.DubboCommand;
import io.banyan.e2e.nacos.NacosCommand;
import io.banyan.e2e.nacos.SpringCommand;
import io.banyan.e2e.soak.SoakCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line of the black-box tests.
@Command(
        name = "bin/e2e",
        mixinStandardHelpOptions = true,
        description = "Black-box tests of Banyan with real processes, Apache ZooKeeper as control.",
        subcommands = {
            DiffCommand.class,
            DubboCommand.class,
            EnsembleCommand.class,
            KafkaCommand.class,
            Kill9Command.class,
            MigrateCommand.class,
            NacosCommand.class,
            SoakCommand.class,
            SpringCommand.class
        })
public final class E2e implements Runnable {

    private E2e() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new E2e()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
