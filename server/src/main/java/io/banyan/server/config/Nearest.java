package io.banyan.server.config;

import java.util.Collection;
import java.util.Locale;

/// Which known name an unknown one was meant to be.
final class Nearest {
    private Nearest() {}

    /// A sentence with a leading space, or nothing if no name is near: at most a third of the
    /// letters may differ.
    static String hint(String unknown, Collection<String> known) {
        String best = "";
        int bestDistance = Integer.MAX_VALUE;
        String wanted = unknown.toLowerCase(Locale.ROOT);
        // Files are small but hostile ones are not: a very long name is never near anything.
        if (wanted.length() <= 100) {
            for (String name : known) {
                int distance = distance(wanted, name.toLowerCase(Locale.ROOT));
                if (distance < bestDistance) {
                    bestDistance = distance;
                    best = name;
                }
            }
        }
        return bestDistance <= Math.max(1, wanted.length() / 3) ? " Is " + best + " meant?" : "";
    }

    /// Letters to insert, delete or replace.
    static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
