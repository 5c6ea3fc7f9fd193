package io.banyan.sim;

import io.banyan.wire.Acl;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MultiHeader;
import io.banyan.wire.OpCode;
import io.banyan.wire.ReconfigRequest;
import java.util.List;

/// What a simulated client asks for.
sealed interface Request {
    int opcode();

    void encode(JuteWriter out);

    /// Whether it takes a place in the order of transactions.
    default boolean isWrite() {
        return switch (this) {
            case Create _, Delete _, SetData _, SetAcl _, Check _, Multi _, Close _, Reconfig _ ->
                    true;
            case Sync _, Ping _, Read _, Ephemerals _, AddWatch _, RemoveWatches _, Rearm _ ->
                    false;
        };
    }

    /// Whether a session that only its server knows is not enough for it.
    default boolean asksForEphemeral() {
        return switch (this) {
            case Create create -> create.flags() == 1 || create.flags() == 3;
            case Multi multi -> multi.parts().stream().anyMatch(Request::asksForEphemeral);
            case Delete _,
                    SetData _,
                    SetAcl _,
                    Check _,
                    Close _,
                    Reconfig _,
                    Sync _,
                    Ping _,
                    Read _,
                    Ephemerals _,
                    AddWatch _,
                    RemoveWatches _,
                    Rearm _ ->
                    false;
        };
    }

    /// @param flags decide, together with the opcode, what is made
    record Create(int opcode, String path, String data, int flags, long ttlMillis)
            implements Request {
        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
            out.writeString(data);
            Acl.encodeList(Acl.OPEN, out);
            out.writeInt(flags);
            if (opcode == OpCode.CREATE_TTL) {
                out.writeLong(ttlMillis);
            }
        }
    }

    record Delete(String path, int version) implements Request {
        @Override
        public int opcode() {
            return OpCode.DELETE;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
            out.writeInt(version);
        }
    }

    record SetData(String path, String data, int version) implements Request {
        @Override
        public int opcode() {
            return OpCode.SET_DATA;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
            out.writeString(data);
            out.writeInt(version);
        }
    }

    /// Sets the open ACL anew, which counts all the same.
    record SetAcl(String path, int version) implements Request {
        @Override
        public int opcode() {
            return OpCode.SET_ACL;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
            Acl.encodeList(Acl.OPEN, out);
            out.writeInt(version);
        }
    }

    /// Only as a part of a multi.
    record Check(String path, int version) implements Request {
        @Override
        public int opcode() {
            return OpCode.CHECK;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
            out.writeInt(version);
        }
    }

    record Multi(List<Request> parts) implements Request {
        @Override
        public int opcode() {
            return OpCode.MULTI;
        }

        @Override
        public void encode(JuteWriter out) {
            for (Request each : parts) {
                new MultiHeader(each.opcode(), false, -1).encode(out);
                each.encode(out);
            }
            MultiHeader.END.encode(out);
        }
    }

    record Reconfig(ReconfigRequest wish) implements Request {
        @Override
        public int opcode() {
            return OpCode.RECONFIG;
        }

        @Override
        public void encode(JuteWriter out) {
            wish.encode(out);
        }
    }

    record Close() implements Request {
        @Override
        public int opcode() {
            return OpCode.CLOSE_SESSION;
        }

        @Override
        public void encode(JuteWriter out) {}
    }

    record Sync(String path) implements Request {
        @Override
        public int opcode() {
            return OpCode.SYNC;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
        }
    }

    record Ping() implements Request {
        @Override
        public int opcode() {
            return OpCode.PING;
        }

        @Override
        public void encode(JuteWriter out) {}
    }

    /// exists, getData, getChildren or getChildren2.
    record Read(int opcode, String path, boolean watch) implements Request {
        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
            out.writeBool(watch);
        }
    }

    record Ephemerals(String prefix) implements Request {
        @Override
        public int opcode() {
            return OpCode.GET_EPHEMERALS;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeString(prefix);
        }
    }

    /// @param mode 0 persistent, 1 recursive
    record AddWatch(String path, int mode) implements Request {
        @Override
        public int opcode() {
            return OpCode.ADD_WATCH;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
            out.writeInt(mode);
        }
    }

    /// @param type 1 children, 2 data, 3 any, 4 persistent, 5 recursive
    record RemoveWatches(String path, int type) implements Request {
        @Override
        public int opcode() {
            return OpCode.REMOVE_WATCHES;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeString(path);
            out.writeInt(type);
        }
    }

    /// setWatches2 with what the client holds.
    record Rearm(
            long seenZxid,
            List<String> data,
            List<String> exist,
            List<String> child,
            List<String> persistent,
            List<String> recursive)
            implements Request {
        @Override
        public int opcode() {
            return OpCode.SET_WATCHES2;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeLong(seenZxid);
            for (List<String> each : List.of(data, exist, child, persistent, recursive)) {
                out.writeVector(each, JuteWriter::writeString);
            }
        }
    }
}
