package io.banyan.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// An open file of a {@link Disk}. Confined to one thread. Closing it does not make it durable.
public interface DiskFile extends Closeable {

    /// Reads until `into` is full or the file ends.
    ///
    /// @param offset from the start of the file, in bytes
    /// @return bytes read, 0 at or behind the end (never -1)
    int read(ByteBuffer into, long offset) throws IOException;

    /// Writes all that remains in `from`, extending the file where needed; a gap reads as zeros.
    ///
    /// @param offset from the start of the file, in bytes
    void write(ByteBuffer from, long offset) throws IOException;

    /// @return bytes
    long length() throws IOException;

    /// Shortens the file to this length.
    void truncate(long lengthBytes) throws IOException;

    /// Makes content and length durable. After it failed nothing is known of what was kept, and a
    /// second try proves nothing: the caller must give the file up.
    void sync() throws IOException;
}
