package io.banyan.cli.command;

import java.time.Duration;
import java.util.List;
import java.util.Properties;

/// Which servers, and how to talk to them.
///
/// @param servers a connect string
/// @param sessionTimeout asked for
/// @param connectTimeout how long a command waits for a connection
/// @param acceptReadOnly whether a server without a quorum will do
/// @param auths proofs of who we are, as `scheme:auth`
/// @param properties of ZooKeeper's client, by which connections are secured
public record Target(
        String servers,
        Duration sessionTimeout,
        Duration connectTimeout,
        boolean acceptReadOnly,
        List<String> auths,
        Properties properties) {
    public static final String SERVERS_DEFAULT = "localhost:2181";
    public static final Duration SESSION_TIMEOUT_DEFAULT = Duration.ofSeconds(30);
    public static final Duration CONNECT_TIMEOUT_DEFAULT = Duration.ofSeconds(5);

    public static final Target DEFAULT =
            new Target(
                    SERVERS_DEFAULT,
                    SESSION_TIMEOUT_DEFAULT,
                    CONNECT_TIMEOUT_DEFAULT,
                    false,
                    List.of(),
                    new Properties());

    public Target {
        auths = List.copyOf(auths);
    }

    public Target withServers(String connectString) {
        return new Target(
                connectString, sessionTimeout, connectTimeout, acceptReadOnly, auths, properties);
    }

    public Target waiting(Duration timeout) {
        return new Target(servers, sessionTimeout, timeout, acceptReadOnly, auths, properties);
    }
}
