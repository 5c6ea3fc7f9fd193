package io.banyan.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Damages copies of the golden files at random and reads them: only an {@link IOException} with a
/// message may come out, and what is read as valid must have been written.
///
/// Long mode: `java ... io.banyan.store.StoreFuzz INPUTS [SEED]`. A failure names its seed and
/// input number; the same two give the same bytes.
public final class StoreFuzz {
    /// What one input needs at most; the golden files are smaller than 4 KiB.
    static final int FILE_BYTES_MAX = 16 << 10;

    private final Path folder;
    private final List<Path> logs = new ArrayList<>();
    private final List<Path> snapshots = new ArrayList<>();
    long intact;
    long refused;

    StoreFuzz(Path folder) throws IOException {
        this.folder = folder;
        for (String name : Golden.NAMES) {
            try (var files = Files.list(Golden.folder(name))) {
                for (Path file : files.sorted().toList()) {
                    if (file.getFileName().toString().startsWith("log.")) {
                        logs.add(file);
                    } else if (file.getFileName().toString().startsWith("snapshot.")) {
                        snapshots.add(file);
                    }
                }
            }
        }
    }

    public static void main(String[] args) throws IOException {
        long inputs = Long.parseLong(args[0]);
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        var fuzz = new StoreFuzz(Files.createTempDirectory("banyan-fuzz"));
        System.out.println("seed " + seed);
        for (long input = 0; input < inputs; input++) {
            fuzz.run(seed, input);
            if (input % 10_000 == 9_999) {
                System.out.println((input + 1) + " inputs, " + fuzz.refused + " refused");
            }
        }
        System.out.println(
                "store fuzz: inputs "
                        + inputs
                        + ", intact "
                        + fuzz.intact
                        + ", refused "
                        + fuzz.refused);
    }

    /// @throws AssertionError if something other than an IOException came out
    void run(long seed, long input) throws IOException {
        RandomGenerator random =
                RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 1_000_003 + input);
        boolean log = random.nextBoolean();
        List<Path> from = log ? logs : snapshots;
        Path source = from.get(random.nextInt(from.size()));
        byte[] original = Files.readAllBytes(source);
        byte[] damaged = damage(original, random);
        String name = source.getFileName().toString();
        Files.write(folder.resolve(name), damaged);
        try (Disk disk = FileDisk.openUnlocked(folder)) {
            if (log) {
                readLog(disk, name, entries(source));
            } else {
                SnapshotFiles.looksComplete(disk, name);
                SnapshotFiles.read(disk, StoreConfig.DEFAULT, name, new Golden.Notes());
            }
            intact++;
        } catch (IOException e) {
            if (e.getMessage() == null || !e.getMessage().contains(name)) {
                throw new AssertionError("seed " + seed + " input " + input + ": no message", e);
            }
            refused++;
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + " input " + input + ", " + source, e);
        } finally {
            Files.delete(folder.resolve(name));
        }
    }

    private static List<byte[]> entries(Path source) throws IOException {
        var entries = new ArrayList<byte[]>();
        try (Disk disk = FileDisk.openUnlocked(source.getParent())) {
            LogDump.dump(
                    disk,
                    StoreConfig.DEFAULT,
                    source.getFileName().toString(),
                    entry -> entries.add(entry.payload()));
        }
        return entries;
    }

    private static void readLog(Disk disk, String name, List<byte[]> written) throws IOException {
        long first = LogFormat.zxidOf(name, LogFormat.LOG_PREFIX);
        int count = 0;
        try (var reader = LogReader.from(disk, StoreConfig.DEFAULT, first)) {
            for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (!Arrays.equals(entry.payload(), written.get(count++))) {
                    throw new AssertionError("an entry that was never written: " + entry);
                }
            }
        }
    }

    private static byte[] damage(byte[] original, RandomGenerator random) {
        byte[] bytes = original.clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times && bytes.length > 0; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 512), (byte) 0);
                case 4 -> putInt(bytes, at, random.nextInt());
                case 5 -> putInt(bytes, at, random.nextBoolean() ? -1 : Integer.MAX_VALUE);
                default -> bytes = insert(bytes, at, random);
            }
        }
        return bytes.length > FILE_BYTES_MAX ? Arrays.copyOf(bytes, FILE_BYTES_MAX) : bytes;
    }

    private static void putInt(byte[] bytes, int at, int value) {
        for (int i = 0; i < 4 && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> (24 - 8 * i));
        }
    }

    /// A piece of the file once more, or noise.
    private static byte[] insert(byte[] bytes, int at, RandomGenerator random) {
        var piece = new byte[1 + random.nextInt(200)];
        if (random.nextBoolean()) {
            random.nextBytes(piece);
        } else {
            int from = random.nextInt(bytes.length);
            System.arraycopy(bytes, from, piece, 0, Math.min(piece.length, bytes.length - from));
        }
        byte[] result = Arrays.copyOf(bytes, bytes.length + piece.length);
        System.arraycopy(bytes, at, result, at + piece.length, bytes.length - at);
        System.arraycopy(piece, 0, result, at, piece.length);
        return result;
    }
}
