package io.banyan.sim;

import io.banyan.store.Disk;
import io.banyan.store.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A disk in memory that keeps account of what is durable. Confined to one thread; deterministic.
///
/// Every change is a list of *pieces* until the sync that covers it: a write is cut at block
/// borders, a truncation, a new name, a rename and a deletion are one piece each. {@link #crashed}
/// gives the disk that a power failure leaves: each piece kept or lost as the caller chooses, in
/// any combination. Reads see everything at once, as the page cache does.
///
/// Faults: {@link #crashAt}, {@link #failAt}, {@link #setCapacityBytes}, {@link #rot}.
public final class SimDisk implements Disk {
    /// What may go wrong in a call, besides a crash.
    public enum Fault {
        /// The call fails; a write has written half of its bytes.
        IO_ERROR,
        /// The file system has no room: a write has written half of its bytes.
        FULL,
        /// A sync fails, and what it should have made durable never will be: the kernel marks the
        /// pages clean. Other calls fail as with IO_ERROR.
        SYNC_LOST
    }

    private sealed interface Piece {}

    @SuppressWarnings("ArrayRecordComponent") // Private, never changed and never compared.
    private record Written(long offset, byte[] bytes) implements Piece {}

    private record Truncated(long length) implements Piece {}

    private sealed interface NameChange {}

    private record Linked(String name, Content file) implements NameChange {}

    private record Unlinked(String name) implements NameChange {}

    private record Renamed(String from, String to, Content file) implements NameChange {}

    /// A file's bytes, whatever its name.
    private static final class Content {
        private byte[] durable = {};
        private byte[] current = {};
        private int length;
        private final List<Piece> pieces = new ArrayList<>();
    }

    private static final class Directory {
        private TreeMap<String, Content> durable = new TreeMap<>();
        private TreeMap<String, Content> current = new TreeMap<>();
        private final List<NameChange> changes = new ArrayList<>();
    }

    private final int blockBytes;
    private final Map<Folder, Directory> folders = new EnumMap<>(Folder.class);
    private int calls;
    private int crashCall = -1;
    private int faultCall = -1;
    private @Nullable Fault fault;
    private boolean crashed;
    private long capacityBytes = Long.MAX_VALUE;

    /// An empty disk with one directory for snapshots and logs, as with `dataDir` alone.
    ///
    /// @param blockBytes what is written or lost as a whole: 512 or 4096 on real disks
    public SimDisk(int blockBytes) {
        this.blockBytes = blockBytes;
        var data = new Directory();
        var version2 = new Directory();
        folders.put(Folder.DATA, data);
        folders.put(Folder.DATA_LOG, data);
        folders.put(Folder.SNAP, version2);
        folders.put(Folder.LOG, version2);
    }

    /// Whether this failure was asked for by {@link #failAt}.
    static boolean isInjected(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (String.valueOf(each.getMessage()).contains("simulated")) {
                return true;
            }
        }
        return false;
    }

    /// Changing calls so far, syncs included; reads are not counted.
    public int calls() {
        return calls;
    }

    /// The power will fail within the changing call of this number, counted from 0.
    public void crashAt(int call) {
        crashCall = call;
    }

    /// The changing call of this number, counted from 0, will fail.
    public void failAt(int call, Fault how) {
        faultCall = call;
        fault = how;
    }

    /// Writes that would bring all files together beyond this fail.
    public void setCapacityBytes(long bytes) {
        capacityBytes = bytes;
    }

    /// Pieces that a crash now may keep or lose.
    public int unsyncedPieces() {
        int count = 0;
        for (Directory directory : directories()) {
            count += directory.changes.size();
            for (Content file : reachable(directory)) {
                count += file.pieces.size();
            }
        }
        return count;
    }

    /// The disk after a power failure now. This one stays as it is.
    ///
    /// @param keep whether the piece of this number, from 0 to {@link #unsyncedPieces} - 1, had
    ///   reached the disk
    public SimDisk crashed(IntPredicate keep) {
        var copy = new SimDisk(blockBytes);
        copy.capacityBytes = capacityBytes;
        int piece = 0;
        for (Folder folder : List.of(Folder.DATA, Folder.SNAP)) {
            Directory from = directory(folder);
            var names = new TreeMap<>(from.durable);
            for (NameChange change : from.changes) {
                if (keep.test(piece++)) {
                    apply(change, names);
                }
            }
            var copies = new IdentityHashMap<Content, Content>();
            for (Content file : reachable(from)) {
                var kept = new Content();
                kept.durable = file.durable.clone();
                for (Piece each : file.pieces) {
                    if (keep.test(piece++)) {
                        kept.durable = apply(each, kept.durable);
                    }
                }
                kept.current = kept.durable.clone();
                kept.length = kept.durable.length;
                copies.put(file, kept);
            }
            Directory to = copy.directory(folder);
            names.forEach((name, file) -> to.durable.put(name, copies.get(file)));
            to.current = new TreeMap<>(to.durable);
        }
        return copy;
    }

    /// Flips bits of a durable byte, as ageing flash does. Nothing happens to one that only the
    /// kernel has.
    public void rot(Folder folder, String name, int offset, int bits) {
        Content file = require(folder, name);
        if (offset >= file.durable.length) {
            return;
        }
        file.current[offset] ^= (byte) bits;
        file.durable = file.durable.clone();
        file.durable[offset] ^= (byte) bits;
    }

    /// A file's bytes as a read sees them.
    public byte[] bytes(Folder folder, String name) {
        Content file = require(folder, name);
        return Arrays.copyOf(file.current, file.length);
    }

    @Override
    public List<String> list(Folder folder) {
        requirePower();
        return List.copyOf(directory(folder).current.keySet());
    }

    @Override
    public DiskFile create(Folder folder, String name) throws IOException {
        Directory directory = directory(folder);
        Content file = directory.current.get(name);
        boolean isNew = file == null;
        if (file == null) {
            file = new Content();
        }
        var opened = file;
        change(() -> {
            if (isNew) {
                directory.current.put(name, opened);
                directory.changes.add(new Linked(name, opened));
            } else {
                Arrays.fill(opened.current, 0, opened.length, (byte) 0);
                opened.length = 0;
                opened.pieces.add(new Truncated(0));
            }
        });
        return new OpenFile(file);
    }

    @Override
    public DiskFile openForReading(Folder folder, String name) throws IOException {
        requirePower();
        Content file = directory(folder).current.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return new OpenFile(file);
    }

    @Override
    public DiskFile openForWriting(Folder folder, String name) throws IOException {
        return openForReading(folder, name);
    }

    @Override
    public void rename(Folder folder, String from, String to) throws IOException {
        Directory directory = directory(folder);
        Content file = directory.current.get(from);
        if (file == null) {
            throw new NoSuchFileException(from);
        }
        change(() -> note(directory, new Renamed(from, to, file)));
    }

    @Override
    public void delete(Folder folder, String name) throws IOException {
        Directory directory = directory(folder);
        if (!directory.current.containsKey(name)) {
            throw new NoSuchFileException(name);
        }
        change(() -> note(directory, new Unlinked(name)));
    }

    @Override
    public void syncFolder(Folder folder) throws IOException {
        Directory directory = directory(folder);
        sync(
                () -> {
                    for (NameChange change : directory.changes) {
                        apply(change, directory.durable);
                    }
                    directory.changes.clear();
                },
                directory.changes::clear);
    }

    @Override
    public boolean sameFolder(Folder one, Folder other) {
        return directory(one) == directory(other);
    }

    @Override
    public String describe(Folder folder, String name) {
        return "sim:" + folder + "/" + name;
    }

    @Override
    public void close() {}

    private Directory directory(Folder folder) {
        Directory directory = folders.get(folder);
        if (directory == null) {
            throw new IllegalStateException(folder.name());
        }
        return directory;
    }

    private Content require(Folder folder, String name) {
        Content file = directory(folder).current.get(name);
        if (file == null) {
            throw new IllegalArgumentException("no file " + describe(folder, name));
        }
        return file;
    }

    private List<Directory> directories() {
        return List.of(directory(Folder.DATA), directory(Folder.SNAP));
    }

    /// Files that can have a name after a crash.
    private static Set<Content> reachable(Directory directory) {
        var files = new LinkedHashSet<Content>(directory.durable.values());
        for (NameChange change : directory.changes) {
            switch (change) {
                case Linked(String _, Content file) -> files.add(file);
                case Renamed(String _, String _, Content file) -> files.add(file);
                case Unlinked _ -> {}
            }
        }
        return files;
    }

    private static void note(Directory directory, NameChange change) {
        apply(change, directory.current);
        directory.changes.add(change);
    }

    private static void apply(NameChange change, Map<String, Content> names) {
        switch (change) {
            case Linked(String name, Content file) -> names.put(name, file);
            case Unlinked(String name) -> names.remove(name);
            case Renamed(String from, String to, Content file) -> {
                if (names.get(from) == file) {
                    names.remove(from);
                }
                names.put(to, file);
            }
        }
    }

    /// @param bytes may be changed, and be the result
    private static byte[] apply(Piece piece, byte[] bytes) {
        return switch (piece) {
            case Truncated(long length) ->
                    bytes.length <= length ? bytes : Arrays.copyOf(bytes, (int) length);
            case Written(long offset, byte[] written) -> {
                int end = (int) offset + written.length;
                byte[] result = end <= bytes.length ? bytes : Arrays.copyOf(bytes, end);
                System.arraycopy(written, 0, result, (int) offset, written.length);
                yield result;
            }
        };
    }

    private interface Change {
        void make();
    }

    private void requirePower() {
        if (crashed) {
            throw new SimCrash(calls);
        }
    }

    private void change(Change change) throws IOException {
        requirePower();
        int call = calls++;
        if (call == faultCall && fault != null) {
            throw new IOException("simulated " + fault + " in call " + call);
        }
        change.make();
        crashIfDue(call);
    }

    private void sync(Change makeDurable, Change forget) throws IOException {
        requirePower();
        int call = calls++;
        // Before anything is durable: what the sync had done is among the kept pieces.
        crashIfDue(call);
        if (call == faultCall && fault != null) {
            if (fault == Fault.SYNC_LOST) {
                forget.make();
            }
            throw new IOException("simulated " + fault + " in call " + call);
        }
        makeDurable.make();
    }

    private void crashIfDue(int call) {
        if (call == crashCall) {
            crashed = true;
            throw new SimCrash(call);
        }
    }

    /// What all files together have now.
    long usedBytes() {
        long used = 0;
        for (Directory directory : directories()) {
            for (Content file : directory.current.values()) {
                used += file.length;
            }
        }
        return used;
    }

    private final class OpenFile implements DiskFile {
        private final Content file;

        OpenFile(Content file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            requirePower();
            int count = (int) Math.min(into.remaining(), file.length - offset);
            if (count <= 0) {
                return 0;
            }
            into.put(file.current, (int) offset, count);
            return count;
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            requirePower();
            int call = calls++;
            var bytes = new byte[from.remaining()];
            from.get(bytes);
            long grown = Math.max(0, offset + bytes.length - file.length);
            boolean full = usedBytes() + grown > capacityBytes;
            if (full || (call == faultCall && fault != null)) {
                put(Arrays.copyOf(bytes, bytes.length / 2), offset);
                throw new IOException(
                        full || fault == Fault.FULL
                                ? "simulated: no space left on device"
                                : "simulated " + fault + " in call " + call);
            }
            put(bytes, offset);
            crashIfDue(call);
        }

        @Override
        public long length() {
            requirePower();
            return file.length;
        }

        @Override
        public void truncate(long lengthBytes) throws IOException {
            change(() -> {
                if (lengthBytes < file.length) {
                    Arrays.fill(file.current, (int) lengthBytes, file.length, (byte) 0);
                    file.length = (int) lengthBytes;
                    file.pieces.add(new Truncated(lengthBytes));
                }
            });
        }

        @Override
        public void sync() throws IOException {
            SimDisk.this.sync(
                    () -> {
                        for (Piece piece : file.pieces) {
                            file.durable = apply(piece, file.durable);
                        }
                        file.pieces.clear();
                    },
                    file.pieces::clear);
        }

        @Override
        public void close() {}

        private void put(byte[] bytes, long offset) {
            int end = (int) offset + bytes.length;
            if (end > file.current.length) {
                file.current = Arrays.copyOf(file.current, Math.max(end, 2 * file.length));
            }
            System.arraycopy(bytes, 0, file.current, (int) offset, bytes.length);
            file.length = Math.max(file.length, end);
            int from = 0;
            while (from < bytes.length) {
                int room = blockBytes - (int) ((offset + from) % blockBytes);
                int to = Math.min(bytes.length, from + room);
                file.pieces.add(new Written(offset + from, Arrays.copyOfRange(bytes, from, to)));
                from = to;
            }
        }
    }
}
