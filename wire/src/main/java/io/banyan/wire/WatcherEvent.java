package io.banyan.wire;

/// The body of a notification.
///
/// @param type one of the constants here; above {@link #NODE_CHILDREN_CHANGED} only clients use
///   more
/// @param state always {@link #SYNC_CONNECTED} from a server
public record WatcherEvent(int type, int state, String path) {
    public static WatcherEvent decode(JuteReader in) {
        return new WatcherEvent(in.readInt(), in.readInt(), in.requireString());
    }

    public void encode(JuteWriter out) {
        out.writeInt(type);
        out.writeInt(state);
        out.writeString(path);
    }

    public static final int NODE_CREATED = 1;
    public static final int NODE_DELETED = 2;
    public static final int NODE_DATA_CHANGED = 3;
    public static final int NODE_CHILDREN_CHANGED = 4;
    public static final int SYNC_CONNECTED = 3;
}
