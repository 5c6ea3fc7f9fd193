package io.banyan.bench.load;

/// What the generator asks for. Znodes are `BASE/kNNNNNNNN`, or `BASE/DDDD/NNNN` for a fan.
public sealed interface Work {
    /// getData of a random one of `keys` znodes.
    record Get(String base, int keys) implements Work {}

    /// exists on a random one of `keys` znodes.
    record Exists(String base, int keys) implements Work {}

    /// getChildren of one znode.
    record Children(String path) implements Work {}

    record Ping() implements Work {}

    /// setData of a random one of `keys` znodes.
    record Set(String base, int keys, int dataBytes) implements Work {}

    /// getData in `readPercent` of 100 requests, else setData, of a random one of `keys` znodes.
    record Mixed(String base, int keys, int dataBytes, int readPercent) implements Work {
        public Mixed {
            if (readPercent < 0 || readPercent > 100) {
                throw new IllegalArgumentException("readPercent=" + readPercent);
            }
        }
    }

    /// create of znodes numbered upwards from `first`.
    record Create(String base, int first, int dataBytes, boolean ephemeral) implements Work {}

    /// create of znodes in directories of `perDirectory`, numbered upwards from `first`.
    record Fan(String base, int first, int perDirectory, int dataBytes) implements Work {}

    /// The directories of a {@link Fan}.
    record Directories(String base) implements Work {}

    /// getData of a random one of `keys` znodes of a {@link Fan}.
    record GetFan(String base, int keys, int perDirectory) implements Work {}

    /// setData of a random one of `keys` znodes of a {@link Fan}.
    record SetFan(String base, int keys, int perDirectory, int dataBytes) implements Work {}

    /// delete of znodes numbered upwards from `first`.
    record Delete(String base, int first) implements Work {}

    /// create of one znode without data.
    record CreatePath(String path) implements Work {}

    /// setData of one znode.
    record SetPath(String path, int dataBytes) implements Work {}

    /// getData with a watch on one znode.
    record Watch(String path) implements Work {}
}
