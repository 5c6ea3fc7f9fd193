package io.banyan.wire;

import org.jspecify.annotations.Nullable;

/// The body of getEphemerals.
///
/// @param prefixPath null, blank and `/` ask for all ephemerals of the session
public record EphemeralsRequest(@Nullable String prefixPath) {
    public static EphemeralsRequest decode(JuteReader in) {
        return new EphemeralsRequest(in.readString());
    }

    public void encode(JuteWriter out) {
        out.writeString(prefixPath);
    }
}
