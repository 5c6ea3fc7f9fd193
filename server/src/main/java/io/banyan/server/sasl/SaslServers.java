package io.banyan.server.sasl;

import java.security.Principal;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;

/// The accepting side of SASL by one JAAS section: makes one `SaslServer` a connection.
/// Thread-safe.
final class SaslServers {
    static final String DIGEST = "DIGEST-MD5";
    static final String KERBEROS = "GSSAPI";

    private final String service;
    private final String realm;
    private final Map<String, String> users;
    private final UnaryOperator<String> canonical;

    /// Its keys do not end, so there is nothing to renew.
    private final @Nullable Subject subject;

    /// Logs in, where the section is about Kerberos.
    ///
    /// @param service the protocol's name, part of what DIGEST-MD5 hashes
    /// @param realm of DIGEST-MD5
    /// @param users passwords by name, of DIGEST-MD5
    /// @param canonical from the name that was proved to the one that ACLs know
    /// @throws IllegalArgumentException if the section is good for nothing
    SaslServers(
            JaasSection section,
            String service,
            String realm,
            Map<String, String> users,
            UnaryOperator<String> canonical) {
        this.service = service;
        this.realm = realm;
        this.users = Map.copyOf(users);
        this.canonical = canonical;
        if (section.isDigest()) {
            subject = null;
            if (users.isEmpty()) {
                throw new IllegalArgumentException(
                        section.file()
                                + ": the section "
                                + section.name()
                                + " has no option user_NAME=\"password\"");
            }
        } else {
            subject = KerberosLogin.login(section);
        }
    }

    /// `DIGEST-MD5` or `GSSAPI`.
    String mechanism() {
        return subject == null ? DIGEST : KERBEROS;
    }

    /// What the mechanism asks of one connection.
    Answers answers() {
        return new Answers();
    }

    SaslServer make(Answers answers) throws SaslException {
        if (subject == null) {
            return Sasl.createSaslServer(DIGEST, service, realm, null, answers);
        }
        Principal own = subject.getPrincipals().stream().findFirst().orElse(null);
        if (own == null) {
            throw new SaslException("the login has no principal");
        }
        String[] parts = own.getName().split("[/@]", -1);
        return as(
                subject,
                () ->
                        Sasl.createSaslServer(
                                KERBEROS,
                                parts[0],
                                parts.length > 2 ? parts[1] : null,
                                null,
                                answers));
    }

    static <T> T as(Subject subject, Callable<T> action) throws SaslException {
        try {
            return Subject.callAs(subject, action);
        } catch (CompletionException e) {
            if (e.getCause() instanceof SaslException failure) {
                throw failure;
            }
            throw new SaslException("SASL failed", e.getCause());
        }
    }

    /// Confined to one thread.
    final class Answers implements CallbackHandler {
        private @Nullable String user;

        private Answers() {}

        /// Who the other end says it is; null before it said so.
        @Nullable String user() {
            return user;
        }

        @Override
        public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
            for (Callback each : callbacks) {
                switch (each) {
                    case NameCallback name -> {
                        user = name.getDefaultName();
                        name.setName(user);
                    }
                    case PasswordCallback password -> {
                        String known = user == null ? null : users.get(user);
                        // Left empty for who is not known: no password is right then.
                        if (known != null) {
                            password.setPassword(known.toCharArray());
                        }
                    }
                    case RealmCallback asked -> asked.setText(asked.getDefaultText());
                    case AuthorizeCallback authorize -> {
                        // Who somebody wants to be counts for nothing: who they are does.
                        String name = canonical.apply(authorize.getAuthenticationID());
                        authorize.setAuthorized(true);
                        authorize.setAuthorizedID(name);
                    }
                    default -> throw new UnsupportedCallbackException(each);
                }
            }
        }
    }
}
