package io.banyan.cli.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An option of a command.
///
/// @param names all of them, the one that the command asks by first
/// @param argument what stands behind it, null for a flag
/// @param help one line
/// @param isRepeatable may be given more than once
public record Option(
        List<String> names, @Nullable String argument, String help, boolean isRepeatable) {
    public Option {
        names = List.copyOf(names);
    }

    /// By which a command asks for it.
    public String name() {
        return names.getFirst();
    }
}
