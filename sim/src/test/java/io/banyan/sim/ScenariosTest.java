package io.banyan.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every file of `scenarios` is a test of its name: bugs that others had, and promises told step by
/// step. All checkers watch them.
class ScenariosTest {
    private static final Pattern FAILS_WITH = Pattern.compile("# Fails with --bug (\\S+)");
    private static final Path SCENARIOS = Path.of("src/test/resources/scenarios");

    @TestFactory
    List<DynamicTest> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(SCENARIOS)) {
            return files.sorted()
                    .map(file ->
                            DynamicTest.dynamicTest(
                                    file.getFileName().toString().replace(".txt", ""),
                                    () ->
                                            Scenario.run(
                                                    Files.readString(file), PlantedBug.NONE, null)))
                    .toList();
        }
    }

    /// Where a rule can be broken from outside, the scenario names how.
    @TestFactory
    List<DynamicTest> scenariosFailWhereTheirRuleIsBroken() throws IOException {
        try (Stream<Path> files = Files.list(SCENARIOS)) {
            var tests = new ArrayList<DynamicTest>();
            for (Path file : files.sorted().toList()) {
                String text = Files.readString(file);
                Matcher broken = FAILS_WITH.matcher(text);
                if (broken.find()) {
                    PlantedBug bug = PlantedBug.of(broken.group(1));
                    tests.add(
                            DynamicTest.dynamicTest(
                                    file.getFileName() + " with " + bug,
                                    () ->
                                            assertThatThrownBy(() -> Scenario.run(text, bug, null))
                                                    .isInstanceOf(Violation.class)));
                }
            }
            assertThat(tests).hasSizeGreaterThan(10);
            return tests;
        }
    }

    @Test
    void conditionThatDoesNotHoldFailsWithTheFacts() {
        String text = "servers 3\nstart 2 3\nuntil serves=2,3\nexpect serves=1 # not started";

        assertThatThrownBy(() -> Scenario.run(text, PlantedBug.NONE, null))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("line 4: expect serves=1")
                .hasMessageContaining("server 1.0");
    }

    @Test
    void heldMessageArrivesOnlyWhenItIsDelivered() {
        Scenario.run(
                """
                servers 3
                start 2 3
                until leader=3 serves=2,3
                hold 3->2 PROPOSAL
                write s3 create /a
                run 50
                expect unacked=/a
                deliver 3->2 PROPOSAL  # of the session
                run 50
                deliver 3->2 PROPOSAL  # of the node
                until acked=/a
                """,
                PlantedBug.NONE,
                null);
        assertThat(SCENARIOS).isDirectory();
    }
}
