package io.banyan.e2e.server;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A file system of its own for a data directory, small enough to fill it. Needs root.
public final class SmallDisk implements AutoCloseable {
    private static final int MEGABYTES = 512;

    private final Path mount;
    private final Path ballast;

    private SmallDisk(Path mount) {
        this.mount = mount;
        this.ballast = mount.resolve("ballast");
    }

    /// @return why there cannot be one here; empty if there can
    public static String whyNot() {
        try {
            Path probe = Files.createTempDirectory("banyan-e2e-disk");
            String failure = mount(probe);
            if (failure.isEmpty()) {
                Commands.run(List.of("umount", probe.toString()));
            }
            Files.delete(probe);
            return failure;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Puts one under a data directory that holds a `myid` and nothing else yet.
    public static SmallDisk under(Path dataDir) {
        try {
            String myId = Files.readString(dataDir.resolve("myid"));
            String failure = mount(dataDir);
            if (!failure.isEmpty()) {
                throw new IllegalStateException("cannot mount on " + dataDir + ": " + failure);
            }
            Files.writeString(dataDir.resolve("myid"), myId);
            return new SmallDisk(dataDir);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String mount(Path where) {
        return Commands.attempt(
                List.of(
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "size=" + MEGABYTES + "m",
                        "banyan-e2e",
                        where.toString()));
    }

    /// Not a byte is free any more.
    public void fill() {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            for (long written = 0; written < (long) MEGABYTES << 20; written += block.length) {
                out.write(block);
            }
        } catch (IOException full) {
            // That is what it is for.
            return;
        }
        throw new IllegalStateException(mount + " takes more than it should");
    }

    public void relieve() {
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        // Lazily: a process that was just killed may not have let go yet.
        Commands.run(List.of("umount", "-l", mount.toString()));
    }
}
