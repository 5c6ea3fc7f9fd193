package io.banyan.cli;

import io.banyan.cli.command.Option;
import io.banyan.cli.command.Target;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.Words;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// Options that every command takes.
final class Globals {
    static final String JSON = "--json";
    static final String HELP = "--help";

    private static final String SERVER = "--server";
    private static final String TIMEOUT = "--timeout";
    private static final String WAIT = "--wait";
    private static final String READ_ONLY = "--read-only";
    private static final String AUTH = "--auth";
    private static final String CLIENT_CONFIG = "--client-configuration";

    /// Instead of `--server`.
    static final String SERVER_VARIABLE = "BANYAN_SERVER";

    static final List<Option> OPTIONS =
            List.of(
                    option(
                            SERVER,
                            "-server",
                            "HOSTS",
                            "host:port,host:port/chroot; else $"
                                    + SERVER_VARIABLE
                                    + ", else "
                                    + Target.SERVERS_DEFAULT),
                    option(TIMEOUT, "-timeout", "MILLIS", "session timeout to ask for (30000)"),
                    new Option(
                            List.of(WAIT),
                            "MILLIS",
                            "how long to wait for a connection (5000)",
                            false),
                    new Option(
                            List.of(READ_ONLY), null, "a server without a quorum will do", false),
                    new Option(List.of(AUTH), "SCHEME:AUTH", "proves who we are; repeatable", true),
                    option(
                            CLIENT_CONFIG,
                            "-client-configuration",
                            "FILE",
                            "properties of ZooKeeper's client, for TLS"),
                    new Option(List.of(JSON), null, "answers and errors as JSON", false),
                    option(HELP, "-h", null, "this"));

    private Globals() {}

    private static Option option(
            String name, String other, @Nullable String argument, String help) {
        return new Option(List.of(name, other), argument, help, false);
    }

    /// @throws Trouble if an argument makes no sense
    static Target target(Words words) {
        String servers = last(words, SERVER);
        if (servers == null) {
            servers = System.getenv(SERVER_VARIABLE);
        }
        var auths = new ArrayList<String>(words.options().getOrDefault(AUTH, List.of()));
        for (String auth : auths) {
            if (auth.indexOf(':') < 1) {
                throw Trouble.usage(AUTH + ": not of the form SCHEME:AUTH");
            }
        }
        return new Target(
                servers == null || servers.isEmpty() ? Target.SERVERS_DEFAULT : servers,
                millis(words, TIMEOUT, Target.SESSION_TIMEOUT_DEFAULT),
                millis(words, WAIT, Target.CONNECT_TIMEOUT_DEFAULT),
                words.has(READ_ONLY),
                auths,
                properties(last(words, CLIENT_CONFIG)));
    }

    /// Those of this JVM, which `CLIENT_JVMFLAGS` may set, and over them those of a file.
    private static Properties properties(@Nullable String file) {
        var properties = new Properties();
        properties.putAll(System.getProperties());
        if (file != null) {
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                properties.load(in);
            } catch (IOException e) {
                throw Trouble.local("cannot read " + file + ": " + e);
            }
        }
        return properties;
    }

    private static @Nullable String last(Words words, String option) {
        List<String> values = words.options().get(option);
        return values == null ? null : values.getLast();
    }

    private static Duration millis(Words words, String option, Duration otherwise) {
        String text = last(words, option);
        if (text == null) {
            return otherwise;
        }
        try {
            int millis = Integer.parseInt(text);
            if (millis > 0) {
                return Duration.ofMillis(millis);
            }
        } catch (NumberFormatException e) {
            // Said below, as for numbers that are no time.
        }
        throw Trouble.usage(option + ": \"" + text + "\" is no time in milliseconds");
    }
}
