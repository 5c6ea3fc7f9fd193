package io.banyan.nacos.http;

import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Listened;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The text in which 1.x clients say what they listen to, and are told what changed.
///
/// | | |
/// | --- | --- |
/// | request line | dataId, 2, group, 2, md5, 1 |
/// | with a namespace | dataId, 2, group, 2, md5, 2, tenant, 1 |
/// | answer line | dataId, 2, group, (2, tenant,) 1 |
///
/// The numbers are single bytes. The answer is percent-encoded as a whole.
final class ListeningText {
    static final int LINES_MAX = 10_000;

    private static final char WORD = 2;
    private static final char LINE = 1;

    private ListeningText() {}

    /// @throws Invalid if a line is malformed, or there are too many
    static List<Listened> parse(@Nullable String written) {
        if (written == null || written.isBlank()) {
            throw new Invalid("invalid probeModify");
        }
        // Some encode it twice; the alphabet has no percent sign of its own.
        String text = written.indexOf('%') < 0 ? written : decode(written);
        var lines = new ArrayList<Listened>();
        int begin = 0;
        while (begin < text.length()) {
            int end = text.indexOf(LINE, begin);
            end = end < 0 ? text.length() : end;
            lines.add(line(text.substring(begin, end)));
            if (lines.size() > LINES_MAX) {
                throw new Invalid("invalid probeModify, over " + LINES_MAX + " lines");
            }
            begin = end + 1;
        }
        return lines;
    }

    private static Listened line(String line) {
        List<String> words = split(line);
        if (words.size() < 3 || words.size() > 4) {
            throw new Invalid("invalid probeModify");
        }
        String dataId = words.get(0);
        String group = words.get(1);
        if (dataId.isBlank() || group.isBlank()) {
            throw new Invalid("invalid probeModify");
        }
        String tenant = words.size() == 4 ? words.get(3) : null;
        if (tenant != null && tenant.isBlank()) {
            throw new Invalid("invalid probeModify");
        }
        return new Listened(ConfigKey.of(tenant, group, dataId), words.get(2), tenant);
    }

    private static List<String> split(String line) {
        var words = new ArrayList<String>(4);
        int begin = 0;
        while (true) {
            int end = line.indexOf(WORD, begin);
            if (end < 0) {
                words.add(line.substring(begin));
                return words;
            }
            words.add(line.substring(begin, end));
            begin = end + 1;
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Invalid("invalid probeModify");
        }
    }

    /// The body of an answer; empty if nothing changed.
    static String answer(List<Listened> changed) {
        if (changed.isEmpty()) {
            return "";
        }
        var text = new StringBuilder();
        for (Listened each : changed) {
            text.append(each.key().dataId()).append(WORD).append(each.key().group());
            if (each.tenant() != null) {
                text.append(WORD).append(each.tenant());
            }
            text.append(LINE);
        }
        return URLEncoder.encode(text.toString(), StandardCharsets.UTF_8) + "\n";
    }
}
