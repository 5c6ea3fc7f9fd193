package io.banyan.e2e.server;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the source tree and what was built in it are.
public final class Home {

    private Home() {}

    /// The root of the source tree: the property `e2e.home`, which the build and `bin/e2e` set,
    /// else the nearest parent of the working directory that holds the module.
    public static Path root() {
        String named = System.getProperty("e2e.home");
        if (named != null) {
            return Path.of(named).toAbsolutePath().normalize();
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("e2e/pom.xml"))) {
                return at;
            }
        }
        throw new IllegalStateException("no source tree here: run bin/e2e, or give -De2e.home");
    }

    /// The build directory of this module.
    public static Path target() {
        return root().resolve("e2e/target");
    }
}
