package io.banyan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Seeds of the simulator, and the tests of the tester.
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("banyan.sim.seeds", 100);

    /// @param seeds within how many from 1 on the bug must be caught; the table of
    ///   `docs/simulation.md`
    /// @param checkers those that may be first to notice, with bars between
    private record Catch(int seeds, String checkers) {}

    private static Catch catchOf(PlantedBug bug) {
        return switch (bug) {
            case NONE -> throw new IllegalArgumentException("no bug");
            case ACK_BEFORE_SYNC -> new Catch(5, "LogAgreement|AcknowledgedMeansKept");
            case REPLY_BEFORE_WATCH -> new Catch(5, "Watches");
            case ONE_SHOT_NOT_CONSUMED -> new Catch(5, "Watches");
            case EVENT_LOST -> new Catch(20, "Watches");
            case RECOVERY_SKIPS_LAST -> new Catch(5, "AcknowledgedMeansKept");
            case SNAPSHOT_OF_UNCOMMITTED -> new Catch(5, "SameState");
            case EARLY_EXPIRY -> new Catch(20, "Ephemerals");
            case BATCHES_SWAPPED -> new Catch(5, "SessionOrder|Watches|AcknowledgedMeansKept");
            case BATCH_LOST -> new Catch(20, "SessionOrder|Watches|Liveness");
            case REQUEST_TWICE -> new Catch(5, "SessionOrder|AcknowledgedMeansKept");
            case EPOCH_BEFORE_HISTORY -> new Catch(10, "LogAgreement|AcknowledgedMeansKept");
            case CURRENT_EPOCH_LOST -> new Catch(5, "Epochs");
            case ACCEPTED_EPOCH_LOST -> new Catch(5, "Epochs|AcknowledgedMeansKept");
            case EPOCH_NOT_CHECKED -> new Catch(10, "Epochs");
            case TRUNCATION_KEEPS_TAIL ->
                    new Catch(60, "LogAgreement|AcknowledgedMeansKept|Liveness");
            case TRUNCATION_KEEPS_STATE -> new Catch(40, "SameState|a bug|Liveness|LogAgreement");
            case IMAGE_OF_UNCOMMITTED -> new Catch(20, "SameState");
            case HISTORY_WITH_A_GAP -> new Catch(10, "LogAgreement|Liveness");
            case COMMIT_TOLD_EARLY -> new Catch(5, "LogAgreement");
            case UPTODATE_EARLY -> new Catch(60, "LogAgreement");
            case TOUCHES_LOST -> new Catch(40, "Ephemerals");
            case FORWARDED_TWICE -> new Catch(5, "AcknowledgedMeansKept");
            case SYNC_NOT_ASKED -> new Catch(60, "SessionOrder");
            case RESUMPTION_NOT_ASKED -> new Catch(10, "Ephemerals");
            case OTHER_HISTORY_CONTINUES -> new Catch(400, "Watches|SessionOrder");
            case ROLLOVER_MISSED -> new Catch(20, "Epochs");
            case GROUPS_IGNORED -> new Catch(20, "LogAgreement");
            case READERS_NOT_DISMISSED -> new Catch(20, "SessionOrder");
            case CHANGE_FORGOTTEN -> new Catch(60, "LogAgreement|AcknowledgedMeansKept|Epochs");
            case ACTIVATION_TOLD_EARLY -> new Catch(5, "LogAgreement");
            case OLD_QUORUM_COMMITS -> new Catch(60, "LogAgreement|AcknowledgedMeansKept");
            case UPGRADE_BEHIND_REQUEST -> new Catch(10, "SessionOrder");
            case UPGRADE_LOST -> new Catch(10, "SessionOrder");
            case INFORM_BEFORE_COMMIT -> new Catch(5, "LogAgreement");
            case MASTER_ANSWERS_SYNC -> new Catch(60, "SessionOrder");
            case MASTER_ANSWERS_RESUMPTION -> new Catch(10, "Ephemerals");
        };
    }

    @Test
    void everyPromiseIsKeptOnEverySeed() {
        List<Simulation.Result> all =
                LongStream.rangeClosed(1, SEEDS)
                        .parallel()
                        .mapToObj(seed -> Simulation.run(seed, PlantedBug.NONE, null))
                        .toList();

        for (Simulation.Result each : all) {
            assertThat(each.failure()).describedAs("bin/sim %d --trace", each.seed()).isNull();
        }
        // The world is worth looking at: work is done, and servers die.
        assertThat(all.stream().mapToInt(Simulation.Result::answers).sum())
                .isGreaterThan(300 * SEEDS);
        assertThat(all.stream().mapToInt(Simulation.Result::lives).sum()).isGreaterThan(2 * SEEDS);
    }

    @ParameterizedTest
    @EnumSource(value = PlantedBug.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void plantedBugIsCaught(PlantedBug bug) {
        Catch wanted = catchOf(bug);
        for (long seed = 1; seed <= wanted.seeds(); seed++) {
            String failure = Simulation.run(seed, bug, null).failure();
            if (failure != null) {
                assertThat(failure).containsPattern("^(" + wanted.checkers() + "): ");
                return;
            }
        }
        throw new AssertionError(bug + " lived through " + wanted.seeds() + " seeds");
    }

    @Test
    void seedGivesTheSameRunAgain() {
        Simulation.Result once = Simulation.run(7, PlantedBug.NONE, null);

        assertThat(Simulation.run(7, PlantedBug.NONE, null)).isEqualTo(once);
        assertThat(Simulation.run(8, PlantedBug.NONE, null).hash()).isNotEqualTo(once.hash());
    }

    @Test
    void seedGivesTheSameRunInTwoJvms() throws IOException, InterruptedException {
        String first = hashOf(runInJvmOfItsOwn("--from", "7", "--seeds", "3"));

        assertThat(first).matches("hash=[0-9a-f]{16}");
        assertThat(hashOf(runInJvmOfItsOwn("--from", "7", "--seeds", "3"))).isEqualTo(first);
    }

    @Test
    void commandSaysWhatFailedAndHowToSeeItAgain() throws IOException, InterruptedException {
        String text = runInJvmOfItsOwn("1", "--bug", "one-shot-not-consumed");

        assertThat(text)
                .contains("FAILED seed 1: Watches: ")
                .contains("again: bin/sim 1 --bug one-shot-not-consumed --trace")
                .endsWith("exit 1");
        assertThat(runInJvmOfItsOwn("--help")).contains("bin/sim SEED").endsWith("exit 0");
        assertThat(runInJvmOfItsOwn("nonsense")).endsWith("exit 2");
    }

    private static String hashOf(String output) {
        assertThat(output).endsWith("exit 0");
        int at = output.indexOf("hash=");
        return output.substring(at, at + 21);
    }

    private static String runInJvmOfItsOwn(String... args)
            throws IOException, InterruptedException {
        var command =
                new java.util.ArrayList<>(
                        List.of(
                                System.getProperty("java.home") + "/bin/java",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Sim.class.getName()));
        command.addAll(List.of(args));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit " + process.waitFor();
    }
}
