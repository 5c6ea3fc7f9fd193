package io.banyan.nacos.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.nacos.config.Viewer;
import io.banyan.nacos.naming.Publisher;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ClientTest {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String SETTINGS = "000000040000000000";

    /// The head of a request whose body never ends.
    private static final String STREAM = "000003010400000001838684";

    @Test
    void whoIsDroppedIsCutOffAlthoughItsStreamIsOpen() {
        var channel =
                new EmbeddedChannel(
                        new Http2ConnectionHandlerBuilder()
                                .server(true)
                                .frameListener(new Http2FrameAdapter())
                                .build());
        channel.writeInbound(
                Unpooled.copiedBuffer(PREFACE, StandardCharsets.US_ASCII),
                Unpooled.wrappedBuffer(HexFormat.of().parseHex(SETTINGS + STREAM)));
        var client =
                new Client(
                        "id",
                        channel,
                        new Nobody(),
                        new Viewer("127.0.0.1", null),
                        "by hand",
                        "app",
                        new Publisher(null, "/grpc:id"),
                        0);

        client.drop("silent");
        channel.runPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
    }

    private static final class Nobody implements StreamObserver<Payload> {
        @Override
        public void onNext(Payload payload) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
