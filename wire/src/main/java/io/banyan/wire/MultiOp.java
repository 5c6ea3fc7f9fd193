package io.banyan.wire;

/// One operation within a {@link MultiRequest}.
public sealed interface MultiOp {
    /// The flags of the create mode CONTAINER: those above it are the two with a time to live.
    int FLAGS_CONTAINER = 4;

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

    /// Reads the body of one operation. As in ZooKeeper the flags of a create have a say in what it
    /// is, other than outside a multi: a create with the flags of a container is {@link
    /// OpCode#CREATE_CONTAINER}, and a createTTL without those of a time to live is a plain create.
    ///
    /// @throws MalformedRecord also for a null path or ACL, which are ordinary refusals outside a
    ///   multi, and for flags that no create has
    static MultiOp decode(int type, JuteReader in) {
        requirePath(in);
        return switch (type) {
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER -> decodeCreate(type, in);
            case OpCode.CREATE_TTL -> decodeCreateTtl(in);
            case OpCode.DELETE -> new Delete(DeleteRequest.decode(in));
            case OpCode.SET_DATA -> new SetData(SetDataRequest.decode(in));
            case OpCode.CHECK -> new Check(CheckVersionRequest.decode(in));
            default -> throw new MalformedRecord("multi with " + OpCode.name(type));
        };
    }

    private static MultiOp decodeCreate(int type, JuteReader in) {
        requireAcl(in);
        var request = CreateRequest.decode(in);
        int flags = request.flags();
        if (flags < 0 || flags > FLAGS_CONTAINER) {
            throw new MalformedRecord("create flags " + flags + " in a multi");
        }
        return new Create(flags == FLAGS_CONTAINER ? OpCode.CREATE_CONTAINER : type, request);
    }

    private static MultiOp decodeCreateTtl(JuteReader in) {
        requireAcl(in);
        var request = CreateTtlRequest.decode(in);
        int flags = request.flags();
        // Flags beyond all modes stay a createTTL, to be refused for itself as a bad argument.
        if (flags < 0 || flags > FLAGS_CONTAINER) {
            return new CreateTtl(request);
        }
        int type = flags == FLAGS_CONTAINER ? OpCode.CREATE_CONTAINER : OpCode.CREATE;
        return new Create(
                type, new CreateRequest(request.path(), request.data(), request.acl(), flags));
    }

    private static void requirePath(JuteReader in) {
        if (ahead(in).skipBuffer() < 0) {
            throw new MalformedRecord("null path in a multi");
        }
    }

    private static void requireAcl(JuteReader in) {
        JuteReader ahead = ahead(in);
        ahead.skipBuffer();
        ahead.skipBuffer();
        if (ahead.readInt() == -1) {
            throw new MalformedRecord("null ACL in a multi");
        }
    }

    private static JuteReader ahead(JuteReader in) {
        return new JuteReader(in.array(), in.position(), in.position() + in.remaining());
    }
}
