package io.banyan.cli.znode;

import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.wire.Acl;
import io.banyan.wire.Id;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Access control lists as people write them: `scheme:id:perms,scheme:id:perms`.
public final class AclText {
    /// In the order in which zkCli prints them.
    private static final String LETTERS = "cdrwa";

    private static final int[] BITS = {Acl.CREATE, Acl.DELETE, Acl.READ, Acl.WRITE, Acl.ADMIN};

    private AclText() {}

    static String perms(int perms) {
        var letters = new StringBuilder();
        for (int i = 0; i < BITS.length; i++) {
            if ((perms & BITS[i]) != 0) {
                letters.append(LETTERS.charAt(i));
            }
        }
        return letters.toString();
    }

    /// Two lines an entry, as zkCli's `getAcl`.
    static List<String> lines(List<Acl> acl) {
        var lines = new ArrayList<String>();
        for (Acl each : acl) {
            lines.add("'" + each.id().scheme() + ",'" + each.id().id());
            lines.add(": " + perms(each.perms()));
        }
        return lines;
    }

    public static List<Object> json(List<Acl> acl) {
        var list = new ArrayList<>();
        for (Acl each : acl) {
            list.add(
                    Run.fields(
                            "scheme", each.id().scheme(),
                            "id", each.id().id(),
                            "perms", perms(each.perms())));
        }
        return list;
    }

    /// One entry from its parts.
    ///
    /// @throws Trouble for letters that no permission has
    public static Acl entry(String scheme, String id, String perms) {
        return new Acl(bits(perms), new Id(scheme, id));
    }

    /// The first and the last colon part an entry: ids may have colons.
    ///
    /// @throws Trouble that says which entry is wrong
    static List<Acl> parse(String text) {
        var list = new ArrayList<Acl>();
        for (String each : text.split(",", -1)) {
            int first = each.indexOf(':');
            int last = each.lastIndexOf(':');
            if (first < 0 || first == last) {
                throw Trouble.usage(each + " does not have the form scheme:id:perm");
            }
            list.add(
                    entry(
                            each.substring(0, first),
                            each.substring(first + 1, last),
                            each.substring(last + 1)));
        }
        return list;
    }

    private static int bits(String letters) {
        int bits = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            int index = LETTERS.indexOf(letter);
            if (index < 0) {
                throw Trouble.usage("Unknown perm type: " + letter);
            }
            bits |= BITS[index];
        }
        return bits;
    }

    static List<Acl> parseOrOpen(@Nullable String text) {
        return text == null || text.isEmpty() ? Acl.OPEN : parse(text);
    }
}
