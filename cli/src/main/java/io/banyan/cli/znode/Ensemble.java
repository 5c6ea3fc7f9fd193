package io.banyan.cli.znode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.client.Banyan;
import io.banyan.client.Node;
import io.banyan.server.operate.Version;
import io.banyan.wire.ReconfigRequest;
import io.banyan.wire.WhoAmIReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who we are and who the servers are.
final class Ensemble {
    private Ensemble() {}

    static List<Command> all() {
        return List.of(
                Command.named("addauth", "scheme auth")
                        .about("Proves who we are, as: addauth digest user:password.")
                        .help("For single commands: --auth scheme:auth.")
                        .runs(Ensemble::addAuth),
                Command.named("whoami", "")
                        .about("Prints who the server takes us for.")
                        .runs(Ensemble::whoAmI),
                Command.named("config", "[-c] [-w] [-s]")
                        .about("Prints the ensemble's configuration.")
                        .flag("-c", "--client", "only its version and a connect string")
                        .flag("-w", "--watch", "and tell of the next change")
                        .flag("-s", "--stat", "with its stat")
                        .runs(Ensemble::config),
                Command.named(
                                "reconfig",
                                "[-s] [-v version] [[-file path] |"
                                        + " [-members serverID=host:port1:port2;port3[,...]*]] | [-add"
                                        + " serverId=host:port1:port2;port3[,...]]* [-remove"
                                        + " serverId[,...]*]")
                        .about("Changes the members of the ensemble.")
                        .flag("-s", "--stat", "with the new configuration's stat")
                        .option(
                                "-v",
                                "--version",
                                "HEX",
                                "only if the configuration has this version")
                        .option(
                                "-file",
                                "--file",
                                "FILE",
                                "a file with the whole new configuration")
                        .option("-members", "--members", "LIST", "the whole new configuration")
                        .option("-add", "--add", "LIST", "servers to add or change")
                        .option("-remove", "--remove", "IDS", "servers to remove")
                        .runs(Ensemble::reconfig),
                Command.named("version", "")
                        .about("Prints the version; no server is asked.")
                        .runs(Ensemble::printVersion));
    }

    private static int addAuth(Run run) {
        run.requireArgs(1, 2);
        byte[] auth = run.args().size() > 1 ? run.arg(1).getBytes(UTF_8) : new byte[0];
        run.client().addAuth(run.arg(0), auth);
        if (run.isJson()) {
            run.json(Run.fields("scheme", run.arg(0), "added", true));
        }
        return 0;
    }

    private static int whoAmI(Run run) {
        run.requireArgs(0, 0);
        List<WhoAmIReply.ClientInfo> ids = run.client().whoAmI();
        if (run.isJson()) {
            var list = new ArrayList<>();
            for (WhoAmIReply.ClientInfo each : ids) {
                list.add(Run.fields("scheme", each.authScheme(), "user", each.user()));
            }
            run.json(list);
            return 0;
        }
        run.line("Auth scheme: User");
        for (WhoAmIReply.ClientInfo each : ids) {
            run.line(each.authScheme() + ": " + each.user());
        }
        return 0;
    }

    private static int config(Run run) {
        run.requireArgs(0, 0);
        Banyan client = run.client();
        Node node = run.has("-w") ? client.config(run.watcher()) : client.config();
        String text = run.has("-c") ? clientConfig(node.text()) : node.text();
        if (run.isJson()) {
            var fields = Run.fields("config", text);
            if (run.has("-s")) {
                fields.put("stat", StatText.json(node.stat()));
            }
            run.json(fields);
            return 0;
        }
        run.line(text);
        if (run.has("-s")) {
            StatText.print(run, node.stat());
        }
        return 0;
    }

    /// The version and where clients connect, as zkCli's `config -c`.
    static String clientConfig(String text) {
        String version = "";
        var servers = new ArrayList<String>();
        for (String line : text.lines().toList()) {
            int equals = line.indexOf('=');
            String key = equals < 0 ? line : line.substring(0, equals);
            String value = line.substring(equals + 1);
            if (key.equals("version")) {
                version = value;
            } else if (key.startsWith("server.") && value.contains(";")) {
                servers.add(clientAddress(value));
            }
        }
        return version + " " + String.join(",", servers);
    }

    /// `host:2888:3888:participant;0.0.0.0:2181`: where the client's part names no address of its
    /// own, that of the server.
    private static String clientAddress(String server) {
        String client = server.substring(server.indexOf(';') + 1);
        String host = host(server);
        int colon = client.lastIndexOf(':');
        if (colon < 0) {
            return host + ":" + client;
        }
        boolean isAny = client.startsWith("0.0.0.0:") || client.startsWith("[::]:");
        return isAny ? host + client.substring(colon) : client;
    }

    private static String host(String server) {
        int from = server.startsWith("[") ? server.indexOf(']') : 0;
        return server.substring(0, server.indexOf(':', from));
    }

    private static int reconfig(Run run) throws IOException {
        run.requireArgs(0, 0);
        @Nullable String file = run.value("-file");
        @Nullable String members = run.value("-members");
        @Nullable String adding = run.value("-add");
        @Nullable String removing = run.value("-remove");
        boolean isWhole = file != null || members != null;
        boolean isChange = adding != null || removing != null;
        if (isWhole && isChange) {
            throw Trouble.usage(
                    "Can't use -file or -members together with -add or -remove (mixing incremental"
                            + " and non-incremental modes is not allowed)");
        }
        if (file != null && members != null) {
            throw Trouble.usage(
                    "Can't use -file and -members together (conflicting non-incremental modes)");
        }
        if (!isWhole && !isChange) {
            throw Trouble.usage(run.command().usage());
        }
        var change =
                new ReconfigRequest(adding, removing, members(file, members), versionWanted(run));
        Node config = run.client().reconfig(change);
        if (run.isJson()) {
            run.json(Run.fields("config", config.text(), "stat", StatText.json(config.stat())));
            return 0;
        }
        run.line("Committed new configuration:");
        run.line(config.text());
        if (run.has("-s")) {
            StatText.print(run, config.stat());
        }
        return 0;
    }

    /// Servers want commas between members; a file has lines, and maybe a `version=` line.
    private static @Nullable String members(@Nullable String file, @Nullable String members)
            throws IOException {
        if (file == null) {
            return members;
        }
        return String.join(
                ",",
                Files.readString(Path.of(file))
                        .lines()
                        .map(String::strip)
                        .filter(line ->
                                line.startsWith("server.")
                                        || line.startsWith("group.")
                                        || line.startsWith("weight."))
                        .toList());
    }

    private static long versionWanted(Run run) {
        String hex = run.value("-v");
        if (hex == null) {
            return -1;
        }
        try {
            return Long.parseUnsignedLong(hex.startsWith("0x") ? hex.substring(2) : hex, 16);
        } catch (NumberFormatException e) {
            throw Trouble.usage("-v: \"" + hex + "\" is no version in hex");
        }
    }

    private static int printVersion(Run run) {
        if (run.isJson()) {
            run.json(Run.fields("banyan", Version.banyan(), "zookeeper", Version.ZOOKEEPER));
        } else {
            run.line((run.isZkCli() ? "ZooKeeper CLI version: " : "") + Version.text());
        }
        return 0;
    }
}
