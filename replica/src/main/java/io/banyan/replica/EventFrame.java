package io.banyan.replica;

import io.banyan.wire.JuteWriter;

/// The frame of a watch event, encoded once for all its watchers.
final class EventFrame {
    private static final int EVENT_XID = -1;
    private static final int SYNC_CONNECTED = 3;

    private final JuteWriter frame = new JuteWriter();
    private byte[] path = {};
    private int pathEnd = -1;
    private int type;
    private long zxid;

    /// @return the frame, good until the next call
    @SuppressWarnings("ReferenceEquality") // all watchers of one change come with the same array
    JuteWriter of(int newType, byte[] newPath, int newPathEnd, long newZxid) {
        if (path != newPath || pathEnd != newPathEnd || type != newType || zxid != newZxid) {
            path = newPath;
            pathEnd = newPathEnd;
            type = newType;
            zxid = newZxid;
            encode();
        }
        return frame;
    }

    private void encode() {
        frame.clear();
        int mark = Frames.begin(frame, EVENT_XID, zxid);
        frame.writeInt(type);
        frame.writeInt(SYNC_CONNECTED);
        frame.writeBuffer(path, 0, pathEnd);
        Frames.finish(frame, mark);
    }
}
