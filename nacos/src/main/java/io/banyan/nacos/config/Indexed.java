package io.banyan.nacos.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the index knows of one configuration.
///
/// @param md5 of the formal content, {@link Md5#NONE} if there is none
/// @param mzxid of the formal content, 0 if there is none
/// @param grays by precedence
record Indexed(String md5, long mzxid, List<Gray> grays) {
    static final Indexed ABSENT = new Indexed(Md5.NONE, 0, List.of());

    /// The version a viewer is given.
    ///
    /// @return null for the formal one
    @Nullable Gray grayFor(Viewer viewer) {
        for (Gray each : grays) {
            if (each.isFor(viewer)) {
                return each;
            }
        }
        return null;
    }

    String md5For(Viewer viewer) {
        Gray gray = grays.isEmpty() ? null : grayFor(viewer);
        return gray == null ? md5 : gray.md5();
    }
}
