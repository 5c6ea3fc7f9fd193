package io.banyan.server.tls;

/// How a connection that speaks TLS begins: with a record of a handshake (RFC 8446, section 5.1).
/// None of ZooKeeper's ports hears such bytes from who speaks plaintext. On the client port they
/// would begin a frame of 352 MiB or more, and no four-letter word; quorum packets begin with 0,
/// and election hellos with 0 or 0xff.
public final class TlsRecord {
    private static final int HANDSHAKE = 22;

    /// The first number of a record's version, of all of TLS.
    private static final int MAJOR = 3;

    private TlsRecord() {}

    /// @param first byte of a connection, signed or not
    public static boolean isHandshake(int first) {
        return first == HANDSHAKE;
    }

    /// Surer, where a second byte is at hand.
    public static boolean isHandshake(int first, int second) {
        return first == HANDSHAKE && second == MAJOR;
    }
}
