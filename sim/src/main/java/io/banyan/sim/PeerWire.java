package io.banyan.sim;

import io.banyan.replica.PeerCodec;
import io.banyan.wire.JuteWriter;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;

/// Between servers everything goes through the production codec.
final class PeerWire {
    private static final byte[] NO_CONFIG = {};

    /// Of a notification, before its content.
    private static final int LENGTH_BYTES = 4;

    private PeerWire() {}

    static byte[] encode(Message message) {
        var out = new JuteWriter();
        PeerCodec.encode(message, out);
        byte[] bytes = out.toByteArray();
        int length = PeerCodec.packetLength(bytes, 0, bytes.length, bytes.length);
        Violation.unless(
                length == bytes.length,
                "the codec",
                message + " has " + bytes.length + " bytes, is read as " + length);
        return bytes;
    }

    static Message decode(byte[] bytes, boolean fromLeader) {
        return fromLeader
                ? PeerCodec.decodeFromLeader(bytes, 0, bytes.length)
                : PeerCodec.decodeFromLearner(bytes, 0, bytes.length);
    }

    static byte[] encode(Notification notification) {
        var out = new JuteWriter();
        PeerCodec.encodeNotification(notification, NO_CONFIG, out);
        return out.toByteArray();
    }

    static Notification decodeNotification(byte[] bytes) {
        return PeerCodec.decodeNotification(bytes, LENGTH_BYTES, bytes.length);
    }
}
