package io.banyan.zab;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Who the members are, and who of them decide: one of the configurations that an ensemble has one
/// after another. Opaque here but for that.
///
/// @param version zxid of the transaction that made it, or of the beginning of the epoch that first
///   used it; 0 for one that stands in a file and was never used in common. It orders them
/// @param electorate who votes
/// @param observers members without a vote
/// @param addresses of each member's quorum port, as text that is only compared; may be empty
/// @param text as servers tell it each other; its last line is `version=` and the number in hex
@SuppressWarnings("ArrayRecordComponent") // shared, never compared
public record Configuration(
        long version,
        Electorate electorate,
        Set<Long> observers,
        Map<Long, String> addresses,
        byte[] text) {
    private static final String VERSION = "version=";

    public Configuration {
        observers = Set.copyOf(observers);
        addresses = new TreeMap<>(addresses);
    }

    boolean isMember(long serverId) {
        return electorate.contains(serverId) || observers.contains(serverId);
    }

    /// Whether a server is where it was in the other one.
    boolean isAtSameAddress(long serverId, Configuration other) {
        return String.valueOf(addresses.get(serverId))
                .equals(String.valueOf(other.addresses.get(serverId)));
    }

    /// The same members under another number.
    Configuration withVersion(long number) {
        String all = new String(text, StandardCharsets.UTF_8);
        int at = all.lastIndexOf(VERSION);
        String head = at < 0 ? all : all.substring(0, at);
        byte[] renamed =
                (head + VERSION + Long.toHexString(number)).getBytes(StandardCharsets.UTF_8);
        return new Configuration(number, electorate, observers, addresses, renamed);
    }

    @Override
    public String toString() {
        return "configuration " + Zxids.hex(version) + " of voters " + electorate.voters();
    }
}
