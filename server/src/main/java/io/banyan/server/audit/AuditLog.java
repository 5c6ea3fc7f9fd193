package io.banyan.server.audit;

import io.banyan.server.audit.AuditEvent.Result;
import io.banyan.server.config.ServerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes audit lines if `audit.enable` asks for them. Any thread.
public final class AuditLog {
    private static final Logger LOG =
            LoggerFactory.getLogger("org.apache.zookeeper.audit.Slf4jAuditLogger");

    private final boolean enabled;

    public AuditLog(ServerConfig.Audit config) {
        this.enabled = config.enabled();
    }

    /// To be asked before an event is built: most servers keep no audit log.
    public boolean isEnabled() {
        return enabled;
    }

    /// The operating system's user that this process runs as, who does what no client asked for.
    static String ownUser() {
        return System.getProperty("user.name", "");
    }

    /// Writes a line about the server itself.
    public void server(AuditEvent.Operation operation, Result result) {
        if (enabled) {
            log(AuditEvent.ofServer(operation, result, ownUser()));
        }
    }

    /// Failures as errors, everything else as information.
    public void log(AuditEvent event) {
        if (!enabled) {
            return;
        }
        if (event.result() == Result.FAILURE) {
            LOG.error(event.line());
        } else {
            LOG.info(event.line());
        }
    }
}
