package io.banyan.cli.inspect;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Json;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Screen.Style;
import io.banyan.cli.command.TimeText;
import io.banyan.cli.command.Trouble;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// `banyan top`.
final class TopCommand {
    private static final int TIMEOUT_MILLIS = 1500;
    private static final Duration EVERY_DEFAULT = Duration.ofSeconds(2);

    /// Moves to the upper left and clears what is below.
    private static final String CLEAR = "\u001b[H\u001b[J";

    private static final String FORMAT = "%-24s %-11s %-14s %8s %6s %8s %9s %9s %8s %9s";

    /// What one server said.
    ///
    /// @param facts empty if it said nothing
    /// @param problem null if it did
    /// @param nanos when it said so, for rates
    private record Answer(
            Host host, Map<String, String> facts, @Nullable String problem, long nanos) {}

    private final Run run;
    private final List<Host> hosts;
    private final Map<Host, Answer> before = new HashMap<>();

    private TopCommand(Run run) {
        this.run = run;
        this.hosts = Host.all(run.connection().target().servers());
    }

    static int run(Run run) throws InterruptedException {
        run.requireArgs(0, 0);
        String every = run.value("--every");
        Duration pause = every == null ? EVERY_DEFAULT : TimeText.duration(every);
        if (pause.isZero()) {
            throw Trouble.usage("--every: there must be a pause");
        }
        return new TopCommand(run).show(pause, run.has("--once"));
    }

    private int show(Duration pause, boolean isOnce) throws InterruptedException {
        for (int round = 0; ; round++) {
            List<Answer> answers = askAll();
            if (round == 0 && answers.stream().allMatch(each -> each.problem() != null)) {
                throw Trouble.unreachable(
                        "no server of "
                                + run.connection().target().servers()
                                + " answers: "
                                + answers.getFirst().problem());
            }
            tell(answers, isOnce);
            answers.forEach(each -> before.put(each.host(), each));
            if (isOnce) {
                return ExitCode.OK;
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                if (run.isZkCli()) {
                    // Ctrl-C in the shell is how one leaves it.
                    return ExitCode.OK;
                }
                throw e;
            }
        }
    }

    private List<Answer> askAll() throws InterruptedException {
        try (ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked = new ArrayList<Future<Answer>>();
            for (Host host : hosts) {
                asked.add(asking.submit(() -> ask(host)));
            }
            var answers = new ArrayList<Answer>();
            for (Future<Answer> each : asked) {
                answers.add(each.get());
            }
            return answers;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Answer ask(Host host) {
        try {
            Map<String, String> facts = FourLetters.facts(host, TIMEOUT_MILLIS);
            return new Answer(host, facts, null, System.nanoTime());
        } catch (IOException e) {
            return new Answer(host, Map.of(), String.valueOf(e.getMessage()), System.nanoTime());
        }
    }

    // ---- saying it

    private void tell(List<Answer> answers, boolean isOnce) {
        if (run.isJson()) {
            var list = new ArrayList<>();
            answers.forEach(each -> list.add(json(each)));
            run.line(Json.compact(list));
            run.screen().flush();
            return;
        }
        if (run.screen().hasColours() && !isOnce) {
            run.screen().part(CLEAR);
        }
        if (!isOnce) {
            run.line(
                    LocalTime.now(ZoneId.systemDefault())
                            .truncatedTo(ChronoUnit.SECONDS)
                            .toString());
        }
        run.line(
                run.screen()
                        .styled(
                                Style.STRONG,
                                FORMAT.formatted(
                                        "SERVER",
                                        "ROLE",
                                        "ZXID",
                                        "CLIENTS",
                                        "QUEUE",
                                        "WATCHES",
                                        "ZNODES",
                                        "AVG ms",
                                        "MAX ms",
                                        "PACKETS/s")));
        answers.forEach(this::tellOne);
        run.screen().flush();
    }

    private void tellOne(Answer answer) {
        String host = "%-24s".formatted(answer.host());
        if (answer.problem() != null) {
            run.line(host + " " + run.screen().styled(Style.BAD, "down: " + answer.problem()));
            return;
        }
        Map<String, String> facts = answer.facts();
        String row =
                FORMAT.formatted(
                        answer.host(),
                        facts.getOrDefault("server_state", ""),
                        facts.getOrDefault("zxid", ""),
                        facts.getOrDefault("num_alive_connections", ""),
                        facts.getOrDefault("outstanding_requests", ""),
                        facts.getOrDefault("watch_count", ""),
                        facts.getOrDefault("znode_count", ""),
                        facts.getOrDefault("avg_latency", ""),
                        facts.getOrDefault("max_latency", ""),
                        rate(answer));
        boolean isLeader = "leader".equals(facts.get("server_state"));
        run.line(run.screen().styled(isLeader ? Style.GOOD : Style.PLAIN, row));
    }

    private String rate(Answer answer) {
        Answer last = before.get(answer.host());
        if (last == null || last.problem() != null) {
            return "";
        }
        long packets = packets(answer) - packets(last);
        double seconds = (answer.nanos() - last.nanos()) / 1e9;
        // Fewer than before: the server was started anew.
        return packets < 0 || seconds <= 0 ? "" : String.valueOf(Math.round(packets / seconds));
    }

    private static long packets(Answer answer) {
        try {
            return Long.parseLong(answer.facts().getOrDefault("packets_received", "0"));
        } catch (NumberFormatException e) {
            // Servers with another metrics provider say it as a double.
            return (long) Double.parseDouble(answer.facts().getOrDefault("packets_received", "0"));
        }
    }

    private static Object json(Answer answer) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("server", answer.host().toString());
        fields.put("problem", answer.problem());
        for (String each :
                List.of(
                        "server_state",
                        "zxid",
                        "num_alive_connections",
                        "outstanding_requests",
                        "watch_count",
                        "znode_count",
                        "avg_latency",
                        "max_latency",
                        "packets_received",
                        "version")) {
            fields.put(each, answer.facts().get(each));
        }
        return fields;
    }
}
