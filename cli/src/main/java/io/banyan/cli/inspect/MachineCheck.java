package io.banyan.cli.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// This machine: clock and limits. Where it is no Linux, only what can be known.
final class MachineCheck {
    private static final String CLOCK = "clock";
    private static final String LIMITS = "limits";
    private static final long FILES_MIN = 4096;
    private static final int HEAP_MIB_DEFAULT = 1000;
    private static final Path PROC = Path.of("/proc");

    private MachineCheck() {}

    /// @param isServer a server is to run on this machine
    static void check(boolean isServer, List<Finding> findings)
            throws IOException, InterruptedException {
        clock(findings);
        if (isServer) {
            openFiles(findings);
            memory(findings);
        }
    }

    // ---- clock

    private static void clock(List<Finding> findings) throws InterruptedException {
        String synced = said("timedatectl", "show", "--property=NTPSynchronized", "--value");
        if ("yes".equals(synced)) {
            findings.add(Finding.good(CLOCK, "the clock is kept by time servers"));
        } else if ("no".equals(synced)) {
            findings.add(
                    Finding.warn(
                            CLOCK,
                            "no time server keeps this clock",
                            "switch on chrony or systemd-timesyncd: ctime, mtime and TTLs follow"
                                    + " the leader's clock"));
        } else {
            findings.add(
                    Finding.note(CLOCK, "nobody here says whether time servers keep the clock"));
        }
    }

    /// @return its one line, null if it cannot be run or fails
    private static @Nullable String said(String... words) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(words)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return null;
            }
            String text =
                    new String(
                            process.getInputStream().readAllBytes(),
                            java.nio.charset.StandardCharsets.UTF_8);
            return process.exitValue() == 0 ? text.strip() : null;
        } catch (IOException e) {
            // Not every machine has it.
            return null;
        }
    }

    // ---- limits

    private static void openFiles(List<Finding> findings) throws IOException {
        Path limits = PROC.resolve("self/limits");
        if (!Files.isReadable(limits)) {
            return;
        }
        for (String line : Files.readAllLines(limits)) {
            if (line.startsWith("Max open files")) {
                String soft = line.substring("Max open files".length()).strip().split("\\s+", 2)[0];
                String what = soft + " open files are allowed";
                boolean isEnough = soft.equals("unlimited") || Long.parseLong(soft) >= FILES_MIN;
                findings.add(
                        isEnough
                                ? Finding.good(LIMITS, what)
                                : Finding.warn(
                                        LIMITS,
                                        what + ": each connection takes one",
                                        "ulimit -n 65536, or LimitNOFILE=65536 in the unit"));
            }
        }
    }

    private static void memory(List<Finding> findings) throws IOException {
        OptionalLong total = memInfo("MemTotal");
        if (total.isEmpty()) {
            return;
        }
        long totalMib = total.getAsLong() >> 10;
        long heapMib = heapMib();
        String what = "a heap of " + heapMib + " MiB on a machine of " + totalMib;
        findings.add(
                heapMib > totalMib * 3 / 4
                        ? Finding.warn(
                                LIMITS,
                                what,
                                "set ZK_SERVER_HEAP lower: the system must not swap or kill it")
                        : Finding.good(LIMITS, what));
        Path swappiness = PROC.resolve("sys/vm/swappiness");
        boolean hasSwap = memInfo("SwapTotal").orElse(0) > 0;
        if (hasSwap && Files.isReadable(swappiness)) {
            long value = Long.parseLong(Files.readString(swappiness).strip());
            if (value > 10) {
                findings.add(
                        Finding.warn(
                                LIMITS,
                                "vm.swappiness is " + value,
                                "sysctl vm.swappiness=1: a swapped heap stalls for seconds"));
            }
        }
    }

    private static long heapMib() {
        String set = System.getenv("ZK_SERVER_HEAP");
        try {
            return set == null || set.isBlank() ? HEAP_MIB_DEFAULT : Long.parseLong(set);
        } catch (NumberFormatException e) {
            // The server's JVM will refuse it; nothing is known of its heap here.
            return HEAP_MIB_DEFAULT;
        }
    }

    /// @return KiB
    private static OptionalLong memInfo(String key) throws IOException {
        Path info = PROC.resolve("meminfo");
        if (!Files.isReadable(info)) {
            return OptionalLong.empty();
        }
        for (String line : Files.readAllLines(info)) {
            if (line.startsWith(key + ":")) {
                String number = line.substring(key.length() + 1).strip().split("\\s+", 2)[0];
                return OptionalLong.of(Long.parseLong(number));
            }
        }
        return OptionalLong.empty();
    }
}
