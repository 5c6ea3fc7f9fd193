package io.banyan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `-Dbanyan.fuzz.inputs=N` and `-Dbanyan.fuzz.seed=N` make it longer or other.
class StoreFuzzTest {
    @TempDir Path dir;

    @Test
    void damagedFilesAreRefusedWithAMessageOrReadAsWritten() throws IOException {
        long inputs = Long.getLong("banyan.fuzz.inputs", 5000);
        long seed = Long.getLong("banyan.fuzz.seed", 42);
        var fuzz = new StoreFuzz(dir);

        for (long input = 0; input < inputs; input++) {
            fuzz.run(seed, input);
        }

        System.out.println(
                "store fuzz: inputs "
                        + inputs
                        + ", intact "
                        + fuzz.intact
                        + ", refused "
                        + fuzz.refused);
        assertThat(fuzz.intact).isPositive();
        assertThat(fuzz.refused).isGreaterThan(inputs / 4);
    }
}
