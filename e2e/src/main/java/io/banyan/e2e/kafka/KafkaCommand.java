package io.banyan.e2e.kafka;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `bin/e2e kafka`.
@Command(
        name = "kafka",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Two brokers of Kafka 3.9 in ZooKeeper mode on three Banyan servers, in two minutes.",
            "Messages are produced while the leader of the ensemble is killed, and read again; the"
                    + " controller is killed; the ensemble is restarted server by server; topics"
                    + " are made and deleted.",
            "The first run fetches about 100 jars into e2e/target."
        })
public final class KafkaCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        PrintStream out = System.out;
        try (var story = new KafkaStory(out)) {
            story.run();
            return 0;
        } catch (Exception e) {
            out.println("FAILED: " + e.getMessage());
            e.printStackTrace(out);
            return 1;
        }
    }
}
