package io.banyan.e2e.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.OwnProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One broker or tool of Kafka's in a process of its own.
final class KafkaJvm implements AutoCloseable {

    private final String what;
    private final Process process;
    private final Path said;
    private final Path complained;

    private KafkaJvm(String what, Process process, Path said, Path complained) {
        this.what = what;
        this.process = process;
        this.said = said;
        this.complained = complained;
    }

    /// @param name of its two files of output in `folder`
    /// @param words main class and arguments
    static KafkaJvm start(Path folder, String name, int heapMegabytes, List<String> words) {
        Path jars = Home.target().resolve("kafka-3.9.1");
        if (!Files.isDirectory(jars)) {
            throw new IllegalStateException("no jars in " + jars + ": bin/e2e kafka fetches them");
        }
        Path log4j = Home.root().resolve("e2e/kafka/log4j.properties");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heapMegabytes + "m");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Dlog4j.configuration=" + log4j.toUri());
        command.add("-cp");
        command.add(jars.resolve("*").toString());
        command.addAll(words);
        Path said = folder.resolve(name + ".out");
        Path complained = folder.resolve(name + ".err");
        try {
            Process process =
                    OwnProcesses.start(
                            new ProcessBuilder(command)
                                    .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()))
                                    .redirectError(
                                            ProcessBuilder.Redirect.appendTo(complained.toFile())));
            return new KafkaJvm(name, process, said, complained);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What it says once it has ended well.
    ///
    /// @throws IllegalStateException if it ends badly or not in time; names the file to read
    String result(Duration limit) {
        try {
            if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                kill();
                throw new IllegalStateException(
                        what + " did not end within " + limit + ", see " + complained);
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(
                        what + " ended with " + process.exitValue() + ", see " + complained);
            }
            return Files.readString(said, UTF_8);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// SIGKILL.
    void kill() {
        OwnProcesses.kill(process);
    }

    @Override
    public void close() {
        kill();
    }
}
