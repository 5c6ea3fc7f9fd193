package io.banyan.bench;

import io.banyan.bench.load.LoadGenerator;
import io.banyan.bench.load.Measured;
import io.banyan.bench.load.Plan;
import io.banyan.bench.load.Work;
import io.banyan.wire.ErrorCode;
import java.io.IOException;

/// Znodes that a measurement needs before it starts.
final class Fixture {
    /// Deep enough to build fast, and below ZooKeeper's limit of 1000 outstanding requests with the
    /// connections that the suite uses.
    private static final int DEPTH = 16;

    static final int PER_DIRECTORY = 1000;

    private Fixture() {}

    /// `base` and its children `k00000000` up to `keys`. What exists already stays.
    static void create(LoadGenerator generator, String base, int keys, int dataBytes)
            throws IOException {
        require(generator.run(new Work.CreatePath(base), existingIsFine(1)));
        require(generator.run(new Work.Create(base, 0, dataBytes, false), existingIsFine(keys)));
    }

    /// `base`, directories below it and `znodes` leaves in them.
    ///
    /// @return of the leaves only
    static Measured createFan(LoadGenerator generator, String base, int znodes, int dataBytes)
            throws IOException {
        int directories = (znodes + PER_DIRECTORY - 1) / PER_DIRECTORY;
        require(generator.run(new Work.CreatePath(base), existingIsFine(1)));
        require(generator.run(new Work.Directories(base), existingIsFine(directories)));
        var leaves = new Work.Fan(base, 0, PER_DIRECTORY, dataBytes);
        return require(generator.run(leaves, existingIsFine(znodes)));
    }

    private static Plan existingIsFine(int requests) {
        return Plan.exactly(requests, DEPTH).expecting(ErrorCode.NODE_EXISTS);
    }

    /// @throws IOException if there was an error, as nothing after it would measure what it says
    static Measured require(Measured measured) throws IOException {
        if (measured.errors() > 0) {
            throw new IOException(
                    measured.errors() + " requests failed, first: " + measured.firstError());
        }
        return measured;
    }
}
