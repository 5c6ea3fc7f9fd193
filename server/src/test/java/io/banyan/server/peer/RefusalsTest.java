package io.banyan.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class RefusalsTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(Refusals.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void forget() {
        logger.detachAppender(lines);
    }

    @Test
    void theSameOfTheSameHostIsToldOnceAndEachConnectionIsClosed() throws Exception {
        var refusals = new Refusals("election port");
        try (var port = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            for (String why : new String[] {"one", "one", "other", "one", "other"}) {
                try (var dialled = new Socket(port.getInetAddress(), port.getLocalPort());
                        Socket accepted = port.accept()) {
                    refusals.refuse(accepted, why);

                    assertThat(accepted.isClosed()).isTrue();
                    assertThat(dialled.getInputStream().read()).isNegative();
                }
            }
        }

        assertThat(lines.list)
                .filteredOn(line -> line.getLevel() == Level.WARN)
                .extracting(line -> line.getFormattedMessage().replaceAll(".* refused", "refused"))
                .containsExactly("refused: one", "refused: other");
    }
}
