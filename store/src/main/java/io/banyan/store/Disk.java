package io.banyan.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// The only door to files of this module: {@link FileDisk} in production, a simulated disk in
/// tests.
///
/// What is promised after a crash is what POSIX promises: bytes, lengths and truncations of a file
/// are kept from its last {@link DiskFile#sync} on; a new name, a rename or a deletion from the
/// last {@link #syncFolder} on. Anything since then may be kept in any part, in any order.
///
/// Thread-safe: a snapshot is written by one thread while another appends to the log. One {@link
/// DiskFile} belongs to one thread.
public interface Disk extends Closeable {

    /// The four places a server keeps files in. Two of them may be one directory ({@link
    /// #sameFolder}).
    enum Folder {
        /// `dataDir`: `myid`.
        DATA,
        /// `dataLogDir`: the `initialize` marker.
        DATA_LOG,
        /// `dataDir/version-2`: snapshots and epoch files.
        SNAP,
        /// `dataLogDir/version-2`: logs.
        LOG
    }

    /// @return names of the regular files in the folder, sorted
    List<String> list(Folder folder) throws IOException;

    /// Makes an empty file, or empties the one of that name, and opens it for reading and writing.
    DiskFile create(Folder folder, String name) throws IOException;

    /// Opens an existing file for reading.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is none
    DiskFile openForReading(Folder folder, String name) throws IOException;

    /// Opens an existing file for reading and writing.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is none
    DiskFile openForWriting(Folder folder, String name) throws IOException;

    /// Renames within a folder, atomically replacing a file of the new name.
    void rename(Folder folder, String from, String to) throws IOException;

    /// @throws java.nio.file.NoSuchFileException if there is none
    void delete(Folder folder, String name) throws IOException;

    /// Makes all creations, renames and deletions in the folder so far durable.
    void syncFolder(Folder folder) throws IOException;

    boolean sameFolder(Folder one, Folder other);

    /// What an operator calls this file: its path on a real disk.
    String describe(Folder folder, String name);
}
