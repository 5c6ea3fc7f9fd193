package io.banyan.nacos.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.nacos.held.Budget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A connection without a socket, whose time passes when it is told to.
class GateTest {
    private static final int LOOK_SECONDS = 30;
    private static final int IDLE_SECONDS = 90;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /// INITIAL_WINDOW_SIZE is 0: the peer takes nothing of any answer until it says so.
    private static final String TAKES_NOTHING = "000006 04 00 00000000 0004 00000000";

    private static final String GET = "000003 01 05 %08x 828684";
    private static final String TAKES_TEN = "000004 08 00 00000001 0000000a";

    private final EmbeddedChannel channel = new EmbeddedChannel();

    /// Stands where Armeria's handler of this name stands.
    private static final class Http1RequestDecoder extends ChannelInboundHandlerAdapter {}

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void open() {
        channel.freezeTime();
        Gate.add(channel.pipeline(), null, null, new Budget(1 << 20));
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i += LOOK_SECONDS) {
            channel.advanceTimeBy(LOOK_SECONDS, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() {
        open();

        pass(IDLE_SECONDS - LOOK_SECONDS);
        assertThat(channel.isOpen()).isTrue();
        pass(LOOK_SECONDS);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aConnectionThatSaysSomethingNowAndThenStays() {
        open();

        for (int i = 0; i < 10; i++) {
            pass(IDLE_SECONDS - LOOK_SECONDS);
            channel.writeInbound(bytes("0d0a"));
        }

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aConnectionThatWaitsForAnAnswerStaysUntilItHasIt() {
        channel.pipeline().addLast(new Http1RequestDecoder());
        open();
        channel.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1", US_ASCII));
        channel.pipeline()
                .fireChannelRead(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));

        pass(10 * IDLE_SECONDS);
        assertThat(channel.isOpen()).isTrue();
        channel.writeOutbound(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        pass(IDLE_SECONDS);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aConnectionThatTakesNothingOfWhatWaitsForItIsClosed() {
        open();
        channel.write(bytes("00"));

        pass(LOOK_SECONDS);
        assertThat(channel.isOpen()).isTrue();
        pass(LOOK_SECONDS);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aConnectionThatTakesSlowlyStays() {
        open();
        for (int i = 0; i < 10; i++) {
            channel.writeInbound(bytes("0d0a"));
            channel.write(bytes("00"));
            pass(LOOK_SECONDS);
        }

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aPeerOfHttp2ThatTakesNothingOfItsAnswerIsClosed() {
        Http2ConnectionHandler http2 = speakHttp2();
        channel.writeInbound(bytes(GET.formatted(1)));
        answer(http2, 1, 100);

        pass(LOOK_SECONDS);
        // It takes a part: it is slow, not stuck.
        channel.writeInbound(bytes(TAKES_TEN));
        pass(LOOK_SECONDS);
        assertThat(channel.isOpen()).isTrue();
        pass(LOOK_SECONDS);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aPeerOfHttp2AsksForSoMuchAtOnceAndNoMoreAlthoughItAcknowledgesNoSetting() {
        Http2ConnectionHandler http2 = speakHttp2();

        for (int i = 0; i < Gate.STREAMS_MAX + 10; i++) {
            channel.writeInbound(bytes(GET.formatted(2 * i + 1)));
        }

        assertThat(http2.connection().numActiveStreams()).isEqualTo(Gate.STREAMS_MAX);
        assertThat(channel.isOpen()).isTrue();
    }

    private Http2ConnectionHandler speakHttp2() {
        Http2ConnectionHandler http2 =
                new Http2ConnectionHandlerBuilder()
                        .server(true)
                        .frameListener(new Http2FrameAdapter())
                        .build();
        channel.pipeline().addLast(http2);
        open();
        channel.writeInbound(Unpooled.copiedBuffer(PREFACE, US_ASCII), bytes(TAKES_NOTHING));
        return http2;
    }

    private void answer(Http2ConnectionHandler http2, int stream, int length) {
        var context = channel.pipeline().context(http2);
        http2.encoder()
                .writeData(
                        context,
                        stream,
                        Unpooled.wrappedBuffer(new byte[length]),
                        0,
                        true,
                        context.newPromise());
        http2.flush(context);
    }
}
