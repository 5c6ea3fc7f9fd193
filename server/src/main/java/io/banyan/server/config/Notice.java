package io.banyan.server.config;

/// One line for the operator about one key, to be logged by main at start.
///
/// @param key as the operator wrote it (`maxClientCnxns`, `-Dzookeeper.snapCount`)
/// @param message a whole sentence that says what holds instead and what to do
public record Notice(Level level, String key, String message) {
    /// How much it matters.
    public enum Level {
        /// Accepted; it has no meaning here, or another default holds.
        INFO,
        /// Probably not what the operator wants: unknown, corrected, or not obeyed.
        WARN,
        /// Starting regardless would break a promise that the key makes (safety of data, or who may
        /// enter). Main logs all of them and does not start.
        REFUSE
    }
}
