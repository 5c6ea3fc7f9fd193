package io.banyan.wire;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Bytes as text for messages and logs.
public final class Hex {
    /// Enough to recognise data by; a megabyte does not belong into a log line.
    private static final int BRIEF_BYTES_MAX = 32;

    private Hex() {}

    /// The first bytes in hex, and how many there are in all if those are not all.
    public static String brief(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "null";
        }
        return bytes.length <= BRIEF_BYTES_MAX
                ? HexFormat.of().formatHex(bytes)
                : HexFormat.of().formatHex(bytes, 0, BRIEF_BYTES_MAX)
                        + "... ("
                        + bytes.length
                        + " bytes)";
    }
}
