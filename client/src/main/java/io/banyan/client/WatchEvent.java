package io.banyan.client;

/// Something happened to what is watched.
///
/// @param path of the znode that changed, as the client names it (without chroot); for recursive
///   watches a descendant, perhaps
/// @param zxid of the transaction, -1 where none is known: before ZooKeeper 3.9, after a reconnect,
///   and for events that no transaction caused
public record WatchEvent(Type type, String path, long zxid) {
    /// What happened.
    public enum Type {
        CREATED,
        DELETED,
        DATA_CHANGED,
        /// A child came or went; never told to recursive watches, which hear of the child itself.
        CHILDREN_CHANGED,
        /// To persistent watches only: changes may have been missed, as between two connections.
        /// The watch is in place again: what is read from now on will not change unnoticed.
        RESYNC,
        /// The watch was taken away by `removeWatches`. Its last event.
        REMOVED,
        /// The client has ended, or its session without a new one. Its last event.
        LOST
    }
}
