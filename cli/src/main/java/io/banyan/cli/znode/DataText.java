package io.banyan.cli.znode;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A znode's data as text.
public final class DataText {
    private static final int ROW_BYTES = 16;
    private static final String RULE = "-".repeat(49);

    private DataText() {}

    /// Null as the word, anything else as UTF-8.
    static String plain(byte @Nullable [] data) {
        return data == null ? "null" : new String(data, UTF_8);
    }

    /// The text if the bytes are UTF-8, null if they are not.
    public static @Nullable String strict(byte[] data) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
        } catch (CharacterCodingException e) {
            // Not text: the caller says it in base64.
            return null;
        }
    }

    /// Adds `data` as text, or `base64` where it is none.
    public static void addTo(Map<String, @Nullable Object> fields, byte @Nullable [] data) {
        String text = data == null ? null : strict(data);
        if (data == null || text != null) {
            fields.put("data", text);
        } else {
            fields.put("base64", Base64.getEncoder().encodeToString(data));
        }
    }

    /// A table of 16 bytes a row, as zkCli's `get -x`; null is shown as its word.
    static String hex(byte @Nullable [] data) {
        byte[] bytes = data == null ? "null".getBytes(UTF_8) : data;
        if (bytes.length == 0) {
            return "";
        }
        var table = new StringBuilder();
        table.append("         +").append(RULE).append("+\n");
        table.append("         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |\n");
        table.append("+--------+").append(RULE).append("+----------------+");
        for (int from = 0; from < bytes.length; from += ROW_BYTES) {
            row(bytes, from, table.append('\n'));
        }
        return table.append("\n+--------+").append(RULE).append("+----------------+").toString();
    }

    private static void row(byte[] bytes, int from, StringBuilder table) {
        table.append(String.format("|%08x|", from));
        int end = Math.min(bytes.length, from + ROW_BYTES);
        for (int i = from; i < from + ROW_BYTES; i++) {
            table.append(i < end ? String.format(" %02x", bytes[i]) : "   ");
        }
        table.append(" |");
        for (int i = from; i < from + ROW_BYTES; i++) {
            int c = i < end ? bytes[i] & 0xff : ' ';
            table.append(c >= 0x20 && c < 0x7f ? (char) c : i < end ? '.' : ' ');
        }
        table.append('|');
    }
}
