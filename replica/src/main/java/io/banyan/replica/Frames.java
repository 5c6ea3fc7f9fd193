package io.banyan.replica;

import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteWriter;

/// Frames with a reply header, written in place.
///
/// | offset | size | |
/// | --- | --- | --- |
/// | 0 | 4 | length of what follows |
/// | 4 | 4 | xid |
/// | 8 | 8 | zxid |
/// | 16 | 4 | error |
/// | 20 | | body, if there is no error |
final class Frames {
    private static final int ERROR_OFFSET = 16;

    private Frames() {}

    /// Begins a frame without error.
    ///
    /// @return its mark for the other methods
    static int begin(JuteWriter out, int xid, long zxid) {
        int mark = out.length();
        out.writeInt(0);
        out.writeInt(xid);
        out.writeLong(zxid);
        out.writeInt(ErrorCode.OK);
        return mark;
    }

    static void fail(JuteWriter out, int mark, int error) {
        out.patchInt(mark + ERROR_OFFSET, error);
    }

    /// Ends the frame.
    ///
    /// @return its length without the length field
    static int finish(JuteWriter out, int mark) {
        int length = out.length() - mark - 4;
        out.patchInt(mark, length);
        return length;
    }
}
