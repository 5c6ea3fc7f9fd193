package io.banyan.cli.command;

import java.io.PrintStream;

/// Where lines go. Thread-safe: watch events are printed while a command is.
public final class Screen {
    /// What a line may be emphasised with, where there is a terminal.
    public enum Style {
        PLAIN(""),
        STRONG("\u001b[1m"),
        FAINT("\u001b[2m"),
        GOOD("\u001b[32m"),
        WARN("\u001b[33m"),
        BAD("\u001b[31m"),
        NAME("\u001b[36m");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    private static final String RESET = "\u001b[0m";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean hasColours;

    /// @param hasColours whether escape sequences mean something to who reads `out`
    public Screen(PrintStream out, PrintStream err, boolean hasColours) {
        this.out = out;
        this.err = err;
        this.hasColours = hasColours;
    }

    public synchronized void line(String text) {
        out.println(text);
    }

    /// Without an end of line.
    public synchronized void part(String text) {
        out.print(text);
        out.flush();
    }

    /// To the stream of errors.
    public synchronized void error(String text) {
        out.flush();
        err.println(text);
        err.flush();
    }

    /// Something that is no answer and no error, as progress; on the stream of errors, so that
    /// nobody takes it for data.
    public synchronized void aside(String text) {
        err.print(text);
        err.flush();
    }

    public synchronized void flush() {
        out.flush();
        err.flush();
    }

    public boolean hasColours() {
        return hasColours;
    }

    /// For raw bytes.
    public PrintStream out() {
        return out;
    }

    public String styled(Style style, String text) {
        return hasColours && style != Style.PLAIN ? style.code + text + RESET : text;
    }
}
