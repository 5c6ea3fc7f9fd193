package io.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.cli.command.Screen;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// What a command line said and how it ended.
record Said(int exit, String out, String err) {
    /// Runs words as the process would, against these servers.
    static Said by(String servers, List<String> words) {
        return by(servers, words, "");
    }

    static Said by(String servers, List<String> words, String typed) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var screen =
                new Screen(
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        false);
        var all = new ArrayList<>(words);
        if (!servers.isEmpty()) {
            all.add(1, "-server");
            all.add(2, servers);
        }
        var cli = new Cli(screen, new ByteArrayInputStream(typed.getBytes(UTF_8)), false);
        int exit = cli.run(all);
        return new Said(exit, out.toString(UTF_8), err.toString(UTF_8));
    }

    List<String> lines() {
        return out.lines().toList();
    }
}
