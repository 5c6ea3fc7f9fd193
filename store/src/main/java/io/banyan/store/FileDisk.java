package io.banyan.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The real disk: `FileChannel`s under `dataDir` and `dataLogDir`.
///
/// While it is open it holds an operating system lock on `banyan.lock` in both directories, so that
/// two servers never write the same logs. The lock dies with the process, however that ends; the
/// file itself stays and means nothing: it lies outside `version-2`, where ZooKeeper never looks.
public final class FileDisk implements Disk {
    /// Kept when closing: deleting a locked file would let a third server lock a new one.
    static final String LOCK_NAME = "banyan.lock";

    private static final String VERSION_FOLDER = "version-2";

    private final Map<Folder, Path> folders;
    private final List<FileChannel> locks;

    private FileDisk(Map<Folder, Path> folders, List<FileChannel> locks) {
        this.folders = folders;
        this.locks = locks;
    }

    /// Opens the directories and locks them for this process.
    ///
    /// @param dataLogDir the same as `dataDir` where the configuration has none
    /// @param autocreate makes missing directories (`zookeeper.datadir.autocreate`)
    /// @throws StartRefused if a directory is missing, not writable or used by another server
    public static FileDisk open(Path dataDir, Path dataLogDir, boolean autocreate)
            throws IOException {
        var folders = new EnumMap<Folder, Path>(Folder.class);
        folders.put(Folder.DATA, dataDir);
        folders.put(Folder.DATA_LOG, dataLogDir);
        folders.put(Folder.SNAP, dataDir.resolve(VERSION_FOLDER));
        folders.put(Folder.LOG, dataLogDir.resolve(VERSION_FOLDER));
        for (Path folder : folders.values()) {
            requireFolder(folder, autocreate);
        }
        var locks = new ArrayList<FileChannel>();
        var disk = new FileDisk(folders, locks);
        try {
            locks.add(lock(dataDir));
            if (!disk.sameFolder(Folder.DATA, Folder.DATA_LOG)) {
                locks.add(lock(dataLogDir));
            }
        } catch (IOException e) {
            disk.close();
            throw e;
        }
        return disk;
    }

    /// Opens one directory of files for a tool that only looks: nothing is created and nothing
    /// locked, so it works beside a running server.
    ///
    /// @param folder holds logs, snapshots or both, whatever its name
    public static Disk openUnlocked(Path folder) {
        var folders = new EnumMap<Folder, Path>(Folder.class);
        for (Folder each : Folder.values()) {
            folders.put(each, folder);
        }
        return new FileDisk(folders, List.of());
    }

    private static void requireFolder(Path folder, boolean autocreate) throws IOException {
        if (!Files.isDirectory(folder)) {
            if (!autocreate) {
                throw new StartRefused(
                        "the directory "
                                + folder
                                + " is missing and zookeeper.datadir.autocreate is false: create"
                                + " it, or correct dataDir and dataLogDir");
            }
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new StartRefused(
                        "the directory "
                                + folder
                                + " is missing and cannot be created ("
                                + e
                                + "): create it for this user, or correct dataDir and dataLogDir",
                        e);
            }
        }
        if (!Files.isWritable(folder)) {
            throw new StartRefused(
                    "the directory "
                            + folder
                            + " is not writable for this user: correct its owner or permissions");
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        Path file = folder.resolve(LOCK_NAME);
        var channel = FileChannel.open(file, CREATE, WRITE);
        @Nullable FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by another server in this very process: refused below like any other holder.
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new StartRefused(
                    "another server uses "
                            + folder
                            + " (it holds a lock on "
                            + file
                            + "): stop it, or give this one a dataDir of its own");
        }
        return channel;
    }

    @Override
    public List<String> list(Folder folder) throws IOException {
        var names = new ArrayList<String>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(folder))) {
            for (Path entry : entries) {
                if (Files.isRegularFile(entry)) {
                    names.add(entry.getFileName().toString());
                }
            }
        }
        names.sort(null);
        return names;
    }

    @Override
    public DiskFile create(Folder folder, String name) throws IOException {
        return new OpenFile(
                FileChannel.open(
                        path(folder).resolve(name), CREATE, TRUNCATE_EXISTING, READ, WRITE));
    }

    @Override
    public DiskFile openForReading(Folder folder, String name) throws IOException {
        return new OpenFile(FileChannel.open(path(folder).resolve(name), READ));
    }

    @Override
    public DiskFile openForWriting(Folder folder, String name) throws IOException {
        return new OpenFile(FileChannel.open(path(folder).resolve(name), READ, WRITE));
    }

    @Override
    public void rename(Folder folder, String from, String to) throws IOException {
        Files.move(path(folder).resolve(from), path(folder).resolve(to), ATOMIC_MOVE);
    }

    @Override
    public void delete(Folder folder, String name) throws IOException {
        Files.delete(path(folder).resolve(name));
    }

    @Override
    public void syncFolder(Folder folder) throws IOException {
        try (var channel = FileChannel.open(path(folder), READ)) {
            channel.force(true);
        }
    }

    @Override
    public boolean sameFolder(Folder one, Folder other) {
        try {
            return Files.isSameFile(path(one), path(other));
        } catch (IOException e) {
            // A folder that is not there: then only an equal path can be the same.
            return path(one).equals(path(other));
        }
    }

    @Override
    public String describe(Folder folder, String name) {
        return path(folder).resolve(name).toString();
    }

    /// Gives the lock back.
    @Override
    public void close() throws IOException {
        for (FileChannel lock : locks) {
            lock.close();
        }
    }

    private Path path(Folder folder) {
        Path path = folders.get(folder);
        if (path == null) {
            throw new IllegalStateException(folder.name());
        }
        return path;
    }

    private record OpenFile(FileChannel channel) implements DiskFile {
        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            int before = into.position();
            long at = offset;
            while (into.hasRemaining()) {
                int count = channel.read(into, at);
                if (count < 0) {
                    break;
                }
                at += count;
            }
            return into.position() - before;
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            long at = offset;
            while (from.hasRemaining()) {
                at += channel.write(from, at);
            }
        }

        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long lengthBytes) throws IOException {
            channel.truncate(lengthBytes);
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
