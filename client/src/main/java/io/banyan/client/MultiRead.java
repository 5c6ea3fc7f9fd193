package io.banyan.client;

import io.banyan.wire.ErrorCode;
import io.banyan.wire.MultiReadRequest;
import io.banyan.wire.MultiResult;
import io.banyan.wire.OpCode;
import io.banyan.wire.PathWatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads that are answered together, in one round trip and from one state of the tree; each
/// succeeds or fails for itself.
///
/// Confined to one thread until it is given to a client; may be given again.
public final class MultiRead {
    /// Names one read, to ask the results for its own.
    ///
    /// @param <T> what it yields
    @SuppressWarnings("UnusedTypeParameter") // it types what the results are asked for
    public static final class Op<T> {
        private final MultiRead reads;
        private final int index;

        private Op(MultiRead reads, int index) {
            this.reads = reads;
            this.index = index;
        }
    }

    /// What the reads have yielded.
    public static final class Results {
        private final MultiRead reads;
        private final List<Object> values;

        private Results(MultiRead reads, List<Object> values) {
            this.reads = reads;
            this.values = values;
        }

        /// @throws BanyanException.Refused if this read was
        @SuppressWarnings("unchecked") // an Op<T> is only made beside a read that yields T
        public <T> T get(Op<T> op) {
            Object value = raw(op);
            if (value instanceof MultiResult.Failed failed) {
                throw reads.refusal(op.index, failed.err());
            }
            return (T) value;
        }

        /// Empty if there is no such znode.
        ///
        /// @throws BanyanException.Refused if the read was refused for another reason
        public <T> Optional<T> find(Op<T> op) {
            return raw(op) instanceof MultiResult.Failed failed && failed.err() == ErrorCode.NO_NODE
                    ? Optional.empty()
                    : Optional.of(get(op));
        }

        private Object raw(Op<?> op) {
            if (op.reads != reads) {
                throw new IllegalArgumentException("a read of another multiRead");
            }
            return values.get(op.index);
        }
    }

    private record Step(int opcode, String path) {}

    private final List<Step> steps = new ArrayList<>();

    /// Without reads yet.
    public MultiRead() {}

    public Op<Node> get(String path) {
        return add(OpCode.GET_DATA, path);
    }

    /// The names of the children, sorted.
    public Op<List<String>> children(String path) {
        return add(OpCode.GET_CHILDREN, path);
    }

    private <T> Op<T> add(int opcode, String path) {
        steps.add(new Step(opcode, Paths.require(path)));
        return new Op<>(this, steps.size() - 1);
    }

    private BanyanException.Refused refusal(int index, int code) {
        Step step = steps.get(index);
        return BanyanException.refused(code, OpCode.name(step.opcode) + " " + step.path, step.path);
    }

    // ---- for the client

    MultiReadRequest encoded(Chroot chroot) {
        var ops = new ArrayList<MultiReadRequest.Op>(steps.size());
        for (Step step : steps) {
            ops.add(
                    new MultiReadRequest.Op(
                            step.opcode, new PathWatchRequest(chroot.toServer(step.path), false)));
        }
        return new MultiReadRequest(ops);
    }

    Results decoded(List<MultiResult> results) {
        var values = new ArrayList<>(results.size());
        for (int i = 0; i < results.size(); i++) {
            values.add(value(steps.get(i).path, results.get(i)));
        }
        return new Results(this, values);
    }

    private static Object value(String path, MultiResult result) {
        if (result instanceof MultiResult.Data data) {
            return new Node(path, data.reply().data(), data.reply().stat());
        }
        if (result instanceof MultiResult.Children children) {
            return children.reply().children().stream().sorted().toList();
        }
        return result;
    }
}
