package io.banyan.server.sasl;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who this server is by Kerberos. A ticket that ends soon is replaced when somebody asks for it,
/// so no thread is needed for that. Thread-safe.
final class KerberosLogin {
    private static final Logger LOG = LoggerFactory.getLogger(KerberosLogin.class);

    /// Of a ticket's life, at least one part in so many must be left.
    private static final int PART_LEFT_MIN = 5;

    private static final String TICKET_OF_TICKETS = "krbtgt/";

    private final JaasSection section;
    private final long renewNanosMin;

    /// Guarded by this.
    private Subject subject;

    private long loggedInNanos;

    /// Logs in.
    ///
    /// @param renewMillisMin `kerberos.minReLoginTimeMs`: logins are at least so far apart
    /// @throws IllegalArgumentException if that fails
    KerberosLogin(JaasSection section, int renewMillisMin) {
        this.section = section;
        this.renewNanosMin = TimeUnit.MILLISECONDS.toNanos(renewMillisMin);
        subject = login(section);
        loggedInNanos = System.nanoTime();
    }

    /// @throws IllegalArgumentException if that fails
    static Subject login(JaasSection section) {
        try {
            var context =
                    new LoginContext(section.name(), new Subject(), null, section.configuration());
            context.login();
            return context.getSubject();
        } catch (LoginException | SecurityException e) {
            throw new IllegalArgumentException(
                    section.file()
                            + ": the login of the section "
                            + section.name()
                            + " failed: "
                            + e.getMessage(),
                    e);
        }
    }

    synchronized Subject subject() {
        if (endsSoon() && System.nanoTime() - loggedInNanos >= renewNanosMin) {
            loggedInNanos = System.nanoTime();
            try {
                subject = login(section);
                LOG.info("Kerberos ticket renewed section={}", section.name());
            } catch (IllegalArgumentException e) {
                // The old one may still be good; if not, who uses it says so.
                LOG.warn("Kerberos ticket not renewed: {}", e.getMessage());
            }
        }
        return subject;
    }

    private boolean endsSoon() {
        Instant now = Instant.now();
        for (KerberosTicket each : subject.getPrivateCredentials(KerberosTicket.class)) {
            if (each.getServer().getName().startsWith(TICKET_OF_TICKETS)
                    && each.getEndTime() != null) {
                Instant end = each.getEndTime().toInstant();
                Duration life = Duration.between(each.getAuthTime().toInstant(), end);
                if (now.plus(life.dividedBy(PART_LEFT_MIN)).isAfter(end)) {
                    return true;
                }
            }
        }
        return false;
    }
}
