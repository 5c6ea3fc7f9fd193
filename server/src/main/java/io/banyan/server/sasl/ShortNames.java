package io.banyan.server.sasl;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// What Kerberos principals are called here, by `security.auth_to_local`: rules as krb5.conf and
/// Hadoop have them, of which the first that fits counts. Immutable.
///
/// `DEFAULT` takes the first part of a principal of our own realm.
/// `RULE:[2:$1;$2](PATTERN)s/FROM/TO/g` is for principals of two parts before the realm: it makes a
/// text of them (`$0` is the realm), which must be of the pattern where there is one, and replaces
/// the first `FROM` in it, or with the `g` all.
final class ShortNames {
    private static final Pattern ONE =
            Pattern.compile(
                    "\\s*(?:DEFAULT|RULE:\\[(?<parts>\\d+):(?<format>[^\\]]*)\\]"
                            + "(?:\\((?<match>[^)]*)\\))?"
                            + "(?:s/(?<from>[^/]*)/(?<to>[^/]*)/(?<all>g)?)?)");
    private static final Pattern PLACE = Pattern.compile("\\$(\\d+)");

    /// A name of ours has no host and no realm.
    private static final Pattern NOT_SIMPLE = Pattern.compile("[/@]");

    /// @param parts of a principal it is for; 0 for `DEFAULT`, which is for all
    /// @param to as {@link Matcher#replaceAll(String)} takes it
    private record Rule(
            int parts,
            String format,
            @Nullable Pattern match,
            @Nullable Pattern from,
            String to,
            boolean all) {}

    private final List<Rule> rules;

    /// @throws IllegalArgumentException quoting the rule that is none
    static ShortNames of(String text) {
        var rules = new ArrayList<Rule>();
        String all = text.stripTrailing();
        Matcher matcher = ONE.matcher(all);
        for (int end = 0; end < all.length(); end = matcher.end()) {
            matcher.region(end, all.length());
            if (!matcher.lookingAt()) {
                throw new IllegalArgumentException(
                        "security.auth_to_local: no rule: " + text.substring(end).strip());
            }
            rules.add(rule(matcher));
        }
        return new ShortNames(rules);
    }

    private ShortNames(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    private static Rule rule(Matcher matcher) {
        String parts = matcher.group("parts");
        if (parts == null) {
            return new Rule(0, "", null, null, "", false);
        }
        try {
            String match = matcher.group("match");
            String from = matcher.group("from");
            return new Rule(
                    Integer.parseInt(parts),
                    matcher.group("format"),
                    match == null ? null : Pattern.compile(match),
                    from == null ? null : Pattern.compile(from),
                    from == null ? "" : matcher.group("to"),
                    matcher.group("all") != null);
        } catch (PatternSyntaxException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "security.auth_to_local: " + matcher.group().strip() + ": " + e.getMessage(),
                    e);
        }
    }

    /// @param principal `name`, `name@REALM`, or `name/host@REALM`
    /// @param ownRealm asked for `DEFAULT`
    /// @throws IllegalArgumentException if nobody here has a name for it
    String of(String principal, Supplier<String> ownRealm) {
        int at = principal.indexOf('@');
        String realm = at < 0 ? null : principal.substring(at + 1);
        String[] parts = (at < 0 ? principal : principal.substring(0, at)).split("/", -1);
        if (realm == null && parts.length == 1) {
            return principal;
        }
        for (Rule each : rules) {
            String name = apply(each, parts, realm == null ? "" : realm, ownRealm);
            if (name != null) {
                if (NOT_SIMPLE.matcher(name).find()) {
                    throw new IllegalArgumentException(
                            principal + " becomes " + name + ", which is no simple name");
                }
                return name;
            }
        }
        throw new IllegalArgumentException("no rule of security.auth_to_local is for " + principal);
    }

    private static @Nullable String apply(
            Rule rule, String[] parts, String realm, Supplier<String> ownRealm) {
        if (rule.parts == 0) {
            return realm.isEmpty() || realm.equals(ownRealm.get()) ? parts[0] : null;
        }
        if (rule.parts != parts.length) {
            return null;
        }
        String base = filled(rule.format, parts, realm);
        Pattern match = rule.match;
        if (match != null && !match.matcher(base).matches()) {
            return null;
        }
        Pattern from = rule.from;
        if (from == null) {
            return base;
        }
        Matcher matcher = from.matcher(base);
        return rule.all ? matcher.replaceAll(rule.to) : matcher.replaceFirst(rule.to);
    }

    private static String filled(String format, String[] parts, String realm) {
        return PLACE.matcher(format)
                .replaceAll(place -> {
                    int index = Integer.parseInt(place.group(1));
                    if (index > parts.length) {
                        throw new IllegalArgumentException(
                                "security.auth_to_local: there is no $" + index + " in " + format);
                    }
                    return Matcher.quoteReplacement(index == 0 ? realm : parts[index - 1]);
                });
    }
}
