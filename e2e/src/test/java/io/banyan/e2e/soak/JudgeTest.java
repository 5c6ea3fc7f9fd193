package io.banyan.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.soak.Operation.Kind;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The judge is only worth something if it condemns: each promise is broken once.
@Tag("fast")
class JudgeTest {
    private final History history = new History();

    @Test
    void whatIsAsItShouldBePasses() {
        write(1, 100, 0, 10, 1);
        read(5, 1, 11, 12, 1, 1, 100);
        write(9, 101, 13, 14, 2);
        openWrite(102, 15);

        assertThat(verdict(last(20, 9, 2, 101))).isEmpty();
        assertThat(verdict(last(20, 15, 3, 102))).isEmpty();
    }

    @Test
    void anAcknowledgedWriteThatIsGoneIsFound() {
        write(1, 100, 0, 10, 1);
        write(9, 101, 13, 14, 2);

        assertThat(verdict(last(20, 1, 1, 100))).anyMatch(s -> s.contains("is lost"));
    }

    @Test
    void anAcknowledgedWriteBeforeTheLastOneThatIsGoneIsFoundByItsVersion() {
        write(1, 100, 0, 10, 1);
        write(9, 101, 13, 14, 1);

        assertThat(verdict(last(20, 9, 1, 101))).anyMatch(s -> s.contains("versions fall"));
    }

    @Test
    void aWriteThatTimeSaysWasLaterButZxidSaysWasEarlierIsFound() {
        write(9, 100, 0, 10, 2);
        write(5, 101, 11, 12, 1);

        assertThat(verdict(last(20, 9, 2, 100)))
                .anyMatch(s -> s.contains("seen before it was sent"));
    }

    @Test
    void aReadThatIsOlderThanItsZxidIsFound() {
        write(1, 100, 0, 10, 1);
        write(5, 101, 11, 12, 2);
        read(6, 1, 13, 14, 1, 1, 100);

        assertThat(verdict(last(20, 5, 2, 101))).anyMatch(s -> s.contains("older than its own"));
    }

    @Test
    void aReadBehindASyncThatMissesAWriteIsFound() {
        write(1, 100, 0, 10, 1);
        write(5, 101, 11, 12, 2);
        history.operations.add(
                new Operation(Kind.READ, 1, 7, 0, 100, 21, 22, 0, 4, 1, 1, Operation.ANY, 20));

        assertThat(verdict(last(20, 5, 2, 101))).anyMatch(s -> s.contains("after a sync"));
    }

    @Test
    void aReadOfWhatNobodyWroteIsFound() {
        write(1, 100, 0, 10, 1);
        read(3, 1, 11, 12, 2, 2, 999);

        assertThat(verdict(last(20, 1, 1, 100))).anyMatch(s -> s.contains("nobody wrote"));
    }

    @Test
    void aSessionThatGoesBackIsFound() {
        write(5, 100, 0, 10, 1);
        history.operations.add(
                new Operation(
                        Kind.READ, 1, 7, 1, 0, 11, 12, 0, 3, 0, 0, Operation.ANY, Operation.NEVER));

        assertThat(verdict(last(20, 5, 1, 100))).anyMatch(s -> s.contains("older state"));
    }

    @Test
    void aWatchThatStayedQuietIsFound() {
        write(5, 100, 0, 10, 1);
        history.sights.add(new Sight(1, 7, 0, 3, 6));

        assertThat(verdict(last(20, 5, 1, 100))).anyMatch(s -> s.contains("did not fire"));
    }

    @Test
    void aWatchThatFiredBeforeItsChangeWasSeenPasses() {
        write(5, 100, 0, 10, 1);
        history.sights.add(new Sight(1, 7, 0, 3, 4));

        assertThat(verdict(last(20, 5, 1, 100))).isEmpty();
    }

    private List<String> verdict(Operation last) {
        return new Judge(List.of(history)).verdict(List.of(last));
    }

    private void write(long zxid, long value, long invoked, long returned, int version) {
        history.operations.add(
                new Operation(
                        Kind.WRITE,
                        1,
                        7,
                        0,
                        value,
                        invoked,
                        returned,
                        0,
                        zxid,
                        zxid,
                        version,
                        Operation.ANY,
                        Operation.NEVER));
    }

    private void openWrite(long value, long invoked) {
        history.operations.add(
                new Operation(
                        Kind.WRITE,
                        1,
                        7,
                        0,
                        value,
                        invoked,
                        Operation.NEVER,
                        0,
                        0,
                        0,
                        0,
                        Operation.ANY,
                        Operation.NEVER));
    }

    private void read(
            long zxid, int key, long invoked, long returned, long mzxid, int version, long value) {
        history.operations.add(
                new Operation(
                        Kind.READ,
                        1,
                        7,
                        0,
                        value,
                        invoked,
                        returned,
                        0,
                        zxid,
                        mzxid,
                        version,
                        Operation.ANY,
                        Operation.NEVER));
    }

    private static Operation last(long zxid, long mzxid, int version, long value) {
        return new Operation(
                Kind.READ,
                0,
                9,
                0,
                value,
                100,
                101,
                0,
                zxid,
                mzxid,
                version,
                Operation.ANY,
                Operation.NEVER);
    }
}
