package io.banyan.server.config;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/// A Java properties text with the line of every key, which `java.util.Properties` does not tell.
final class PropertiesText {
    /// One assignment. Key and value are trimmed, as ZooKeeper does.
    ///
    /// @param line 1-based line where it starts
    record Entry(String key, String value, int line) {}

    private PropertiesText() {}

    /// @param file for the error text
    /// @throws ConfigException if an escape is malformed
    static List<Entry> parse(String text, String file) throws ConfigException {
        var entries = new ArrayList<Entry>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            int first = i;
            String natural = lines.get(i);
            if (isBlankOrComment(natural)) {
                continue;
            }
            var logical = new StringBuilder(natural);
            while (endsInOddBackslashes(lines.get(i)) && i + 1 < lines.size()) {
                i++;
                logical.append('\n').append(lines.get(i));
            }
            // The JDK's own reader decides about separators, escapes and continuations.
            var one = new Properties();
            try {
                one.load(new StringReader(logical.toString()));
            } catch (IllegalArgumentException malformedEscape) {
                throw new ConfigException(
                        file,
                        first + 1,
                        natural.strip(),
                        "",
                        "key=value; a backslash u must be followed by four hex digits");
            } catch (IOException impossible) {
                throw new AssertionError("reading a string", impossible);
            }
            for (String key : one.stringPropertyNames()) {
                entries.add(new Entry(key.trim(), one.getProperty(key).trim(), first + 1));
            }
        }
        return entries;
    }

    private static boolean isBlankOrComment(String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c != ' ' && c != '\t' && c != '\f') {
                return c == '#' || c == '!';
            }
        }
        return true;
    }

    private static boolean endsInOddBackslashes(String line) {
        int count = 0;
        while (count < line.length() && line.charAt(line.length() - 1 - count) == '\\') {
            count++;
        }
        return count % 2 == 1;
    }
}
