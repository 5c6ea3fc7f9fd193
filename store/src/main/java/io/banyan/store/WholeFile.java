package io.banyan.store;

import io.banyan.store.Disk.Folder;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Files that are read and replaced as a whole, for others to keep something beside the epochs. The
/// caller's name must not begin as those of logs and snapshots do.
public final class WholeFile {
    private WholeFile() {}

    /// @return empty if there is no such file
    public static byte[] read(Disk disk, Folder folder, String name) throws IOException {
        if (!disk.list(folder).contains(name)) {
            return new byte[0];
        }
        try (DiskFile file = disk.openForReading(folder, name)) {
            var bytes = ByteBuffer.allocate(Math.toIntExact(file.length()));
            file.read(bytes, 0);
            return bytes.array();
        }
    }

    /// After a crash the file has the old content or the new, never a part; durable on return.
    public static void replace(Disk disk, Folder folder, String name, byte[] content)
            throws IOException {
        SmallFile.replace(disk, folder, name, content);
    }
}
