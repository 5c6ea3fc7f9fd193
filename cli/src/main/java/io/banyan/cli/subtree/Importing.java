package io.banyan.cli.subtree;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.cli.znode.AclText;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Node;
import io.banyan.wire.Acl;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// `import`: the whole file is read and the whole tree compared before anything is written.
final class Importing {
    private static final int AHEAD = 256;

    /// One znode of the file.
    ///
    /// @param path where it goes
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Wanted(String path, byte @Nullable [] data, List<Acl> acl) {}

    private final Run run;
    private final Banyan client;
    private final Map<String, Wanted> wanted = new LinkedHashMap<>();
    private final List<Wanted> toCreate = new ArrayList<>();
    private final Map<Wanted, Integer> toSet = new LinkedHashMap<>();

    private Importing(Run run, Banyan client) {
        this.run = run;
        this.client = client;
    }

    static int run(Run run) throws IOException {
        run.requireArgs(1, 2);
        String root = run.args().size() > 1 ? run.path(1) : "/";
        String file = run.arg(0);
        Format format = Format.of(run.value("--format"), file);
        var read = new ArrayList<Wanted>();
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
                JsonParser json = format.factory().createParser(in)) {
            readAll(json, root, read);
        } catch (JsonProcessingException e) {
            throw Trouble.local(file + ": " + where(e) + e.getOriginalMessage());
        }
        var importing = new Importing(run, run.client());
        importing.plan(read, file);
        if (!run.has("--dry-run")) {
            importing.write();
        }
        importing.tell();
        return ExitCode.OK;
    }

    private static String where(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : "line "
                        + e.getLocation().getLineNr()
                        + ", column "
                        + e.getLocation().getColumnNr()
                        + ": ";
    }

    // ---- reading

    private static void readAll(JsonParser json, String root, List<Wanted> into)
            throws IOException {
        expect(json, json.nextToken(), JsonToken.START_ARRAY, "a list of znodes");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json, json.currentToken(), JsonToken.START_OBJECT, "a znode");
            into.add(readNode(json, root));
        }
    }

    private static void expect(
            JsonParser json, @Nullable JsonToken found, JsonToken wanted, String what) {
        if (found != wanted) {
            throw Trouble.local(at(json) + what + " was expected");
        }
    }

    private static String at(JsonParser json) {
        return "line " + json.currentLocation().getLineNr() + ": ";
    }

    private static Wanted readNode(JsonParser json, String root) throws IOException {
        String path = null;
        byte[] data = null;
        List<Acl> acl = Acl.OPEN;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            switch (String.valueOf(field)) {
                case "path" -> path = text(json);
                case "data" ->
                        data =
                                json.currentToken() == JsonToken.VALUE_NULL
                                        ? null
                                        : text(json).getBytes(UTF_8);
                case "base64" -> data = bytes(json);
                case "acl" -> acl = readAcl(json);
                default -> throw Trouble.local(at(json) + "unknown field " + field);
            }
        }
        if (path == null) {
            throw Trouble.local(at(json) + "a znode without a path");
        }
        try {
            return new Wanted(Exporting.above(root, ZnodePath.require(path)), data, acl);
        } catch (Trouble e) {
            throw Trouble.local(at(json) + e.getMessage());
        }
    }

    private static String text(JsonParser json) throws IOException {
        if (json.currentToken() == null || !json.currentToken().isScalarValue()) {
            throw Trouble.local(at(json) + "a text was expected");
        }
        return json.getText();
    }

    private static byte[] bytes(JsonParser json) throws IOException {
        try {
            return Base64.getDecoder().decode(text(json));
        } catch (IllegalArgumentException e) {
            throw Trouble.local(at(json) + "no base64: " + e.getMessage());
        }
    }

    private static List<Acl> readAcl(JsonParser json) throws IOException {
        expect(json, json.currentToken(), JsonToken.START_ARRAY, "a list of ACL entries");
        var list = new ArrayList<Acl>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json, json.currentToken(), JsonToken.START_OBJECT, "an ACL entry");
            var parts = new LinkedHashMap<String, String>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = String.valueOf(json.currentName());
                json.nextToken();
                parts.put(field, text(json));
            }
            list.add(
                    AclText.entry(
                            parts.getOrDefault("scheme", "world"),
                            parts.getOrDefault("id", "anyone"),
                            parts.getOrDefault("perms", "")));
        }
        return list;
    }

    // ---- planning

    private void plan(List<Wanted> read, String file) {
        for (Wanted each : read) {
            if (wanted.put(each.path(), each) != null) {
                throw Trouble.local(file + ": " + each.path() + " is in it twice");
            }
        }
        var missing = new HashSet<String>();
        var progress = new Progress(run, "compared");
        var all = List.copyOf(wanted.values());
        for (int from = 0; from < all.size(); from += AHEAD) {
            List<Wanted> part = all.subList(from, Math.min(all.size(), from + AHEAD));
            var found = new ArrayList<CompletableFuture<Optional<Node>>>();
            part.forEach(each -> found.add(client.async().find(each.path())));
            for (int i = 0; i < part.size(); i++) {
                compare(part.get(i), found.get(i).join(), missing);
            }
            progress.at(from, all.size());
        }
        for (Wanted each : toCreate) {
            String parent = ZnodePath.parent(each.path());
            boolean isComing = missing.contains(parent) || parent.equals("/");
            if (!isComing && client.exists(parent).isEmpty()) {
                throw Trouble.refused("there is no " + parent + " for " + each.path());
            }
        }
    }

    private void compare(Wanted each, Optional<Node> found, Set<String> missing) {
        if (found.isEmpty()) {
            toCreate.add(each);
            missing.add(each.path());
            return;
        }
        Node there = found.get();
        // A root that is there is where the rest goes, whatever its data.
        if (Arrays.equals(there.bytes(), each.data() == null ? new byte[0] : each.data())) {
            return;
        }
        if (!run.has("--update")) {
            throw Trouble.refused(each.path() + " is there with other data; --update changes it");
        }
        toSet.put(each, there.version());
    }

    // ---- writing

    private void write() {
        var progress = new Progress(run, "imported");
        long done = 0;
        for (int from = 0; from < toCreate.size(); from += AHEAD) {
            var underWay = new ArrayList<CompletableFuture<?>>();
            for (Wanted each : toCreate.subList(from, Math.min(toCreate.size(), from + AHEAD))) {
                underWay.add(
                        client.async()
                                .create(
                                        each.path(),
                                        each.data(),
                                        CreateMode.PERSISTENT,
                                        each.acl()));
            }
            for (CompletableFuture<?> each : underWay) {
                each.join();
                progress.at(++done, toCreate.size() + toSet.size());
            }
        }
        for (Map.Entry<Wanted, Integer> each : toSet.entrySet()) {
            try {
                client.set(each.getKey().path(), each.getKey().data(), each.getValue());
            } catch (BanyanException.BadVersion e) {
                throw Trouble.refused(
                        each.getKey().path() + " was changed meanwhile, after " + done + " znodes");
            }
            progress.at(++done, toCreate.size() + toSet.size());
        }
        progress.end(done);
    }

    private void tell() {
        int same = wanted.size() - toCreate.size() - toSet.size();
        boolean isDry = run.has("--dry-run");
        if (run.isJson()) {
            run.json(
                    Run.fields(
                            "created",
                            toCreate.size(),
                            "changed",
                            toSet.size(),
                            "unchanged",
                            same,
                            "dryRun",
                            isDry));
            return;
        }
        if (isDry) {
            toCreate.forEach(each -> run.line("create " + each.path()));
            toSet.keySet().forEach(each -> run.line("set " + each.path()));
        }
        run.line(
                "created "
                        + toCreate.size()
                        + ", changed "
                        + toSet.size()
                        + ", unchanged "
                        + same
                        + (isDry ? " (dry run: nothing was written)" : ""));
    }
}
