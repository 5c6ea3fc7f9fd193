package io.banyan.server.architecture;

import java.util.ArrayList;
import java.util.Collections;

/// Does everything once that a pure room may not. Never run.
final class Sins {
    private Sins() {}

    static Object[] all() throws Exception {
        Collections.shuffle(new ArrayList<String>());
        System.out.println();
        new java.util.Timer().cancel();
        return new Object[] {
            Thread.currentThread(),
            java.time.Instant.now(),
            new java.util.concurrent.locks.ReentrantLock(),
            new java.io.File("/"),
            java.nio.file.Path.of("/"),
            java.nio.channels.Selector.open(),
            java.net.InetAddress.getLoopbackAddress(),
            new java.security.SecureRandom(),
            org.slf4j.LoggerFactory.getLogger("sin"),
            System.nanoTime(),
            System.currentTimeMillis(),
            System.identityHashCode(""),
            System.getProperty("sin"),
            new java.util.Date(),
            Math.random(),
            java.util.UUID.randomUUID(),
            new java.util.Random(),
            new java.util.SplittableRandom(),
            java.util.random.RandomGenerator.getDefault(),
        };
    }
}
