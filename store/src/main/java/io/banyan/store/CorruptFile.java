package io.banyan.store;

import java.io.IOException;

/// A file is not what was once durably written: wrong checksum, absurd length, a hole in the
/// history. The message names file, offset and zxid and says what the operator can do.
///
/// No stack trace: fuzzers and the search for the newest valid snapshot make many of them.
public final class CorruptFile extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    /// @param file as the operator knows it
    /// @param offset bytes from the start of the (uncompressed) file to where it goes wrong
    CorruptFile(String file, long offset, String what) {
        super(file + " at offset " + offset + ": " + what);
        this.file = file;
        this.offset = offset;
    }

    public String file() {
        return file;
    }

    public long offset() {
        return offset;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
