package io.banyan.store;

import java.io.IOException;
import java.util.OptionalLong;

/// The file `myid`: which member of the ensemble this server is.
public final class MyId {
    private static final String NAME = "myid";

    private MyId() {}

    /// @return the number in the file's first line, empty if there is no file
    /// @throws StartRefused if the file holds no number
    public static OptionalLong read(Disk disk) throws IOException {
        if (!disk.list(Disk.Folder.DATA).contains(NAME)) {
            return OptionalLong.empty();
        }
        String text = SmallFile.read(disk, Disk.Folder.DATA, NAME);
        String line = text.lines().findFirst().orElse("").strip();
        try {
            return OptionalLong.of(Long.parseLong(line));
        } catch (NumberFormatException e) {
            throw new StartRefused(
                    disk.describe(Disk.Folder.DATA, NAME)
                            + " holds \""
                            + line
                            + "\", which is no number: write the N of this server's line"
                            + " server.N=... into it",
                    e);
        }
    }
}
