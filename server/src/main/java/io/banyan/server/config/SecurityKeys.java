package io.banyan.server.config;

import static io.banyan.server.config.Settings.ANY_MIN;
import static io.banyan.server.config.Settings.INT_MAX;
import static io.banyan.server.config.Settings.MILLIS;

import io.banyan.server.config.ServerConfig.AuthProvider;
import io.banyan.server.config.ServerConfig.Sasl;
import io.banyan.server.config.ServerConfig.Security;
import io.banyan.server.config.ServerConfig.Store;
import io.banyan.server.config.ServerConfig.Tls;
import io.banyan.server.config.Settings.Written;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Keys of authentication, TLS and SASL.
final class SecurityKeys {
    private final Settings settings;

    SecurityKeys(Settings settings) {
        this.settings = settings;
    }

    Security security() throws ConfigException {
        boolean enforced = settings.flag("enforce.auth.enabled", false);
        Written schemesWritten = settings.property("enforce.auth.schemes");
        List<String> schemes = Settings.list(schemesWritten);
        if (enforced && schemes.isEmpty()) {
            Written blamed = settings.property("enforce.auth.enabled");
            throw settings.wrong(
                    blamed == null ? new Written("enforce.auth.enabled", "", 0) : blamed,
                    "enforce.auth.schemes to name the schemes, for example sasl");
        }
        boolean bySasl = settings.flag("sessionRequireClientSASLAuth", false);
        return new Security(
                settings.flag("DigestAuthenticationProvider.enabled", true),
                settings.textOrNull("DigestAuthenticationProvider.superDigest"),
                settings.nonEmpty(
                        settings.property("DigestAuthenticationProvider.digestAlg"), "SHA1"),
                settings.textOrNull("X509AuthenticationProvider.superUser"),
                authProviders(),
                settings.textOrNull("ensembleAuthName"),
                settings.text(settings.property("skipACL"), "no").equals("yes"),
                enforced ? schemes : bySasl ? List.of("sasl") : List.of(),
                bySasl,
                settings.flag("allowSaslFailedClients", false),
                settings.flag("enableEagerACLCheck", false),
                settings.flag("IPAuthenticationProvider.usexforwardedfor", false));
    }

    private Map<String, AuthProvider> authProviders() {
        var providers = new LinkedHashMap<String, AuthProvider>();
        for (var entry : settings.propertiesWithPrefix("authProvider.").entrySet()) {
            Written written = entry.getValue();
            AuthProvider provider = ApacheClasses.authProvider(written.value());
            if (provider == AuthProvider.FOREIGN) {
                settings.notice(
                        new Notice(
                                Notice.Level.REFUSE,
                                written.key(),
                                "names the class "
                                        + written.value()
                                        + ", which Banyan cannot load: ACLs of its scheme would"
                                        + " open to nobody. Remove the line to start without it."));
            }
            providers.put(entry.getKey(), provider);
        }
        return providers;
    }

    Tls tls(String prefix, boolean client) throws ConfigException {
        return new Tls(
                store(prefix + "keyStore."),
                store(prefix + "trustStore."),
                settings.text(settings.property(prefix + "protocol"), ""),
                Settings.list(settings.property(prefix + "enabledProtocols")),
                Settings.list(settings.property(prefix + "ciphersuites")),
                settings.textOrNull(prefix + "context.supplier.class"),
                settings.flag(prefix + "hostnameVerification", true),
                settings.flag(prefix + "clientHostnameVerification", !client),
                settings.flag(prefix + "allowReverseDnsLookup", !client),
                settings.flag(prefix + "crl", false),
                settings.flag(prefix + "ocsp", false),
                settings.oneOf(
                        settings.property(prefix + "clientAuth"), "need", "need", "want", "none"),
                settings.integer(
                        prefix + "handshakeDetectionTimeoutMillis", 5000, 1, INT_MAX, MILLIS),
                client ? settings.nonEmpty(settings.property("ssl.authProvider"), "x509") : "x509",
                client
                        ? settings.oneOf(
                                settings.property("ssl.sslProvider"),
                                "JDK",
                                "JDK",
                                "OPENSSL",
                                "OPENSSL_REFCNT")
                        : "JDK");
    }

    private Store store(String prefix) throws ConfigException {
        return new Store(
                settings.textOrNull(prefix + "location"),
                settings.text(settings.property(prefix + "password"), ""),
                settings.textOrNull(prefix + "passwordPath"),
                settings.oneOf(
                        settings.property(prefix + "type"),
                        "",
                        "",
                        "JKS",
                        "PEM",
                        "PKCS12",
                        "BCFKS"));
    }

    Sasl sasl() throws ConfigException {
        String auth = "quorum.auth.";
        var superUsers = new ArrayList<String>();
        Written superUser = settings.property("superUser");
        if (superUser != null) {
            superUsers.add(superUser.value());
        }
        for (Written written : settings.propertiesWithPrefix("superUser.").values()) {
            superUsers.add(written.value());
        }
        // The second spelling is the one of the administrator's guide.
        Written alsoSuper = settings.property("SASLAuthenticationProvider.superUser");
        if (alsoSuper != null) {
            superUsers.add(alsoSuper.value());
        }
        Written enable = settings.parsed(auth + "enableSasl");
        Written learner = settings.parsed(auth + "learnerRequireSasl");
        Written server = settings.parsed(auth + "serverRequireSasl");
        boolean enabled = settings.trueOrFalse(enable, false);
        boolean learnerRequires = settings.trueOrFalse(learner, false);
        boolean serverRequires = settings.trueOrFalse(server, false);
        if (learner != null && learnerRequires && !enabled) {
            throw settings.wrong(learner, auth + "enableSasl=true beside it");
        }
        // Who asks others for a proof and gives none could not join its own ensemble.
        if (server != null && serverRequires && !learnerRequires) {
            throw settings.wrong(server, auth + "learnerRequireSasl=true beside it");
        }
        Written threads = settings.parsed("quorum.cnxn.threads.size");
        return new Sasl(
                settings.nonEmpty(settings.property("sasl.serverconfig"), "Server"),
                settings.textOrNull("SASLAuthenticationProvider.superPassword"),
                superUsers,
                settings.textOrNull("letAnySaslUserDoX"),
                settings.flag("kerberos.removeHostFromPrincipal", false),
                settings.flag("kerberos.removeRealmFromPrincipal", false),
                settings.flag("kerberos.canonicalizeHostNames", false),
                settings.text(settings.property("security.auth_to_local"), "DEFAULT"),
                settings.flag("requireKerberosConfig", false),
                settings.text(settings.property("kinit"), "/usr/bin/kinit"),
                settings.integer("kerberos.minReLoginTimeMs", 60_000, 0, INT_MAX, MILLIS),
                settings.flag("fips-mode", true),
                enabled,
                learnerRequires,
                serverRequires,
                settings.text(
                        settings.parsed(auth + "kerberos.servicePrincipal"), "zkquorum/localhost"),
                settings.text(settings.parsed(auth + "learner.saslLoginContext"), "QuorumLearner"),
                settings.text(settings.parsed(auth + "server.saslLoginContext"), "QuorumServer"),
                Math.max(20, settings.wholeInt(threads, 20, ANY_MIN, INT_MAX, "threads")));
    }
}
