package io.banyan.client;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.security.URIParameter;
import java.util.Map;
import java.util.Properties;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/// Who a client is by SASL: one section of a JAAS file, DIGEST-MD5 for ZooKeeper's own login module
/// in it and GSSAPI (Kerberos) for every other one. Thread-safe.
///
/// ZooKeeper's login module is read, not loaded: it is not there.
final class ClientSasl {
    private static final String JAAS_FILE = "java.security.auth.login.config";
    private static final String PREFIX = "zookeeper.sasl.client";
    private static final String SECTION_KEY = "zookeeper.sasl.clientconfig";

    /// ZooKeeper's class for users and passwords, in whatever package it ever was.
    private static final String DIGEST_MODULE = ".DigestLoginModule";

    private static final String DIGEST_REALM = "zk-sasl-md5";
    private static final String SERVICE = "zookeeper";
    private static final byte[] NOTHING = {};

    private final Configuration configuration;
    private final String section;
    private final String file;
    private final Properties properties;

    /// Null for Kerberos, as the password.
    private final @Nullable String user;

    private final @Nullable String password;

    /// As properties of ZooKeeper's client say.
    ///
    /// @return null if they do not ask for SASL: no JAAS file, no section in it, or switched off
    /// @throws IllegalArgumentException naming the key that makes no sense, or whose file does not
    static @Nullable ClientSasl of(Properties properties) {
        String file = properties.getProperty(JAAS_FILE);
        String explicit = properties.getProperty(SECTION_KEY);
        boolean off = "false".equalsIgnoreCase(properties.getProperty(PREFIX));
        if (off || (file == null && explicit == null)) {
            return null;
        }
        String section = explicit == null ? "Client" : explicit;
        String shown = file == null ? "the JAAS configuration" : JAAS_FILE + "=" + file;
        Configuration configuration;
        AppConfigurationEntry[] entries;
        try {
            configuration =
                    file == null
                            ? Configuration.getConfiguration()
                            : Configuration.getInstance(
                                    "JavaLoginConfig", new URIParameter(uri(file)));
            entries = configuration.getAppConfigurationEntry(section);
        } catch (NoSuchAlgorithmException | SecurityException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException(
                    shown + ": it cannot be read: " + cause.getMessage(), e);
        }
        if (entries == null || entries.length == 0) {
            if (explicit == null) {
                // It may be there for something else.
                return null;
            }
            throw new IllegalArgumentException(
                    SECTION_KEY + "=" + section + ": there is no such section in " + shown);
        }
        return new ClientSasl(configuration, section, shown, properties, entries[0]);
    }

    /// The JDK takes a URL as well.
    private static URI uri(String file) {
        String path = file.startsWith("=") ? file.substring(1) : file;
        return Files.exists(Path.of(path)) ? Path.of(path).toUri() : URI.create(path);
    }

    private ClientSasl(
            Configuration configuration,
            String section,
            String file,
            Properties properties,
            AppConfigurationEntry module) {
        this.configuration = configuration;
        this.section = section;
        this.file = file;
        this.properties = properties;
        if (!module.getLoginModuleName().endsWith(DIGEST_MODULE)) {
            user = null;
            password = null;
            return;
        }
        if ("true".equalsIgnoreCase(properties.getProperty("zookeeper.fips-mode"))) {
            throw new IllegalArgumentException(
                    "zookeeper.fips-mode=true has no DIGEST-MD5, which the section "
                            + section
                            + " of "
                            + file
                            + " asks for");
        }
        user = option(module, "username");
        password = option(module, "password");
    }

    private String option(AppConfigurationEntry module, String name) {
        Object value = module.getOptions().get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    file + ": the section " + section + " has no option " + name + "=\"...\"");
        }
        return value.toString();
    }

    /// One connection's. Confined to one thread at a time.
    static final class Exchange {
        private final SaslClient client;
        private final @Nullable Subject subject;

        private Exchange(@Nullable Subject subject, @Nullable SaslClient client)
                throws SaslException {
            if (client == null) {
                throw new SaslException("this JVM does not have the mechanism");
            }
            this.subject = subject;
            this.client = client;
        }

        /// Blocks: Kerberos asks its servers.
        ///
        /// @param challenge of the server; null in the beginning
        /// @return null for nothing more
        byte @Nullable [] answer(byte @Nullable [] challenge) throws SaslException {
            if (challenge == null && !client.hasInitialResponse()) {
                return NOTHING;
            }
            byte[] token = challenge == null ? NOTHING : challenge;
            Subject own = subject;
            return own == null
                    ? client.evaluateChallenge(token)
                    : as(own, () -> client.evaluateChallenge(token));
        }

        /// Whether the server has proved itself, too, and waits for no more than our last token.
        boolean isComplete() {
            return client.isComplete();
        }
    }

    /// Blocks: Kerberos asks its servers.
    ///
    /// @param host as the connect string names it
    /// @throws SaslException also if there is no login
    Exchange begin(String host) throws SaslException {
        if (user != null) {
            return new Exchange(
                    null,
                    Sasl.createSaslClient(
                            new String[] {"DIGEST-MD5"},
                            user,
                            SERVICE,
                            DIGEST_REALM,
                            Map.of(),
                            this::answer));
        }
        Subject subject = login();
        String[] service = principal(host).split("[/@]", -1);
        if (service.length < 2) {
            throw new SaslException(
                    "zookeeper.server.principal is to be service/host, perhaps with @REALM");
        }
        String name =
                subject.getPrincipals().stream()
                        .findFirst()
                        .map(Principal::getName)
                        .orElseThrow(() -> new SaslException("the login has no principal"));
        return new Exchange(
                subject,
                as(
                        subject,
                        () ->
                                Sasl.createSaslClient(
                                        new String[] {"GSSAPI"},
                                        name,
                                        service[0],
                                        service[1],
                                        Map.of(),
                                        this::answer)));
    }

    /// For each connection anew: a ticket that ended is of no use to the next one.
    private Subject login() throws SaslException {
        try {
            var context = new LoginContext(section, new Subject(), null, configuration);
            context.login();
            return context.getSubject();
        } catch (LoginException | SecurityException e) {
            throw new SaslException(
                    "the login of the section " + section + " failed: " + e.getMessage(), e);
        }
    }

    private String principal(String host) throws SaslException {
        String set = properties.getProperty("zookeeper.server.principal");
        if (set != null) {
            return set;
        }
        String canonical = host;
        if (!"false".equalsIgnoreCase(properties.getProperty(PREFIX + ".canonicalize.hostname"))) {
            try {
                InetAddress address = InetAddress.getByName(host);
                String name = address.getCanonicalHostName();
                canonical = name.equals(address.getHostAddress()) ? host : name;
            } catch (UnknownHostException e) {
                throw new SaslException("unknown host " + host, e);
            }
        }
        return properties.getProperty(PREFIX + ".username", SERVICE) + "/" + canonical;
    }

    /// `Subject.callAs` is not there in Java 17.
    private static <T> T as(Subject subject, PrivilegedExceptionAction<T> action)
            throws SaslException {
        try {
            return Subject.doAs(subject, action);
        } catch (PrivilegedActionException e) {
            if (e.getCause() instanceof SaslException failure) {
                throw failure;
            }
            throw new SaslException("SASL failed", e.getCause());
        }
    }

    private void answer(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback each : callbacks) {
            if (each instanceof NameCallback asked) {
                asked.setName(user);
            } else if (each instanceof PasswordCallback asked) {
                asked.setPassword(password == null ? null : password.toCharArray());
            } else if (each instanceof RealmCallback asked) {
                asked.setText(asked.getDefaultText());
            } else if (each instanceof AuthorizeCallback asked) {
                asked.setAuthorized(asked.getAuthenticationID().equals(asked.getAuthorizationID()));
            } else {
                throw new UnsupportedCallbackException(each);
            }
        }
    }

    /// For messages.
    @Override
    public String toString() {
        return (user == null ? "Kerberos" : "user " + user) + " of the section " + section;
    }
}
