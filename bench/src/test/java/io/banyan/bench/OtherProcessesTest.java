package io.banyan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OtherProcessesTest {
    @Test
    void processorTimeIsUserAndSystemWhateverTheCommandIsCalled() {
        String stat =
                "4711 (a) b (c) S 1 4711 4711 0 -1 4194304 5000 0 1 0 250 50 0 0 20 0 30 0 99 1 2";

        assertThat(ProcessCpu.nanosOf(stat)).isEqualTo(3_000_000_000L);
    }

    @Test
    void processorTimeOfSeveralProcessesIsAddedUp() {
        long own = ProcessHandle.current().pid();

        long once = new ProcessCpu(List.of(own)).totalNanos();
        long twice = new ProcessCpu(List.of(own, own)).totalNanos();

        assertThat(once).isPositive();
        assertThat(twice).isGreaterThanOrEqualTo(2 * once);
    }

    @Test
    void aProcessThatIsGoneIsNamed() {
        var cpu = new ProcessCpu(List.of(Long.MAX_VALUE));

        assertThatThrownBy(cpu::begin).hasMessageContaining(Long.MAX_VALUE + " is gone");
    }

    @Test
    void liveHeapIsTheTotalOfTheClassHistogram() throws IOException {
        String text =
                """
                4711:
                 num     #instances         #bytes  class name (module)
                -------------------------------------------------------
                   1:         12345        1234567  [B (java.base@25)
                Total         99999       87654321
                """;

        assertThat(Heap.liveBytesOf(text)).isEqualTo(87_654_321L);
    }

    @Test
    void anAnswerOfJcmdWithoutHistogramIsAnError() {
        assertThatThrownBy(() -> Heap.liveBytesOf("4711: No such process\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No such process");
    }
}
