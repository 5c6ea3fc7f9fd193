/// Records and codec of ZooKeeper's protocols and files; see the packages.
module io.banyan.wire {
    requires static transitive org.jspecify;

    exports io.banyan.wire;
    exports io.banyan.wire.keystore;
    exports io.banyan.wire.txn;
}
