package io.banyan.wire;

/// One operation within a {@link MultiRequest}.
public sealed interface MultiOp {
    /// @return the {@link OpCode} in its header
    int type();

    void encode(JuteWriter out);

    /// @param type {@link OpCode#CREATE}, {@link OpCode#CREATE2} or {@link OpCode#CREATE_CONTAINER}
    record Create(int type, CreateRequest request) implements MultiOp {
        public Create {
            if (type != OpCode.CREATE
                    && type != OpCode.CREATE2
                    && type != OpCode.CREATE_CONTAINER) {
                throw new IllegalArgumentException("type=" + type);
            }
        }

        @Override
        public void encode(JuteWriter out) {
            request.encode(out);
        }
    }

    record CreateTtl(CreateTtlRequest request) implements MultiOp {
        @Override
        public int type() {
            return OpCode.CREATE_TTL;
        }

        @Override
        public void encode(JuteWriter out) {
            request.encode(out);
        }
    }

    record Delete(DeleteRequest request) implements MultiOp {
        @Override
        public int type() {
            return OpCode.DELETE;
        }

        @Override
        public void encode(JuteWriter out) {
            request.encode(out);
        }
    }

    record SetData(SetDataRequest request) implements MultiOp {
        @Override
        public int type() {
            return OpCode.SET_DATA;
        }

        @Override
        public void encode(JuteWriter out) {
            request.encode(out);
        }
    }

    record Check(CheckVersionRequest request) implements MultiOp {
        @Override
        public int type() {
            return OpCode.CHECK;
        }

        @Override
        public void encode(JuteWriter out) {
            request.encode(out);
        }
    }

    /// Reads the body of one operation.
    static MultiOp decode(int type, JuteReader in) {
        return switch (type) {
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER -> {
                var request = CreateRequest.decode(in);
                requireFlags(request.flags());
                yield new Create(type, request);
            }
            case OpCode.CREATE_TTL -> {
                var request = CreateTtlRequest.decode(in);
                requireFlags(request.flags());
                yield new CreateTtl(request);
            }
            case OpCode.DELETE -> new Delete(DeleteRequest.decode(in));
            case OpCode.SET_DATA -> new SetData(SetDataRequest.decode(in));
            case OpCode.CHECK -> new Check(CheckVersionRequest.decode(in));
            default -> throw new MalformedRecord("multi with " + OpCode.name(type));
        };
    }

    // Outside a multi such flags are a bad argument, inside they spoil the whole packet.
    private static void requireFlags(int flags) {
        if (flags < 0 || flags > 6) {
            throw new MalformedRecord("create flags " + flags);
        }
    }
}
