package io.banyan.server.sasl;

import io.banyan.replica.SaslExchange;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.log.RootCause;
import io.banyan.wire.Id;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// SASL of clients: the section `Server` of the JAAS file. Thread-safe.
public final class ClientSasl implements SaslExchange.Maker {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSasl.class);
    private static final String JAAS_FILE = "java.security.auth.login.config";
    private static final String SECTION_SET = "zookeeper.sasl.serverconfig";
    private static final String SUPER = "super";

    private final SaslServers servers;
    private final ServerConfig.Sasl config;
    private final Set<String> superUsers;
    private final ShortNames shortNames;

    /// Reads the JAAS file that the configuration names.
    ///
    /// @return null if that has no section for us
    /// @throws IllegalArgumentException if the file or the login is not good
    public static @Nullable ClientSasl of(ServerConfig config) {
        String file = config.properties().get(JAAS_FILE);
        boolean sectionSet = config.properties().containsKey(SECTION_SET);
        ServerConfig.Sasl sasl = config.sasl();
        JaasSection section = JaasSection.read(file, sasl.serverSection());
        if (section == null) {
            if (sectionSet) {
                throw new IllegalArgumentException(
                        (file == null ? "the JAAS configuration" : JAAS_FILE + "=" + file)
                                + ": there is no section "
                                + sasl.serverSection()
                                + " for clients");
            }
            LOG.info("no SASL for clients, no section {} file={}", sasl.serverSection(), file);
            return null;
        }
        if (section.isDigest()
                && "true".equalsIgnoreCase(config.properties().get("zookeeper.fips-mode"))) {
            throw new IllegalArgumentException(
                    "fips-mode=true has no DIGEST-MD5, which the section "
                            + section.name()
                            + " of "
                            + section.file()
                            + " asks for");
        }
        return new ClientSasl(section, sasl);
    }

    private ClientSasl(JaasSection section, ServerConfig.Sasl config) {
        this.config = config;
        this.superUsers = Set.copyOf(config.superUsers());
        this.shortNames = ShortNames.of(config.authToLocal());
        Map<String, String> users = new HashMap<>(section.users());
        if (config.superPassword() != null) {
            users.put(SUPER, config.superPassword());
        }
        servers = new SaslServers(section, "zookeeper", "zk-sasl-md5", users, this::canonicalName);
        LOG.info(
                "SASL for clients mechanism={} section={} file={}",
                servers.mechanism(),
                section.name(),
                section.file());
    }

    @Override
    public SaslExchange begin(String peer) {
        return new Exchange(peer);
    }

    /// What the rules call it, with host and realm behind it but where that is not wanted.
    private String canonicalName(String proved) {
        if (servers.mechanism().equals(SaslServers.DIGEST)) {
            return proved;
        }
        int at = proved.indexOf('@');
        String realm = at < 0 ? null : proved.substring(at + 1);
        String local = at < 0 ? proved : proved.substring(0, at);
        int slash = local.indexOf('/');
        var name =
                new StringBuilder(
                        shortNames.of(proved, () -> new KerberosPrincipal(local).getRealm()));
        if (slash >= 0 && !config.removeHost()) {
            name.append(local, slash, local.length());
        }
        if (realm != null && !config.removeRealm()) {
            name.append('@').append(realm);
        }
        return name.toString();
    }

    private final class Exchange implements SaslExchange {
        private final String peer;
        private @Nullable SaslServer server;
        private byte @Nullable [] answer;

        Exchange(String peer) {
            this.peer = peer;
        }

        @Override
        public boolean step(byte[] token) {
            try {
                SaslServer current = server;
                if (current == null) {
                    current = servers.make(servers.answers());
                    server = current;
                }
                answer = current.evaluateResponse(token);
                if (current.isComplete()) {
                    LOG.info("SASL peer={} user={}", peer, current.getAuthorizationID());
                }
                return true;
            } catch (SaslException | IllegalArgumentException | IllegalStateException e) {
                LOG.warn("SASL failed peer={} reason=\"{}\"", peer, RootCause.message(e));
                return false;
            }
        }

        @Override
        public byte @Nullable [] answer() {
            return answer;
        }

        @Override
        public boolean isComplete() {
            return server != null && server.isComplete();
        }

        @Override
        public List<Id> proved() {
            if (server == null) {
                return List.of();
            }
            String user = server.getAuthorizationID();
            var ids = new ArrayList<>(List.of(new Id("sasl", user)));
            if (superUsers.contains(user)) {
                ids.add(new Id("super", ""));
            }
            return ids;
        }
    }
}
