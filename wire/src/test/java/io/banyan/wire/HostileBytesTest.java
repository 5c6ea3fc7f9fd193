package io.banyan.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.banyan.wire.Seeds.Seed;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Whatever bytes come: a decoder either refuses them with {@link MalformedRecord}, or gives a
/// record that survives being written and read again. Nothing else escapes, and no lie about a
/// length makes it set memory aside.
class HostileBytesTest {
    /// Well above what reading the longest seed takes, and far below what a believed lie would.
    private static final long ALLOCATED_BYTES_MAX = 1 << 20;

    private static final int[] LIES = {
        -1,
        -2,
        0,
        1,
        2,
        Integer.MIN_VALUE,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE - 8,
        0x00100000,
        0x01000000,
        0x10000000
    };
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static List<Seed> seeds;

    @BeforeAll
    static void readSeeds() {
        seeds = Seeds.all();
    }

    @Test
    void unspoiltSeedsAreTakenByTheirDecoders() {
        for (Seed seed : seeds) {
            assertThat(seed.codec().survives(seed.bytes())).as(seed.codec().name()).isTrue();
        }
    }

    @Test
    void recordsCutOffAnywhereAreRefusedOrAreShorterRecords() {
        for (Seed seed : seeds) {
            for (int length = 0; length < seed.bytes().length; length++) {
                check(seed.codec(), Arrays.copyOf(seed.bytes(), length));
            }
        }
    }

    @Test
    void everyByteMayBeAnyOther() {
        for (Seed seed : seeds) {
            for (int i = 0; i < seed.bytes().length; i++) {
                byte[] bytes = seed.bytes().clone();
                for (int flip : new int[] {0x01, 0x02, 0x04, 0x10, 0x40, 0x80, 0xff}) {
                    bytes[i] = (byte) (seed.bytes()[i] ^ flip);
                    check(seed.codec(), bytes);
                }
            }
        }
    }

    @Test
    void everyFourBytesMayBeALieAboutALength() {
        for (Seed seed : seeds) {
            for (int i = 0; i + 4 <= seed.bytes().length; i++) {
                for (int lie : LIES) {
                    byte[] bytes = seed.bytes().clone();
                    ByteBuffer.wrap(bytes).putInt(i, lie);
                    check(seed.codec(), bytes);
                }
                byte[] oneTooLong = seed.bytes().clone();
                ByteBuffer.wrap(oneTooLong).putInt(i, oneTooLong.length - i - 3);
                check(seed.codec(), oneTooLong);
            }
        }
    }

    @Test
    void bytesOfOneRecordMayBeGivenForAnother() {
        for (Seed seed : seeds) {
            for (List<Codec<?>> codecs : List.of(Codec.REQUESTS, Codec.REPLIES, Codec.OTHERS)) {
                for (Codec<?> other : codecs) {
                    check(other, seed.bytes());
                }
            }
        }
    }

    @Test
    void severalThingsMayBeWrongAtOnce() {
        for (long round = 0; round < 50_000; round++) {
            var random = new Random(round);
            Seed seed = seeds.get(random.nextInt(seeds.size()));
            byte[] bytes = spoilt(seed.bytes(), random);
            try {
                check(seed.codec(), bytes);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("new Random(" + round + ")", e);
            }
        }
    }

    private static byte[] spoilt(byte[] good, Random random) {
        byte[] bytes = Arrays.copyOf(good, good.length + (random.nextInt(4) == 0 ? 16 : 0));
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 4; i--) {
            int at = random.nextInt(bytes.length - 3);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> ByteBuffer.wrap(bytes).putInt(at, LIES[random.nextInt(LIES.length)]);
                case 2 -> ByteBuffer.wrap(bytes).putInt(at, random.nextInt(40) - 20);
                default -> {
                    int length = random.nextInt(Math.min(16, bytes.length - at));
                    int from = random.nextInt(bytes.length - length);
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
        return random.nextInt(4) == 0
                ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))
                : bytes;
    }

    private static void check(Codec<?> codec, byte[] bytes) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        codec.survives(bytes);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (allocated > ALLOCATED_BYTES_MAX) {
            throw new AssertionError(
                    codec.name() + " took " + allocated + " bytes for " + Hex.brief(bytes));
        }
    }
}
