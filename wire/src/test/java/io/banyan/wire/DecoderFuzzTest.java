package io.banyan.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.banyan.wire.Seeds.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Jazzer looks for bytes that a decoder neither refuses nor keeps.
///
/// An ordinary test run only replays the seeds. To search for ten minutes, guided by coverage:
///
/// ```
/// JAZZER_FUZZ=1 bin/mvn -pl wire test -Dtest=DecoderFuzzTest
/// ```
///
/// What it finds it writes below `src/test/resources`, where every later run replays it.
class DecoderFuzzTest {
    private static final List<Codec<?>> CODECS = codecs();

    private static List<Codec<?>> codecs() {
        var all = new ArrayList<Codec<?>>(Codec.REQUESTS);
        all.addAll(Codec.REPLIES);
        all.addAll(Codec.OTHERS);
        return all;
    }

    static Stream<Arguments> seeds() {
        return Seeds.all().stream().map(seed -> Arguments.of((Object) input(seed)));
    }

    private static byte[] input(Seed seed) {
        byte[] input = new byte[seed.bytes().length + 1];
        input[0] = (byte) CODECS.indexOf(seed.codec());
        System.arraycopy(seed.bytes(), 0, input, 1, seed.bytes().length);
        return input;
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void everyDecoderRefusesOrKeepsAnyBytes(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Codec<?> codec = CODECS.get(Byte.toUnsignedInt(input[0]) % CODECS.size());
        codec.survives(Arrays.copyOfRange(input, 1, input.length));
    }
}
