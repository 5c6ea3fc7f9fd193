package io.banyan.cli.inspect;

import org.jspecify.annotations.Nullable;

/// One thing that doctor looked at.
///
/// @param area as `disk`
/// @param what a sentence
/// @param advice what to do, null where there is nothing to do
record Finding(Level level, String area, String what, @Nullable String advice) {
    enum Level {
        GOOD,
        /// To know; nothing to do.
        NOTE,
        WARN,
        /// Does not work, or will lose something.
        WRONG
    }

    static Finding good(String area, String what) {
        return new Finding(Level.GOOD, area, what, null);
    }

    static Finding note(String area, String what) {
        return new Finding(Level.NOTE, area, what, null);
    }

    static Finding warn(String area, String what, String advice) {
        return new Finding(Level.WARN, area, what, advice);
    }

    static Finding wrong(String area, String what, String advice) {
        return new Finding(Level.WRONG, area, what, advice);
    }
}
