package io.banyan.e2e.nacos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// How a process with a client in it is told what to do, and says how it went.
///
/// `NUMBER COMMAND ARGUMENT...` with tabs between is answered `=NUMBER VALUE`, or `-NUMBER MESSAGE`
/// if the client threw; what listeners are told comes as `!KIND KEY VALUE`.
final class ProbeLines {
    private final PrintStream out;

    /// @param out the process's standard output, and nobody else's
    ProbeLines(PrintStream out) {
        this.out = out;
    }

    /// Carries out a command.
    interface Performer {
        /// @param words number, command, arguments
        String perform(String[] words) throws Exception;
    }

    /// Reads commands until there are no more.
    void serve(Performer performer) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split("\t", -1);
            try {
                say("=" + words[0] + "\t" + performer.perform(words));
            } catch (Exception | LinkageError e) {
                say("-" + words[0] + "\t" + String.valueOf(e).replace('\n', ' '));
            }
        }
    }

    void say(String line) {
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }
}
