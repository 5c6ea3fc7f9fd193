package io.banyan.e2e.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

@Tag("fast")
class NacosCommandTest {
    @Test
    void aCaseThatNobodyWroteHasNotPassed() {
        assertThat(new CommandLine(new NacosCommand()).execute("--cases", "Z9")).isNotZero();
        // A case of three servers, with one.
        assertThat(new CommandLine(new NacosCommand()).execute("--cases", "n4")).isNotZero();
    }
}
