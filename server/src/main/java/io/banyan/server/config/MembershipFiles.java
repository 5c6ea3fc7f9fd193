package io.banyan.server.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;

/// The files beside zoo.cfg that tell who the members are, as ZooKeeper writes and reads them, so
/// that either server starts on the other's.
///
/// | file | content |
/// | --- | --- |
/// | `zoo.cfg.dynamic.<hex>` | the members of that version, in lines without their version |
/// | `zoo.cfg.dynamic.next` | those that are proposed and not committed yet, with their version |
/// | `zoo.cfg` | `dynamicConfigFile=` names the first; no member stands here any more |
/// | `zoo.cfg.bak` | zoo.cfg as it was before this server first changed it |
///
/// Confined to one thread.
public final class MembershipFiles {
    /// As ZooKeeper reads its file.
    private static final Charset CHARSET = StandardCharsets.ISO_8859_1;

    private static final String VERSION = "version";
    private static final String DYNAMIC_FILE = "dynamicConfigFile";

    private final Path file;

    /// @param file zoo.cfg
    public MembershipFiles(Path file) {
        this.file = file.toAbsolutePath();
    }

    /// These are proposed. Whoever starts on these files has to ask both, them and the present
    /// ones.
    ///
    /// @param text with its version
    public void proposed(String text) throws IOException {
        replace(next(), String.join("\n", lines(text, true)));
    }

    /// These are the members from now on.
    ///
    /// @param text with its version
    /// @param hasClientPort whether this server's line tells its client port
    public void activated(String text, long version, boolean hasClientPort) throws IOException {
        Path dynamic = beside(".dynamic." + Long.toHexString(version));
        replace(dynamic, String.join("\n", lines(text, false)));
        var main = new Properties();
        String before = Files.readString(file, CHARSET);
        main.load(new StringReader(before));
        String named = dynamic.toRealPath().toString();
        if (!named.equals(main.getProperty(DYNAMIC_FILE))) {
            if (main.getProperty(DYNAMIC_FILE) == null) {
                replace(beside(".bak"), before);
            }
            replace(file, rewritten(main, named, hasClientPort));
        }
        Files.deleteIfExists(next());
    }

    /// What was proposed came to nothing.
    public void withdrawn() throws IOException {
        Files.deleteIfExists(next());
    }

    private Path next() {
        return beside(".dynamic.next");
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static List<String> lines(String text, boolean withVersion) {
        var lines = new ArrayList<String>();
        for (String line : text.split("\n", -1)) {
            if (!line.isBlank() && (withVersion || !line.startsWith(VERSION))) {
                lines.add(line);
            }
        }
        Collections.sort(lines);
        return lines;
    }

    private static String rewritten(Properties main, String dynamic, boolean hasClientPort) {
        var text = new StringBuilder();
        for (String key : new TreeSet<>(main.stringPropertyNames())) {
            boolean membership =
                    key.startsWith("server.")
                            || key.startsWith("group")
                            || key.startsWith("weight")
                            || key.equals(DYNAMIC_FILE)
                            || key.equals("peerType");
            boolean port = key.equals("clientPort") || key.equals("clientPortAddress");
            if (!membership && !(port && hasClientPort)) {
                line(text, key, main.getProperty(key));
            }
        }
        line(text, DYNAMIC_FILE, dynamic);
        return text.toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n');
    }

    /// After a crash the file has the old content or the new, never a part.
    private static void replace(Path target, String content) throws IOException {
        Path tmp = target.resolveSibling(target.getFileName() + ".tmp");
        try (FileChannel out =
                FileChannel.open(
                        tmp,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(CHARSET));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(
                tmp, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
