/// The client and the recipes; see the packages.
module io.banyan.client {
    requires static transitive org.jspecify;
    requires transitive io.banyan.wire;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires java.security.sasl;
    requires org.slf4j;

    exports io.banyan.client;
    exports io.banyan.client.recipes;
}
