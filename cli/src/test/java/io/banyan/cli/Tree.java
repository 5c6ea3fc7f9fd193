package io.banyan.cli;

import io.banyan.client.Banyan;
import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A subtree of its own on one server that all tests share, and the command line on it.
final class Tree implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final BanyanServer SHARED = start();

    private final String chroot = "/test" + NUMBER.incrementAndGet();
    private final Banyan client;

    Tree() {
        try (Banyan root = Banyan.connect(SHARED.connectString())) {
            root.create(chroot, null);
        }
        client = Banyan.connect(servers());
    }

    static BanyanServer start() {
        try {
            BanyanServer server =
                    BanyanServer.builder()
                            .property("zookeeper.extendedTypesEnabled", "true")
                            .property("zookeeper.4lw.commands.whitelist", "*")
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static BanyanServer server() {
        return SHARED;
    }

    String servers() {
        return SHARED.connectString() + chroot;
    }

    Banyan client() {
        return client;
    }

    /// `banyan WORDS --server ...`.
    Said run(String... words) {
        return Said.by(servers(), List.of(words));
    }

    /// `banyan cli -server ... WORDS`, without what it says before the answer.
    Said zkCli(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addFirst("cli");
        Said said = Said.by(servers(), all);
        int greeting = said.out().indexOf(GREETING);
        return greeting < 0
                ? said
                : new Said(
                        said.exit(),
                        said.out().substring(greeting + GREETING.length()),
                        said.err());
    }

    private static final String GREETING =
            "\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None path:null zxid: -1\n";

    @Override
    public void close() {
        client.close();
    }
}
