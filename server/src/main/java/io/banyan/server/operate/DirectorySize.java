package io.banyan.server.operate;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// How many bytes the files below a directory have.
final class DirectorySize {
    private DirectorySize() {}

    /// Lengths of files, as `ls -l` shows them. What vanishes meanwhile (purge is at work) counts
    /// nothing; a directory that is not there has size 0.
    static long of(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        var sum =
                new SimpleFileVisitor<Path>() {
                    private long bytes;

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        bytes += attributes.size();
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException vanished) {
                        return FileVisitResult.CONTINUE;
                    }
                };
        Files.walkFileTree(directory, sum);
        return sum.bytes;
    }
}
