package io.banyan.examples.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;

/// Texts as lines of UTF-8.
final class Lines {
    private static final int LINE_BYTES_MAX = 64 * 1024;

    private Lines() {}

    static void install(ChannelPipeline pipeline) {
        pipeline.addLast(new LineBasedFrameDecoder(LINE_BYTES_MAX));
        pipeline.addLast(new StringDecoder(UTF_8));
    }

    static String require(String text) {
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("more than one line: " + text);
        }
        return text;
    }

    static void send(Channel to, String text) {
        to.writeAndFlush(Unpooled.copiedBuffer(text + "\n", UTF_8));
    }
}
