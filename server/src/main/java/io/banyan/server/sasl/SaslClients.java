package io.banyan.server.sasl;

import java.security.Principal;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/// The dialling side of SASL by one JAAS section: makes one exchange a connection. Thread-safe.
final class SaslClients {
    private static final byte[] NOTHING = {};

    private final String service;
    private final String realm;
    private final String user;
    private final String password;
    private final @Nullable KerberosLogin login;

    /// Logs in, where the section is about Kerberos.
    ///
    /// @param service the protocol's name, part of what DIGEST-MD5 hashes
    /// @param realm of DIGEST-MD5
    /// @param renewMillisMin of Kerberos tickets
    /// @throws IllegalArgumentException if the section is good for nothing
    SaslClients(JaasSection section, String service, String realm, int renewMillisMin) {
        this.service = service;
        this.realm = realm;
        if (section.isDigest()) {
            login = null;
            user = option(section, "username");
            password = option(section, "password");
        } else {
            login = new KerberosLogin(section, renewMillisMin);
            user = nameOf(login.subject());
            password = "";
        }
    }

    private static String option(JaasSection section, String option) {
        String value = section.option(option);
        if (value == null) {
            throw new IllegalArgumentException(
                    section.file()
                            + ": the section "
                            + section.name()
                            + " has no option "
                            + option
                            + "=\"...\"");
        }
        return value;
    }

    private static String nameOf(Subject subject) {
        return subject.getPrincipals().stream().findFirst().map(Principal::getName).orElse("");
    }

    /// `DIGEST-MD5` or `GSSAPI`.
    String mechanism() {
        return login == null ? SaslServers.DIGEST : SaslServers.KERBEROS;
    }

    /// @param principal `service/host` or `service/host@REALM` of who is dialled, for Kerberos
    SaslSide make(String principal) throws SaslException {
        if (login == null) {
            String[] mechanisms = {SaslServers.DIGEST};
            return new Dialling(
                    null,
                    Sasl.createSaslClient(
                            mechanisms, user, service, realm, Map.of(), this::answer));
        }
        Subject subject = login.subject();
        String[] parts = principal.split("[/@]", -1);
        if (parts.length < 2) {
            throw new SaslException(principal + " is no service/host of Kerberos");
        }
        String[] mechanisms = {SaslServers.KERBEROS};
        SaslClient client =
                SaslServers.as(
                        subject,
                        () ->
                                Sasl.createSaslClient(
                                        mechanisms,
                                        user,
                                        parts[0],
                                        parts[1],
                                        Map.of(),
                                        this::answer));
        return new Dialling(subject, client);
    }

    private void answer(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback each : callbacks) {
            switch (each) {
                case NameCallback name -> name.setName(user);
                case PasswordCallback asked -> asked.setPassword(password.toCharArray());
                case RealmCallback asked -> asked.setText(asked.getDefaultText());
                case AuthorizeCallback asked ->
                        asked.setAuthorized(
                                asked.getAuthenticationID().equals(asked.getAuthorizationID()));
                default -> throw new UnsupportedCallbackException(each);
            }
        }
    }

    private final class Dialling implements SaslSide {
        private final @Nullable Subject subject;
        private final SaslClient client;

        Dialling(@Nullable Subject subject, @Nullable SaslClient client) throws SaslException {
            if (client == null) {
                throw new SaslException("this JVM has no " + mechanism());
            }
            this.subject = subject;
            this.client = client;
        }

        @Override
        public byte[] first() throws SaslException {
            byte[] token = client.hasInitialResponse() ? answer(NOTHING) : null;
            return token == null ? NOTHING : token;
        }

        @Override
        public byte @Nullable [] answer(byte[] token) throws SaslException {
            try {
                return subject == null
                        ? client.evaluateChallenge(token)
                        : SaslServers.as(subject, () -> client.evaluateChallenge(token));
            } catch (IllegalArgumentException | IllegalStateException e) {
                throw new SaslException("its answer makes no sense", e);
            }
        }

        @Override
        public boolean isComplete() {
            return client.isComplete();
        }

        @Override
        public String user() {
            return user;
        }
    }
}
