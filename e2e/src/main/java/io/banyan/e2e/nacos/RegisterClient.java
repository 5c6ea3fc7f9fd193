package io.banyan.e2e.nacos;

import io.banyan.e2e.soak.Operation;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Writes and reads some registers, and writes down what it was answered. Confined to one thread.
///
/// Every value that it writes is one that nobody else does. What had no answer stays open: it may
/// have happened or not.
final class RegisterClient {
    /// Finds a way to the registers.
    interface Door {
        /// @param random chooses the server
        Register open(Random random) throws IOException;
    }

    private final int number;
    private final Door door;
    private final int keys;
    private final Random random;
    private final LongSupplier nanos;
    private final List<Operation> operations = new ArrayList<>();

    /// By key: since when this way shows at least what was there then. What was answered by a
    /// server is known to it.
    private final long[] knownNanos;

    private @Nullable Register register;
    private long written;

    /// @param number from 1
    RegisterClient(int number, Door door, int keys, long seed, LongSupplier nanos) {
        this.number = number;
        this.door = door;
        this.keys = keys;
        this.nanos = nanos;
        random = new Random(seed);
        knownNanos = new long[keys];
    }

    /// What happened so far.
    List<Operation> operations() {
        return operations;
    }

    /// Does one thing; looks for a server if it has none.
    ///
    /// @return false if the way was lost, or none found
    boolean step() {
        Register way = register;
        try {
            if (way == null) {
                way = door.open(random);
                register = way;
                Arrays.fill(knownNanos, Operation.NEVER);
            }
            operate(way);
            return true;
        } catch (IOException e) {
            // To lose servers is what this is for.
            end();
            return false;
        }
    }

    private void operate(Register way) throws IOException {
        int key = random.nextInt(keys);
        int die = random.nextInt(100);
        if (die < 25) {
            write(way, key, null);
        } else if (die < 50) {
            write(way, key, read(way, key));
        } else if (die < 75) {
            sync(way, key);
            read(way, key);
        } else {
            read(way, key);
        }
    }

    /// Reads every register as it is now.
    void readAll() throws IOException {
        try (Register way = door.open(random)) {
            for (int key = 0; key < keys; key++) {
                sync(way, key);
                read(way, key);
            }
        }
    }

    private void sync(Register way, int key) throws IOException {
        long began = nanos.getAsLong();
        way.sync();
        knownNanos[key] = began;
    }

    private Register.Seen read(Register way, int key) throws IOException {
        long invoked = nanos.getAsLong();
        Register.Seen seen = way.read(key);
        note(
                Operation.Kind.READ,
                key,
                seen.value(),
                invoked,
                nanos.getAsLong(),
                new Register.Written(true, seen.version()),
                null,
                knownNanos[key]);
        return seen;
    }

    private void write(Register way, int key, Register.@Nullable Seen expected) throws IOException {
        long value = ((long) number << 40) | ++written;
        long invoked = nanos.getAsLong();
        Register.Written how = new Register.Written(true, Operation.UNTOLD);
        long returned = Operation.NEVER;
        boolean sent = true;
        try {
            how = way.write(key, value, expected);
            returned = nanos.getAsLong();
            knownNanos[key] = invoked;
        } catch (ConnectException e) {
            sent = false;
            throw e;
        } finally {
            if (sent) {
                note(
                        Operation.Kind.WRITE,
                        key,
                        value,
                        invoked,
                        returned,
                        how,
                        expected,
                        Operation.NEVER);
            }
        }
    }

    private void note(
            Operation.Kind kind,
            int key,
            long value,
            long invoked,
            long returned,
            Register.Written how,
            Register.@Nullable Seen expected,
            long synced) {
        int version = expected == null ? Operation.UNTOLD : expected.version();
        long byValue =
                expected != null && version == Operation.UNTOLD ? expected.value() : Operation.ANY;
        operations.add(
                new Operation(
                        kind,
                        number,
                        0,
                        key,
                        value,
                        invoked,
                        returned,
                        how.done() ? 0 : Operation.BAD_VERSION,
                        0,
                        0,
                        how.version(),
                        version == Operation.UNTOLD ? Operation.ANY : version,
                        byValue,
                        synced));
    }

    /// Leaves the server.
    void end() {
        Register way = register;
        register = null;
        if (way != null) {
            try {
                way.close();
            } catch (IOException e) {
                // It is lost already.
            }
        }
    }
}
