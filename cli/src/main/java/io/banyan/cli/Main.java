package io.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.cli.command.Screen;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

/// `banyan COMMAND`, but for `banyan server`.
public final class Main {
    /// For `bin/build` only.
    private static final String TRAIN = "--train";

    private Main() {}

    public static void main(String[] args) {
        // What the client has to say is said by exceptions; setting a logger up would cost a third
        // of the time that a short command takes.
        if (System.getenv("BANYAN_DEBUG") == null) {
            System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
        OutputStream raw = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
        var out = new PrintStream(raw, false, UTF_8);
        var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
        boolean isTerminal = isTerminal("i") && isTerminal("o");
        var screen = new Screen(out, err, isTerminal("o") && wantsColours());
        int exit = run(screen, List.of(args), isTerminal);
        screen.flush();
        // Whoever reads us has gone, as head does: nothing more to say.
        boolean isDeaf = out.checkError();
        // Not by returning: a thread that a library left behind must not keep the process.
        Runtime.getRuntime().exit(isDeaf && exit == 0 ? 1 : exit);
    }

    private static int run(Screen screen, List<String> args, boolean isTerminal) {
        if (args.size() == 2 && args.getFirst().equals(TRAIN)) {
            try {
                return Training.run(args.getLast());
            } catch (IOException | InterruptedException e) {
                screen.error("training: " + e);
                return 1;
            }
        }
        return new Cli(screen, System.in, isTerminal).run(args);
    }

    /// `bin/banyan` says which of the streams are terminals (`i` and `o`): asking the JVM for its
    /// console takes as long as the rest of a short command.
    private static boolean isTerminal(String stream) {
        return System.getProperty("banyan.terminals", "").contains(stream);
    }

    /// See no-color.org.
    private static boolean wantsColours() {
        String no = System.getenv("NO_COLOR");
        return (no == null || no.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    }
}
