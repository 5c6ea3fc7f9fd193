package io.banyan.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Files of one line: read whole, replaced whole.
final class SmallFile {
    /// More than any of them needs; the rest of a longer file is not looked at.
    private static final int BYTES_MAX = 4096;

    static final String TMP_SUFFIX = ".tmp";

    private SmallFile() {}

    static String read(Disk disk, Disk.Folder folder, String name) throws IOException {
        try (DiskFile file = disk.openForReading(folder, name)) {
            var bytes = ByteBuffer.allocate((int) Math.min(BYTES_MAX, file.length()));
            file.read(bytes, 0);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    /// After a crash the file has the old content or the new, never a part; durable on return.
    static void replace(Disk disk, Disk.Folder folder, String name, String content)
            throws IOException {
        replace(disk, folder, name, content.getBytes(StandardCharsets.UTF_8));
    }

    /// As {@link #replace(Disk, Disk.Folder, String, String)}.
    static void replace(Disk disk, Disk.Folder folder, String name, byte[] content)
            throws IOException {
        String tmp = name + TMP_SUFFIX;
        try (DiskFile file = disk.create(folder, tmp)) {
            file.write(ByteBuffer.wrap(content), 0);
            file.sync();
        }
        disk.rename(folder, tmp, name);
        disk.syncFolder(folder);
    }
}
