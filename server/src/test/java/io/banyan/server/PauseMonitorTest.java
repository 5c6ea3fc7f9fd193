package io.banyan.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.config.ServerConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a sleep takes too long is a pause.
class PauseMonitorTest {
    private long nanos;
    private long oversleepMillis;
    private final List<Long> pauses = new ArrayList<>();
    private final PauseMonitor monitor =
            new PauseMonitor(
                    new ServerConfig.PauseMonitor(true, 500, 1_000, 10_000),
                    pauses::add,
                    () -> nanos,
                    () -> 0,
                    millis -> nanos += (millis + oversleepMillis) * 1_000_000);

    @Test
    void whatASleepTakesTooLongIsMeasured() throws InterruptedException {
        monitor.look();
        oversleepMillis = 1_234;
        monitor.look();

        assertThat(pauses).containsExactly(0L, 1_234L);
    }
}
