package io.banyan.e2e.nacos;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// One thing that must work, as section 6 of the acceptance list names it.
///
/// @param clients with which it is played, one after the other; for a case of several clients at
///   once, those that take part; none for a case that is played by hand
/// @param together all of its clients at once, in one play
/// @param where with how many servers
record Case(
        String name,
        String what,
        Set<ClientKind> clients,
        boolean together,
        Where where,
        Play play) {
    /// With how many servers a case says something.
    enum Where {
        ONE,
        THREE,
        ANY;

        boolean fits(int servers) {
            return switch (this) {
                case ONE -> servers == 1;
                case THREE -> servers >= 3;
                case ANY -> true;
            };
        }
    }

    /// Plays it.
    interface Play {
        /// @param kinds one, or all of a case that is played together
        /// @return a figure worth showing, or empty
        /// @throws Exception if something is not as it must be
        String run(Field field, List<ClientKind> kinds) throws Exception;
    }

    /// A case for each client alone.
    static Case each(String name, String what, Set<ClientKind> clients, Play play) {
        return new Case(name, what, clients, false, Where.ANY, play);
    }

    /// A case for all of them at once.
    static Case together(String name, String what, Set<ClientKind> clients, Play play) {
        return new Case(name, what, clients, true, Where.ANY, play);
    }

    /// A case without a client: it speaks by hand.
    static Case byHand(String name, String what, Play play) {
        return new Case(name, what, EnumSet.noneOf(ClientKind.class), true, Where.ANY, play);
    }

    boolean isByHand() {
        return clients.isEmpty();
    }

    /// The same, on an ensemble only.
    Case onThree() {
        return new Case(name, what, clients, together, Where.THREE, play);
    }

    /// The same, on one server only.
    Case onOne() {
        return new Case(name, what, clients, together, Where.ONE, play);
    }

    static Set<ClientKind> all() {
        return EnumSet.allOf(ClientKind.class);
    }

    static Set<ClientKind> java() {
        return EnumSet.complementOf(EnumSet.of(ClientKind.N));
    }
}
