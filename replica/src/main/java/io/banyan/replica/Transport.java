package io.banyan.replica;

/// The wire end of a connection as a gateway sees it. All calls come from the gateway's thread.
public interface Transport {
    /// Sends these bytes after all that were sent before. They are the gateway's again on return.
    void send(byte[] bytes, int length);

    /// Closes once everything sent is out.
    ///
    /// @param reason for the log, a phrase
    void close(String reason);

    /// Whether to hand further frames to the gateway. A transport that is told false between two
    /// frames of one read keeps the rest until it is told true.
    void reading(boolean on);
}
