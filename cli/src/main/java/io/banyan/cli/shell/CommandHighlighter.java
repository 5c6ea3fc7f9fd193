package io.banyan.cli.shell;

import java.util.Set;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// Shows while it is typed whether a command is one.
final class CommandHighlighter implements Highlighter {
    private static final AttributedStyle KNOWN =
            AttributedStyle.DEFAULT.bold().foreground(AttributedStyle.GREEN);
    private static final AttributedStyle UNKNOWN =
            AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);

    private final Set<String> commands;
    private final Set<String> own;

    CommandHighlighter(Set<String> commands, Set<String> own) {
        this.commands = commands;
        this.own = own;
    }

    @Override
    public AttributedString highlight(LineReader reader, String buffer) {
        int start = 0;
        while (start < buffer.length() && buffer.charAt(start) == ' ') {
            start++;
        }
        int end = buffer.indexOf(' ', start);
        end = end < 0 ? buffer.length() : end;
        String name = buffer.substring(start, end);
        boolean isKnown = commands.contains(name) || own.contains(name);
        boolean isTyping = end == buffer.length();
        AttributedStyle style = isKnown ? KNOWN : isTyping ? AttributedStyle.DEFAULT : UNKNOWN;
        return new AttributedStringBuilder()
                .append(buffer.substring(0, start))
                .styled(style, name)
                .append(buffer.substring(end))
                .toAttributedString();
    }
}
