package io.banyan.e2e.ensemble;

import io.banyan.e2e.server.ServerKind;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

/// `bin/e2e migrate`, too long for `bin/check`.
final class MigrationTest {
    @Test
    void anApacheEnsembleBecomesBanyanAndGoesBackUnderClientsThatNoticeNothing()
            throws IOException {
        PrintStream out = System.out;
        try (var migration = new Migration(ServerKind.APACHE_39, out)) {
            migration.run();
        }
    }
}
