package io.banyan.client;

import io.banyan.wire.Acl;
import io.banyan.wire.CheckVersionRequest;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.CreateTtlRequest;
import io.banyan.wire.DeleteRequest;
import io.banyan.wire.MultiOp;
import io.banyan.wire.MultiRequest;
import io.banyan.wire.MultiResult;
import io.banyan.wire.OpCode;
import io.banyan.wire.SetDataRequest;
import io.banyan.wire.Stat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes of which all are done or none, in order, each seeing what those before it did.
///
/// ```java
/// var multi = new Multi();
/// var order = multi.create("/orders/order-", data, CreateMode.PERSISTENT.sequential());
/// multi.set("/orders", total, version);
/// String path = banyan.multi(multi).get(order).path();
/// ```
///
/// Confined to one thread until it is given to a client; may be given again.
public final class Multi {
    /// Names one operation of a multi, to ask the results for its own.
    ///
    /// @param <T> what it yields
    @SuppressWarnings("UnusedTypeParameter") // it types what the results are asked for
    public static final class Op<T> {
        private final Multi multi;
        private final int index;

        private Op(Multi multi, int index) {
            this.multi = multi;
            this.index = index;
        }
    }

    /// What a multi that was done has yielded.
    public static final class Results {
        private final Multi multi;
        private final List<Object> values;

        private Results(Multi multi, List<Object> values) {
            this.multi = multi;
            this.values = values;
        }

        /// @throws IllegalArgumentException for an operation of another multi
        @SuppressWarnings("unchecked") // an Op<T> is only made beside a step that yields T
        public <T> T get(Op<T> op) {
            if (op.multi != multi) {
                throw new IllegalArgumentException("an operation of another multi");
            }
            return (T) values.get(op.index);
        }
    }

    /// What deletes and checks yield.
    public enum Done {
        DONE
    }

    private record Step(String path, int opcode, Encoding encoding) {
        private interface Encoding {
            MultiOp encode(String serverPath);
        }
    }

    private final List<Step> steps = new ArrayList<>();

    /// Without operations yet; a multi of none succeeds.
    public Multi() {}

    /// A persistent znode that anyone may change.
    public Op<Created> create(String path, byte @Nullable [] data) {
        return create(path, data, CreateMode.PERSISTENT);
    }

    public Op<Created> create(String path, byte @Nullable [] data, CreateMode mode) {
        return create(path, data, mode, Acl.OPEN);
    }

    // javac forgets the annotation of data in a compact constructor: null is fine there.
    @SuppressWarnings("NullAway")
    public Op<Created> create(String path, byte @Nullable [] data, CreateMode mode, List<Acl> acl) {
        requireForCreate(path, mode);
        int flags = mode.flags();
        return switch (mode.kind()) {
            case PERSISTENT, EPHEMERAL ->
                    add(
                            path,
                            OpCode.CREATE2,
                            p ->
                                    new MultiOp.Create(
                                            OpCode.CREATE2,
                                            new CreateRequest(p, data, acl, flags)));
            case CONTAINER ->
                    add(
                            path,
                            OpCode.CREATE_CONTAINER,
                            p ->
                                    new MultiOp.Create(
                                            OpCode.CREATE_CONTAINER,
                                            new CreateRequest(p, data, acl, flags)));
            case TTL ->
                    add(
                            path,
                            OpCode.CREATE_TTL,
                            p ->
                                    new MultiOp.CreateTtl(
                                            new CreateTtlRequest(
                                                    p, data, acl, flags, mode.ttlMillis())));
        };
    }

    static void requireForCreate(String path, CreateMode mode) {
        if (mode.isSequential()) {
            Paths.requireSequential(path);
        } else {
            Paths.require(path);
        }
    }

    /// Whatever its version.
    public Op<Done> delete(String path) {
        return delete(path, Banyan.ANY_VERSION);
    }

    /// @param version that it must have
    public Op<Done> delete(String path, int version) {
        return add(
                Paths.require(path),
                OpCode.DELETE,
                p -> new MultiOp.Delete(new DeleteRequest(p, version)));
    }

    /// Whatever its version.
    public Op<Stat> set(String path, byte @Nullable [] data) {
        return set(path, data, Banyan.ANY_VERSION);
    }

    /// @param version that it must have
    public Op<Stat> set(String path, byte @Nullable [] data, int version) {
        return add(
                Paths.require(path),
                OpCode.SET_DATA,
                p -> new MultiOp.SetData(new SetDataRequest(p, data, version)));
    }

    /// Nothing is done unless this znode is there, with this version.
    public Op<Done> check(String path, int version) {
        return add(
                Paths.require(path),
                OpCode.CHECK,
                p -> new MultiOp.Check(new CheckVersionRequest(p, version)));
    }

    /// Nothing is done unless this znode is there.
    public Op<Done> checkExists(String path) {
        return check(path, Banyan.ANY_VERSION);
    }

    /// How many operations it has.
    public int size() {
        return steps.size();
    }

    private <T> Op<T> add(String path, int opcode, Step.Encoding encoding) {
        steps.add(new Step(path, opcode, encoding));
        return new Op<>(this, steps.size() - 1);
    }

    // ---- for the client

    MultiRequest encoded(Chroot chroot) {
        var ops = new ArrayList<MultiOp>(steps.size());
        for (Step step : steps) {
            ops.add(step.encoding.encode(chroot.toServer(step.path)));
        }
        return new MultiRequest(ops);
    }

    /// @throws BanyanException.MultiFailed if one was refused
    Results decoded(List<MultiResult> results, Chroot chroot) {
        var values = new ArrayList<>(results.size());
        var codes = new ArrayList<Integer>(results.size());
        int refused = -1;
        for (MultiResult result : results) {
            int code = result instanceof MultiResult.Failed failed ? failed.err() : 0;
            if (code != 0 && refused < 0) {
                refused = codes.size();
            }
            codes.add(code);
            values.add(value(result, chroot));
        }
        if (refused >= 0) {
            Step step = steps.get(refused);
            throw BanyanException.multiFailed(refused, codes, OpCode.name(step.opcode), step.path);
        }
        return new Results(this, values);
    }

    private static Object value(MultiResult result, Chroot chroot) {
        if (result instanceof MultiResult.CreatedWithStat created) {
            return new Created(chroot.toClient(created.reply().path()), created.reply().stat());
        }
        return result instanceof MultiResult.DataSet set ? set.stat() : Done.DONE;
    }
}
