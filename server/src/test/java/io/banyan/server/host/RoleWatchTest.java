package io.banyan.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.zab.PeerState;
import org.junit.jupiter.api.Test;

final class RoleWatchTest {
    private final ToldEvents events = new ToldEvents();
    private final RoleWatch watch = new RoleWatch(events, 1_000);

    @Test
    void electionSynchronisationAndTimeWithoutServiceAreMeasured() {
        watch.saw(PeerState.LOOKING, 1_010);
        watch.saw(PeerState.LOOKING, 1_100);
        watch.saw(PeerState.FOLLOWING, 1_250);
        watch.saw(PeerState.FOLLOWING, 1_290);
        watch.serves(1_290);

        assertThat(events.told)
                .containsExactly("looking", "elected 240", "available FOLLOWING 40 290");
    }

    @Test
    void timeWithoutServiceBeginsWhenItEnds() {
        watch.saw(PeerState.LOOKING, 1_000);
        watch.saw(PeerState.LEADING, 1_100);
        watch.serves(1_100);
        events.told.clear();

        watch.saw(PeerState.LOOKING, 9_000);
        watch.ceases(9_000);
        watch.saw(PeerState.OBSERVING, 9_020);
        watch.saw(PeerState.LOOKING, 9_030);
        watch.ceases(9_030);
        watch.saw(PeerState.OBSERVING, 9_080);
        watch.serves(9_100);

        assertThat(events.told)
                .containsExactly(
                        "looking",
                        "elected 20",
                        "looking",
                        "elected 50",
                        "available OBSERVING 20 100");
    }
}
