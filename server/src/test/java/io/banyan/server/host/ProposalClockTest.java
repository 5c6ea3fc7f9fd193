package io.banyan.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProposalClockTest {
    private final ToldEvents events = new ToldEvents();
    private final ProposalClock clock = new ProposalClock(events);

    @Test
    void proposalsOfARoundAreAcknowledgedWithTheLastOfThem() {
        clock.proposed(1);
        clock.proposed(2);
        clock.endRound(100);
        clock.endRound(110);
        clock.proposed(3);
        clock.endRound(120);

        clock.committed(1, 130);
        assertThat(events.told).isEmpty();
        clock.committed(2, 140);
        clock.committed(3, 150);
        clock.committed(3, 160);

        assertThat(events.told).containsExactly("acknowledged 2 40", "acknowledged 1 30");
    }

    @Test
    void whatALostLeaderProposedIsNotCounted() {
        clock.proposed(1);
        clock.endRound(100);
        clock.proposed(2);

        clock.forget();
        clock.endRound(200);
        clock.committed(5, 300);

        assertThat(events.told).isEmpty();
    }
}
