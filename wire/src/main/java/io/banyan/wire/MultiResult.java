package io.banyan.wire;

/// The result of one operation within a multi or multiRead.
public sealed interface MultiResult {
    /// @return the type in its header
    int type();

    void encode(JuteWriter out);

    /// Of {@link OpCode#CREATE}.
    record Created(PathReply reply) implements MultiResult {
        @Override
        public int type() {
            return OpCode.CREATE;
        }

        @Override
        public void encode(JuteWriter out) {
            reply.encode(out);
        }
    }

    /// Of {@link OpCode#CREATE2}, {@link OpCode#CREATE_CONTAINER} and {@link OpCode#CREATE_TTL}.
    record CreatedWithStat(PathStatReply reply) implements MultiResult {
        @Override
        public int type() {
            return OpCode.CREATE2;
        }

        @Override
        public void encode(JuteWriter out) {
            reply.encode(out);
        }
    }

    /// Of {@link OpCode#DELETE}.
    record Deleted() implements MultiResult {
        @Override
        public int type() {
            return OpCode.DELETE;
        }

        @Override
        public void encode(JuteWriter out) {}
    }

    /// Of {@link OpCode#SET_DATA}.
    record DataSet(Stat stat) implements MultiResult {
        @Override
        public int type() {
            return OpCode.SET_DATA;
        }

        @Override
        public void encode(JuteWriter out) {
            stat.encode(out);
        }
    }

    /// Of {@link OpCode#CHECK}.
    record Checked() implements MultiResult {
        @Override
        public int type() {
            return OpCode.CHECK;
        }

        @Override
        public void encode(JuteWriter out) {}
    }

    /// Of {@link OpCode#GET_DATA}.
    record Data(DataReply reply) implements MultiResult {
        @Override
        public int type() {
            return OpCode.GET_DATA;
        }

        @Override
        public void encode(JuteWriter out) {
            reply.encode(out);
        }
    }

    /// Of {@link OpCode#GET_CHILDREN}.
    record Children(ChildrenReply reply) implements MultiResult {
        @Override
        public int type() {
            return OpCode.GET_CHILDREN;
        }

        @Override
        public void encode(JuteWriter out) {
            reply.encode(out);
        }
    }

    /// In a failed multi every operation has one: OK before the one that failed, {@link
    /// ErrorCode#RUNTIME_INCONSISTENCY} behind it. In a multiRead only those that failed.
    ///
    /// @param err an {@link ErrorCode}
    record Failed(int err) implements MultiResult {
        @Override
        public int type() {
            return OpCode.ERROR;
        }

        @Override
        public void encode(JuteWriter out) {
            out.writeInt(err);
        }
    }

    /// Reads the body of one result.
    static MultiResult decode(int type, JuteReader in) {
        return switch (type) {
            case OpCode.CREATE -> new Created(PathReply.decode(in));
            case OpCode.CREATE2 -> new CreatedWithStat(PathStatReply.decode(in));
            case OpCode.DELETE -> new Deleted();
            case OpCode.SET_DATA -> new DataSet(Stat.decode(in));
            case OpCode.CHECK -> new Checked();
            case OpCode.GET_DATA -> new Data(DataReply.decode(in));
            case OpCode.GET_CHILDREN -> new Children(ChildrenReply.decode(in));
            case OpCode.ERROR -> new Failed(in.readInt());
            default -> throw new MalformedRecord("multi result " + OpCode.name(type));
        };
    }
}
