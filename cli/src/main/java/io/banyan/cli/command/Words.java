package io.banyan.cli.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The words behind a command's name, taken apart.
///
/// @param options given, with their arguments, under the first of their names
/// @param args the rest, in order
public record Words(Map<String, List<String>> options, List<String> args) {
    private static final Pattern NUMBER = Pattern.compile("-\\d.*|-");

    public Words {
        options = Map.copyOf(options);
        args = List.copyOf(args);
    }

    public boolean has(String option) {
        return options.containsKey(option);
    }

    /// Options may stand anywhere, flags of one letter together (`-sR`), and arguments behind a `=`
    /// too; behind `--` nothing is an option.
    ///
    /// Not picocli's parser, which draws the help only: its classes are of a format that no cache
    /// for fast starts takes, and loading them costs more than all the rest of a short command.
    ///
    /// @param known beside the command's own
    /// @throws Trouble if they are not what the command takes
    public static Words parse(Command command, List<Option> known, List<String> words) {
        var byName = new HashMap<String, Option>();
        command.options().forEach(option -> putAll(byName, option));
        known.forEach(option -> putAll(byName, option));
        var given = new LinkedHashMap<String, List<String>>();
        var args = new ArrayList<String>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                args.addAll(words.subList(i + 1, words.size()));
                break;
            }
            // Negative numbers are values; anything else with a dash was meant as an option.
            if (!word.startsWith("-") || NUMBER.matcher(word).matches()) {
                args.add(word);
            } else if (!takeFlags(word, byName, given)) {
                i += takeOption(words, i, byName, given);
            }
        }
        return new Words(given, args);
    }

    private static void putAll(Map<String, Option> byName, Option option) {
        // A command's own meaning of a name wins.
        option.names().forEach(name -> byName.putIfAbsent(name, option));
    }

    /// Flags of one letter, one or many behind one dash.
    ///
    /// @return whether the word was that
    private static boolean takeFlags(
            String word, Map<String, Option> byName, Map<String, List<String>> given) {
        if (word.startsWith("--") || byName.containsKey(word)) {
            return false;
        }
        var flags = new ArrayList<String>();
        for (int i = 1; i < word.length(); i++) {
            Option option = byName.get("-" + word.charAt(i));
            if (option == null || option.argument() != null) {
                return false;
            }
            flags.add(option.name());
        }
        flags.forEach(flag -> given.put(flag, List.of()));
        return true;
    }

    /// @return how many words it took beside its own
    private static int takeOption(
            List<String> words,
            int index,
            Map<String, Option> byName,
            Map<String, List<String>> given) {
        String word = words.get(index);
        int equals = word.indexOf('=');
        Option option = byName.get(equals < 0 ? word : word.substring(0, equals));
        if (option == null) {
            throw Trouble.usage("Unrecognized option: " + word);
        }
        if (option.argument() == null) {
            if (equals >= 0) {
                throw Trouble.usage(option.name() + " takes no argument");
            }
            given.put(option.name(), List.of());
            return 0;
        }
        if (equals < 0 && index + 1 == words.size()) {
            throw Trouble.usage("Missing argument for option: " + word);
        }
        String value = equals < 0 ? words.get(index + 1) : word.substring(equals + 1);
        given.computeIfAbsent(option.name(), name -> new ArrayList<>()).add(value);
        return equals < 0 ? 1 : 0;
    }
}
