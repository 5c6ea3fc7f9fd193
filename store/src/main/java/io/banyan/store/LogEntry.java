package io.banyan.store;

/// One transaction as a log file holds it.
///
/// @param file name of the log file
/// @param offset of the entry's first byte from the start of the file
/// @param zxid from the payload's header
/// @param payload header, record and digest of the transaction; belongs to the receiver
@SuppressWarnings("ArrayRecordComponent") // One owner, never compared: a copy per txn buys nothing.
public record LogEntry(String file, long offset, long zxid, byte[] payload) {
    /// Index behind the entry's last byte in the file.
    long end() {
        return offset + LogFormat.ENTRY_OVERHEAD + payload.length;
    }
}
