package io.banyan.wire;

import java.util.List;

/// The body of setWatches and setWatches2, by which a client takes its watches to a new connection.
/// Vectors that are null on the wire are taken as empty.
///
/// @param relativeZxid the last zxid that the client has seen
/// @param data paths watched by getData, and by exists of nodes that were there
/// @param exist paths watched by exists of nodes that were not there
/// @param child paths watched by getChildren
/// @param persistent paths of addWatch with mode 0; only setWatches2 can say
/// @param persistentRecursive paths of addWatch with mode 1; only setWatches2 can say
public record SetWatches(
        long relativeZxid,
        List<String> data,
        List<String> exist,
        List<String> child,
        List<String> persistent,
        List<String> persistentRecursive) {
    public SetWatches {
        data = List.copyOf(data);
        exist = List.copyOf(exist);
        child = List.copyOf(child);
        persistent = List.copyOf(persistent);
        persistentRecursive = List.copyOf(persistentRecursive);
    }

    /// @param type {@link OpCode#SET_WATCHES} or {@link OpCode#SET_WATCHES2}
    public static SetWatches decode(int type, JuteReader in) {
        boolean second = isSecond(type);
        return new SetWatches(
                in.readLong(),
                in.readStrings(),
                in.readStrings(),
                in.readStrings(),
                second ? in.readStrings() : List.of(),
                second ? in.readStrings() : List.of());
    }

    /// @param type {@link OpCode#SET_WATCHES}, which leaves out the persistent ones, or {@link
    ///   OpCode#SET_WATCHES2}
    public void encode(int type, JuteWriter out) {
        boolean second = isSecond(type);
        out.writeLong(relativeZxid);
        out.writeVector(data, JuteWriter::writeString);
        out.writeVector(exist, JuteWriter::writeString);
        out.writeVector(child, JuteWriter::writeString);
        if (second) {
            out.writeVector(persistent, JuteWriter::writeString);
            out.writeVector(persistentRecursive, JuteWriter::writeString);
        }
    }

    private static boolean isSecond(int type) {
        if (type != OpCode.SET_WATCHES && type != OpCode.SET_WATCHES2) {
            throw new IllegalArgumentException("type=" + type);
        }
        return type == OpCode.SET_WATCHES2;
    }
}
