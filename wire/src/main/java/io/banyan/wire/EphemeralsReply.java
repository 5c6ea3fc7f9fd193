package io.banyan.wire;

import java.util.List;

/// The reply to getEphemerals.
///
/// @param ephemerals paths, in no order
public record EphemeralsReply(List<String> ephemerals) {
    public EphemeralsReply {
        ephemerals = List.copyOf(ephemerals);
    }

    public static EphemeralsReply decode(JuteReader in) {
        return new EphemeralsReply(in.readStrings());
    }

    public void encode(JuteWriter out) {
        out.writeVector(ephemerals, JuteWriter::writeString);
    }
}
