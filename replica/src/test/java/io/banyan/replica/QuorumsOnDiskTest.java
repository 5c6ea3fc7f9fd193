package io.banyan.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.MalformedRecord;
import io.banyan.zab.Configuration;
import io.banyan.zab.Quorums;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class QuorumsOnDiskTest {
    private static final Configuration OWN = of(0);
    private static final Configuration FIRST = of(5);
    private static final Configuration SECOND = of(7);
    private static final Configuration THIRD = of(9);

    private static Configuration of(long version) {
        String text =
                "server.1=h1:1:2;3\nserver."
                        + (version + 2)
                        + "=h2:1:2;3\nversion="
                        + Long.toHexString(version);
        return Objects.requireNonNull(Members.parse(text.getBytes(UTF_8))).configuration();
    }

    private static void assertThatItIs(Quorums quorums, Configuration current, Configuration last) {
        assertThat(quorums.current().version()).isEqualTo(current.version());
        assertThat(quorums.lastSeen().version()).isEqualTo(last.version());
        assertThat(quorums.isPending()).isEqualTo(current != last);
    }

    @Test
    void whatIsWrittenIsRead() {
        var older = new Quorums(OWN, FIRST);
        var newer = new Quorums(FIRST, FIRST);

        List<Quorums> one = QuorumsOnDisk.decode(QuorumsOnDisk.encode(null, older));
        List<Quorums> two = QuorumsOnDisk.decode(QuorumsOnDisk.encode(older, newer));

        assertThat(one).hasSize(1);
        assertThatItIs(one.getFirst(), OWN, FIRST);
        assertThat(two).hasSize(2);
        assertThatItIs(two.getFirst(), OWN, FIRST);
        assertThatItIs(two.getLast(), FIRST, FIRST);
        assertThat(two.getLast().current().electorate()).isEqualTo(FIRST.electorate());
        assertThat(QuorumsOnDisk.decode(new byte[0])).isEmpty();
    }

    @Test
    void whatIsNoSuchFileIsRefused() {
        assertThatThrownBy(() -> QuorumsOnDisk.decode(new byte[] {0, 0, 0, 9}))
                .isInstanceOf(MalformedRecord.class);
        assertThatThrownBy(() -> QuorumsOnDisk.decode(new byte[] {0, 0, 0, 1, 0, 0, 0, 0}))
                .isInstanceOf(MalformedRecord.class);
    }

    @Test
    void withoutHistoryTheServersOwnFileCounts() {
        assertThatItIs(QuorumsOnDisk.recovered(OWN, List.of(), false, null, null), OWN, OWN);
    }

    @Test
    void aChangeInTheLogWaitsForItsCommit() {
        assertThatItIs(
                QuorumsOnDisk.recovered(FIRST, List.of(), true, FIRST, SECOND), FIRST, SECOND);
        assertThatItIs(QuorumsOnDisk.recovered(OWN, List.of(), true, null, FIRST), OWN, FIRST);
    }

    @Test
    void ofTwoChangesInTheLogTheFirstIsCommitted() {
        assertThatItIs(QuorumsOnDisk.recovered(OWN, List.of(), true, FIRST, SECOND), FIRST, SECOND);
    }

    @Test
    void aChangeInASnapshotIsCommitted() {
        assertThatItIs(
                QuorumsOnDisk.recovered(OWN, List.of(), false, null, SECOND), SECOND, SECOND);
    }

    @Test
    void notSoIfItCameInAnImageThatWasNotCommitted() {
        var saved = List.of(new Quorums(FIRST, SECOND));

        assertThatItIs(QuorumsOnDisk.recovered(OWN, saved, false, null, SECOND), FIRST, SECOND);
    }

    @Test
    void whatThePairSaysOfAnotherHistoryDoesNotCount() {
        // The image with the third one was not installed any more.
        var saved = List.of(new Quorums(FIRST, SECOND), new Quorums(SECOND, THIRD));

        assertThatItIs(QuorumsOnDisk.recovered(OWN, saved, false, null, SECOND), SECOND, SECOND);
    }

    @Test
    void whatIsKnownToBeCommittedOutlivesAHistoryThatEndsBefore() {
        var saved = List.of(new Quorums(THIRD, THIRD));

        assertThatItIs(QuorumsOnDisk.recovered(OWN, saved, true, OWN, FIRST), THIRD, THIRD);
    }
}
