package io.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.cli.command.ExitCode;
import io.banyan.client.recipes.FairLock;
import io.banyan.client.recipes.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `banyan lock` and `banyan elect`.
class HoldTest {
    @TempDir Path folder;

    private Tree tree;

    @BeforeEach
    void plant() {
        tree = new Tree();
        tree.client().create("/locks", null);
    }

    @AfterEach
    void fell() {
        tree.close();
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void aCommandRunsWithTheTokenAndItsCodeIsOurs() throws IOException {
        String script = "echo $BANYAN_TOKEN $BANYAN_LEASE > " + file("out") + "; exit 7";

        Said said = tree.run("lock", "/locks/a", "--", "sh", "-c", script);

        assertThat(said.exit()).isEqualTo(7);
        assertThat(Files.readString(folder.resolve("out"), UTF_8)).matches("\\d+ /locks/a/\\S+\n");
        assertThat(new FairLock(tree.client(), "/locks/a").contenders()).isZero();
    }

    @Test
    void aLockThatSomebodyHoldsIsNotGotInTime() throws Exception {
        try (Lease held = new FairLock(tree.client(), "/locks/a").acquire()) {
            Said said = tree.run("lock", "/locks/a", "--within", "0s", "--", "touch", file("ran"));

            assertThat(said.exit()).isEqualTo(ExitCode.NOT_NOW);
            assertThat(folder.resolve("ran")).doesNotExist();
            assertThat(held.isHeld()).isTrue();
        }
    }

    @Test
    void aCommandIsStoppedWhenItsLockIsLost() throws Exception {
        var said = new CompletableFuture<Said>();
        Thread.ofPlatform()
                .start(() -> said.complete(tree.run("lock", "/locks/a", "--", "sleep", "100")));
        var lock = new FairLock(tree.client(), "/locks/a");
        while (lock.contenders() == 0) {
            Thread.onSpinWait();
        }

        // As an operator may: then it is not held any more.
        for (String name : tree.client().children("/locks/a").names()) {
            tree.client().delete("/locks/a/" + name);
        }

        assertThat(said.get().exit()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(said.get().err()).contains("/locks/a was lost; sleep was stopped");
    }

    @Test
    void whatCannotBeRunIsSaid() {
        assertThat(tree.run("lock", "/locks/a", "--", "/no/such/program").exit())
                .isEqualTo(ExitCode.CANNOT_RUN);
        assertThat(tree.run("elect", "/locks/a", "--", "/no/such/program").exit())
                .isEqualTo(ExitCode.CANNOT_RUN);
        assertThat(tree.run("lock", "/locks/a").err()).contains("usage: banyan lock");
        assertThat(tree.run("lock", "locks", "--", "true").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(tree.run("lock", "/locks/a", "--within", "x", "--", "true").exit())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aLeaderRunsItsCommandAndStandsAgainWhenItIsDeposed() throws Exception {
        String script =
                "echo x >> " + file("terms") + "; test -e " + file("done") + " || sleep 100";
        var said = new CompletableFuture<Said>();
        Thread.ofPlatform()
                .start(() ->
                        said.complete(
                                tree.run(
                                        "elect",
                                        "/locks/e",
                                        "--id",
                                        "me",
                                        "--",
                                        "sh",
                                        "-c",
                                        script)));
        while (!Files.exists(folder.resolve("terms"))) {
            Thread.onSpinWait();
        }

        Files.createFile(folder.resolve("done"));
        for (String name : tree.client().children("/locks/e").names()) {
            tree.client().delete("/locks/e/" + name);
        }

        assertThat(said.get().exit()).isZero();
        assertThat(Files.readAllLines(folder.resolve("terms"))).hasSize(2);
    }

    @Test
    void whoIsNotElectedInTimeGivesUp() throws Exception {
        try (Lease held = new FairLock(tree.client(), "/locks/e").acquire()) {
            Said said = tree.run("elect", "/locks/e", "--within", "100ms", "--", "true");

            assertThat(said.exit()).isEqualTo(ExitCode.NOT_NOW);
            assertThat(held.isHeld()).isTrue();
        }
    }
}
