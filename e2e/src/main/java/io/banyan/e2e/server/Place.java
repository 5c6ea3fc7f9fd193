package io.banyan.e2e.server;

import java.util.ArrayList;
import java.util.List;

/// Where a server runs: on this machine's own addresses, or behind a cable of its own.
///
/// @param address of its interface
/// @param prefix what makes a command run there
record Place(String address, List<String> prefix) {
    static final Place LOOPBACK = new Place("127.0.0.1", List.of());

    /// An address of the loopback network for each member: for ports that all of them share.
    static Place loopback(int id) {
        return new Place("127.0.0." + id, List.of());
    }

    List<String> command(List<String> command) {
        var whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return whole;
    }
}
