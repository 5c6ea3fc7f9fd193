package io.banyan.cli.subtree;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Json;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.ZnodePath;
import io.banyan.cli.znode.AclText;
import io.banyan.cli.znode.DataText;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Node;
import io.banyan.wire.Acl;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `export`.
final class Exporting {
    private final Run run;
    private final Banyan client;
    private final String root;
    private final Progress progress;
    private long done;

    private Exporting(Run run, String root) {
        this.run = run;
        this.root = root;
        this.client = run.client();
        this.progress = new Progress(run, "exported");
    }

    static int run(Run run) throws Exception {
        run.requireArgs(0, 1);
        String root = run.args().isEmpty() ? "/" : run.path(0);
        String file = run.value("-o");
        Format format = Format.of(run.value("--format"), file);
        var exporting = new Exporting(run, root);
        if (file == null) {
            exporting.write(format, new Unclosed(run.screen().out()));
            run.line("");
        } else {
            exporting.writeFile(format, Path.of(file));
        }
        exporting.progress.end(exporting.done);
        return ExitCode.OK;
    }

    /// Under another name first: half a file must not stand where a whole one is expected.
    private void writeFile(Format format, Path file) throws Exception {
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        boolean isWhole = false;
        try {
            try (OutputStream out = Files.newOutputStream(temporary)) {
                write(format, out);
            }
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            isWhole = true;
        } finally {
            if (!isWhole) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    private void write(Format format, OutputStream out) throws Exception {
        try (JsonGenerator json = format.factory().createGenerator(out)) {
            if (format == Format.JSON) {
                json.setPrettyPrinter(new DefaultPrettyPrinter());
            }
            json.writeStartArray();
            Walk.deep(
                    client,
                    root,
                    (node, depth, isLast) -> {
                        // What servers keep for themselves is none of the user's data.
                        if (node.path().equals("/zookeeper")) {
                            return false;
                        }
                        boolean isEphemeral = node.stat().ephemeralOwner() != 0;
                        if (!isEphemeral || run.has("--ephemerals")) {
                            writeNode(json, node);
                            progress.at(++done, 0);
                        }
                        return true;
                    });
            json.writeEndArray();
        }
    }

    private void writeNode(JsonGenerator json, Node node) throws IOException {
        var fields = Run.fields("path", below(root, node.path()));
        if (node.data() != null) {
            DataText.addTo(fields, node.data());
        }
        List<Acl> acl = run.has("--acl") ? acl(node.path()) : null;
        if (acl != null && !acl.equals(Acl.OPEN)) {
            fields.put("acl", AclText.json(acl));
        }
        Json.write(json, fields);
    }

    private @Nullable List<Acl> acl(String path) {
        try {
            return client.getAcl(path).acl();
        } catch (BanyanException.NoNode e) {
            return null;
        }
    }

    private static String below(String root, String path) {
        if (root.equals("/")) {
            return path;
        }
        return path.equals(root) ? "/" : path.substring(root.length());
    }

    /// The other direction.
    static String above(String root, String path) {
        if (path.equals("/")) {
            return root;
        }
        return root.equals("/") ? path : root + ZnodePath.require(path);
    }

    /// The process's own output, which others still need.
    private static final class Unclosed extends OutputStream {
        private final OutputStream out;

        Unclosed(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
