package io.banyan.cli.inspect;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Screen.Style;
import io.banyan.server.config.ConfigException;
import io.banyan.server.config.Notice;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.config.ZooCfg;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `banyan doctor`.
final class DoctorCommand {
    private DoctorCommand() {}

    static int run(Run run) throws IOException, InterruptedException {
        run.requireArgs(0, 1);
        boolean isQuick = run.has("--quick");
        var findings = new ArrayList<Finding>();
        if (run.args().isEmpty()) {
            PeerCheck.servers(Host.all(run.connection().target().servers()), findings);
        } else {
            ServerConfig config = config(Path.of(run.arg(0)), findings);
            if (config != null) {
                DiskCheck.check(config, isQuick, findings);
                PeerCheck.peers(config, findings);
            }
        }
        MachineCheck.check(!run.args().isEmpty(), findings);
        tell(run, findings);
        return findings.stream().anyMatch(each -> each.level() == Finding.Level.WRONG)
                ? ExitCode.REFUSED
                : ExitCode.OK;
    }

    // ---- configuration

    private static @Nullable ServerConfig config(Path file, List<Finding> findings)
            throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        System.getProperties().forEach((k, v) -> properties.put(k.toString(), v.toString()));
        ServerConfig config;
        try {
            config = ZooCfg.parse(file, properties);
        } catch (ConfigException e) {
            findings.add(
                    Finding.wrong(
                            "config",
                            String.valueOf(e.getMessage()),
                            "correct it: no server starts with it"));
            return null;
        }
        int before = findings.size();
        for (Notice notice : config.notices()) {
            findings.add(finding(notice));
        }
        addAdvice(config, findings);
        if (findings.size() == before) {
            findings.add(Finding.good("config", file + " is fine"));
        }
        return config;
    }

    private static Finding finding(Notice notice) {
        String what = notice.key() + ": " + notice.message();
        return switch (notice.level()) {
            case INFO -> Finding.note("config", what);
            case WARN -> Finding.warn("config", what, "see " + notice.key() + " in the file");
            case REFUSE ->
                    Finding.wrong("config", what, "no server starts with it: change or remove it");
        };
    }

    private static void addAdvice(ServerConfig config, List<Finding> findings) {
        if (!config.storage().forceSync()) {
            findings.add(
                    Finding.warn(
                            "config",
                            "forceSync=no: writes are acknowledged before they are on disk",
                            "remove it unless losing them with the power is fine"));
        }
        if (!config.purge().on()) {
            findings.add(
                    Finding.warn(
                            "config",
                            "old snapshots and logs are never purged",
                            "set autopurge.purgeInterval=24, or purge them by a job of your own"));
        }
        long voters = PeerCheck.voters(config);
        if (voters > 0 && voters % 2 == 0) {
            findings.add(
                    Finding.warn(
                            "config",
                            voters
                                    + " voters bear the loss of no more servers than "
                                    + (voters - 1),
                            "add one voter, or make one an observer"));
        }
    }

    // ---- saying it

    private static void tell(Run run, List<Finding> findings) {
        if (run.isJson()) {
            var list = new ArrayList<>();
            for (Finding each : findings) {
                list.add(
                        Run.fields(
                                "level", each.level().name(),
                                "area", each.area(),
                                "what", each.what(),
                                "advice", each.advice()));
            }
            run.json(list);
            return;
        }
        for (Finding each : findings) {
            run.line(mark(run, each.level()) + " %-7s ".formatted(each.area()) + each.what());
            if (each.advice() != null) {
                run.line("              do: " + each.advice());
            }
        }
        long wrong = count(findings, Finding.Level.WRONG);
        long warn = count(findings, Finding.Level.WARN);
        run.line(
                wrong + warn == 0
                        ? "nothing to do"
                        : wrong + " wrong, " + warn + (warn == 1 ? " warning" : " warnings"));
    }

    private static long count(List<Finding> findings, Finding.Level level) {
        return findings.stream().filter(each -> each.level() == level).count();
    }

    private static String mark(Run run, Finding.Level level) {
        return switch (level) {
            case GOOD -> run.screen().styled(Style.GOOD, "good ");
            case NOTE -> run.screen().styled(Style.FAINT, "note ");
            case WARN -> run.screen().styled(Style.WARN, "warn ");
            case WRONG -> run.screen().styled(Style.BAD, "WRONG");
        };
    }
}
