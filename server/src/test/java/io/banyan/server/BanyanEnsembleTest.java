package io.banyan.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class BanyanEnsembleTest {
    @Test
    void twoOfThreeMembersServeOnAndTheThirdComesBack() throws IOException {
        try (BanyanEnsemble ensemble = BanyanEnsemble.start(3)) {
            int leader = ensemble.leader();

            ensemble.stop(leader);
            ensemble.awaitServing();
            int next = ensemble.leader();

            assertThat(next).isNotEqualTo(leader);
            ensemble.restart(leader);
            assertThat(ensemble.leader()).isEqualTo(next);
        }
    }
}
