package io.banyan.server.sasl;

import io.banyan.server.config.ServerConfig;
import io.banyan.server.log.RootCause;
import java.util.Locale;
import java.util.Set;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// SASL between servers: one section of the JAAS file for who dials, one for who is dialled.
/// Thread-safe.
public final class PeerSasl {
    private static final Logger LOG = LoggerFactory.getLogger(PeerSasl.class);
    private static final String JAAS_FILE = "java.security.auth.login.config";
    private static final String SERVICE = "zookeeper-quorum";
    private static final String REALM = "zk-quorum-sasl-md5";
    private static final String EACH_HOST = "_HOST";

    /// How the JDK says that a digest is not that of the password here.
    private static final String OTHER_PASSWORD = "Mismatched response.";

    private final SaslServers accepting;
    private final SaslClients dialling;
    private final String servicePrincipal;
    private final Set<String> hosts;

    /// Reads the JAAS file that the configuration names, and logs in where it is about Kerberos.
    ///
    /// @param hosts of the ensemble's servers: who comes in by Kerberos must be of one of them
    /// @throws IllegalArgumentException if that cannot work, naming key and file
    public static PeerSasl of(ServerConfig config, Set<String> hosts) {
        return new PeerSasl(config, hosts);
    }

    private PeerSasl(ServerConfig config, Set<String> hosts) {
        ServerConfig.Sasl sasl = config.sasl();
        this.hosts = Set.copyOf(hosts);
        servicePrincipal = sasl.peerServicePrincipal();
        JaasSection server = section(config, "server", sasl.peerServerSection());
        JaasSection learner = section(config, "learner", sasl.peerLearnerSection());
        accepting = new SaslServers(server, SERVICE, REALM, server.users(), this::memberOnly);
        dialling = new SaslClients(learner, SERVICE, REALM, sasl.minReloginMillis());
        LOG.info(
                "SASL between servers accepting={} dialling={} asked={} required={} file={}",
                accepting.mechanism(),
                dialling.mechanism(),
                sasl.learnerRequires(),
                sasl.serverRequires(),
                server.file());
    }

    private static JaasSection section(ServerConfig config, String side, String name) {
        String file = config.properties().get(JAAS_FILE);
        String key = "quorum.auth." + side + ".saslLoginContext=" + name + ": ";
        JaasSection section;
        try {
            section = JaasSection.read(file, name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    key
                            + (file == null
                                    ? "there is no JAAS file: set -D" + JAAS_FILE + "=FILE"
                                    : e.getMessage()),
                    e);
        }
        if (section == null) {
            throw new IllegalArgumentException(
                    key
                            + "there is no such section in "
                            + (file == null ? "the JAAS configuration" : file));
        }
        if (section.isDigest()
                && "true".equalsIgnoreCase(config.properties().get("zookeeper.fips-mode"))) {
            throw new IllegalArgumentException(
                    key + "fips-mode=true has no DIGEST-MD5, which the section asks for");
        }
        return section;
    }

    /// @param host of the member that is dialled, as the configuration names it
    public SaslSide dialling(String host) throws SaslException {
        String principal =
                servicePrincipal.endsWith("/" + EACH_HOST)
                        ? servicePrincipal.replace(EACH_HOST, host.toLowerCase(Locale.ROOT))
                        : servicePrincipal;
        return dialling.make(principal);
    }

    public SaslSide accepting() throws SaslException {
        return new Accepting();
    }

    /// Any service of the realm could come with a ticket for us: the host says that it is a member.
    private String memberOnly(String proved) {
        if (accepting.mechanism().equals(SaslServers.DIGEST)) {
            return proved;
        }
        String[] parts = proved.split("[/@]", -1);
        if (parts.length != 3 || !hosts.contains(parts[1])) {
            throw new IllegalArgumentException(proved + " is of no host of this ensemble");
        }
        return proved;
    }

    private final class Accepting implements SaslSide {
        private final SaslServers.Answers answers = accepting.answers();
        private final SaslServer server = accepting.make(answers);

        Accepting() throws SaslException {}

        @Override
        public byte[] first() {
            throw new IllegalStateException("who dials begins");
        }

        @Override
        public byte @Nullable [] answer(byte[] token) throws SaslException {
            try {
                return server.evaluateResponse(token);
            } catch (SaslException | RuntimeException e) {
                // The JDK's mechanisms read what strangers send; not all that is wrong with it
                // comes as their own exception.
                throw new SaslException("user " + user() + ": " + reason(e), e);
            }
        }

        private static String reason(Exception failure) {
            String message = RootCause.message(failure);
            return message.endsWith(OTHER_PASSWORD) ? "its password is wrong" : message;
        }

        @Override
        public boolean isComplete() {
            return server.isComplete();
        }

        @Override
        public String user() {
            if (server.isComplete()) {
                return server.getAuthorizationID();
            }
            String named = answers.user();
            return named == null ? "not named yet" : named;
        }
    }
}
