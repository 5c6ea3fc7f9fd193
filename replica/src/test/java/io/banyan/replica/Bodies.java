package io.banyan.replica;

import io.banyan.wire.Acl;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.SetWatches;
import java.util.List;
import java.util.function.Consumer;

/// Request records for tests.
final class Bodies {
    private Bodies() {}

    static Consumer<JuteWriter> nothing() {
        return out -> {};
    }

    static Consumer<JuteWriter> path(String path) {
        return out -> out.writeString(path);
    }

    static Consumer<JuteWriter> create(String path, String data, int flags) {
        return create(path, data, flags, Acl.OPEN);
    }

    static Consumer<JuteWriter> create(String path, String data, int flags, List<Acl> acl) {
        return out -> {
            out.writeString(path);
            out.writeString(data);
            Acl.encodeList(acl, out);
            out.writeInt(flags);
        };
    }

    static Consumer<JuteWriter> createTtl(String path, long ttlMillis) {
        return create(path, "", 5).andThen(out -> out.writeLong(ttlMillis));
    }

    static Consumer<JuteWriter> delete(String path) {
        return out -> {
            out.writeString(path);
            out.writeInt(-1);
        };
    }

    static Consumer<JuteWriter> setData(String path, String data) {
        return out -> {
            out.writeString(path);
            out.writeString(data);
            out.writeInt(-1);
        };
    }

    static Consumer<JuteWriter> read(String path, boolean watch) {
        return out -> {
            out.writeString(path);
            out.writeBool(watch);
        };
    }

    static Consumer<JuteWriter> pathAndInt(String path, int value) {
        return out -> {
            out.writeString(path);
            out.writeInt(value);
        };
    }

    static Consumer<JuteWriter> auth(String scheme, String token) {
        return out -> {
            out.writeInt(0);
            out.writeString(scheme);
            out.writeString(token);
        };
    }

    static Consumer<JuteWriter> setWatches(
            long seen,
            List<String> data,
            List<String> exist,
            List<String> child,
            List<String> persistent,
            List<String> recursive) {
        return out ->
                new SetWatches(seen, data, exist, child, persistent, recursive)
                        .encode(OpCode.SET_WATCHES2, out);
    }
}
