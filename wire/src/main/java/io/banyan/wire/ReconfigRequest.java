package io.banyan.wire;

import org.jspecify.annotations.Nullable;

/// The body of reconfig. Its reply is a {@link DataReply} with the new configuration as text.
///
/// @param joiningServers comma-separated `server.N=...` to add or replace, null for none
/// @param leavingServers comma-separated ids to remove, null for none
/// @param newMembers a whole new configuration instead of changes, null for changes
/// @param curConfigId zxid of the configuration that this one is meant to follow, -1 for any
public record ReconfigRequest(
        @Nullable String joiningServers,
        @Nullable String leavingServers,
        @Nullable String newMembers,
        long curConfigId) {
    public static ReconfigRequest decode(JuteReader in) {
        return new ReconfigRequest(
                in.readString(), in.readString(), in.readString(), in.readLong());
    }

    public void encode(JuteWriter out) {
        out.writeString(joiningServers);
        out.writeString(leavingServers);
        out.writeString(newMembers);
        out.writeLong(curConfigId);
    }
}
