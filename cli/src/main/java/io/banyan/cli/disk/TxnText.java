package io.banyan.cli.disk;

import io.banyan.cli.command.Json;
import io.banyan.cli.command.Run;
import io.banyan.cli.znode.AclText;
import io.banyan.cli.znode.DataText;
import io.banyan.wire.Hex;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import io.banyan.wire.Zxid;
import io.banyan.wire.txn.CheckVersionTxn;
import io.banyan.wire.txn.CloseSessionTxn;
import io.banyan.wire.txn.CreateContainerTxn;
import io.banyan.wire.txn.CreateSessionTxn;
import io.banyan.wire.txn.CreateTtlTxn;
import io.banyan.wire.txn.CreateTxn;
import io.banyan.wire.txn.DeleteTxn;
import io.banyan.wire.txn.ErrorTxn;
import io.banyan.wire.txn.MultiTxn;
import io.banyan.wire.txn.SetAclTxn;
import io.banyan.wire.txn.SetDataTxn;
import io.banyan.wire.txn.Txn;
import io.banyan.wire.txn.TxnPayload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A transaction in words.
final class TxnText {
    private TxnText() {}

    /// All znodes that it touches.
    static List<String> paths(Txn txn) {
        return switch (txn) {
            case CreateTxn t -> List.of(t.path());
            case CreateContainerTxn t -> List.of(t.path());
            case CreateTtlTxn t -> List.of(t.path());
            case DeleteTxn t -> List.of(t.path());
            case SetDataTxn t -> List.of(t.path());
            case SetAclTxn t -> List.of(t.path());
            case CheckVersionTxn t -> List.of(t.path());
            case CloseSessionTxn t -> t.pathsToDelete() == null ? List.of() : t.pathsToDelete();
            case MultiTxn t -> {
                var paths = new ArrayList<String>();
                t.parts().forEach(part -> paths.addAll(paths(part.txn())));
                yield paths;
            }
            case CreateSessionTxn t -> List.of();
            case ErrorTxn t -> List.of();
        };
    }

    static String line(TxnPayload payload, boolean withData) {
        TxnHeader header = payload.header();
        return Instant.ofEpochMilli(header.timeMillis())
                + " "
                + Zxid.hex(header.zxid())
                + " session="
                + Zxid.hex(header.clientId())
                + " cxid="
                + header.cxid()
                + " "
                + OpCode.name(header.type())
                + words(payload.txn(), withData);
    }

    private static String words(Txn txn, boolean withData) {
        return switch (txn) {
            case CreateTxn t ->
                    " " + t.path() + (t.ephemeral() ? " ephemeral" : "") + data(t.data(), withData);
            case CreateContainerTxn t -> " " + t.path() + data(t.data(), withData);
            case CreateTtlTxn t ->
                    " " + t.path() + " ttl=" + t.ttlMillis() + "ms" + data(t.data(), withData);
            case DeleteTxn t -> " " + t.path();
            case SetDataTxn t ->
                    " " + t.path() + " version=" + t.version() + data(t.data(), withData);
            case SetAclTxn t -> " " + t.path() + " version=" + t.version();
            case CheckVersionTxn t -> " " + t.path() + " version=" + t.version();
            case CreateSessionTxn t -> " timeout=" + t.timeoutMillis() + "ms";
            case CloseSessionTxn t ->
                    t.pathsToDelete() == null || t.pathsToDelete().isEmpty()
                            ? ""
                            : " deletes " + String.join(" ", t.pathsToDelete());
            case ErrorTxn t -> " " + t.err();
            case MultiTxn t -> {
                var text = new StringBuilder(" of ").append(t.parts().size());
                for (MultiTxn.Part part : t.parts()) {
                    text.append("\n    ").append(OpCode.name(part.type()));
                    text.append(words(part.txn(), withData));
                }
                yield text.toString();
            }
        };
    }

    private static String data(byte @Nullable [] data, boolean withData) {
        if (data == null) {
            return " null";
        }
        if (!withData) {
            return " " + data.length + " B";
        }
        String text = DataText.strict(data);
        return text == null ? " 0x" + Hex.brief(data) : " " + Json.compact(text);
    }

    static Map<String, @Nullable Object> json(TxnPayload payload, boolean withData) {
        TxnHeader header = payload.header();
        var fields =
                Run.fields(
                        "zxid", Zxid.hex(header.zxid()),
                        "time", Instant.ofEpochMilli(header.timeMillis()).toString(),
                        "session", Zxid.hex(header.clientId()),
                        "cxid", header.cxid(),
                        "type", OpCode.name(header.type()));
        add(fields, payload.txn(), withData);
        return fields;
    }

    private static void add(Map<String, @Nullable Object> fields, Txn txn, boolean withData) {
        switch (txn) {
            case CreateTxn t -> {
                addNode(fields, t.path(), t.data(), withData);
                fields.put("ephemeral", t.ephemeral());
                fields.put("acl", AclText.json(t.acl()));
            }
            case CreateContainerTxn t -> {
                addNode(fields, t.path(), t.data(), withData);
                fields.put("acl", AclText.json(t.acl()));
            }
            case CreateTtlTxn t -> {
                addNode(fields, t.path(), t.data(), withData);
                fields.put("ttlMillis", t.ttlMillis());
                fields.put("acl", AclText.json(t.acl()));
            }
            case DeleteTxn t -> fields.put("path", t.path());
            case SetDataTxn t -> {
                addNode(fields, t.path(), t.data(), withData);
                fields.put("version", t.version());
            }
            case SetAclTxn t -> {
                fields.put("path", t.path());
                fields.put("version", t.version());
                fields.put("acl", AclText.json(t.acl()));
            }
            case CheckVersionTxn t -> {
                fields.put("path", t.path());
                fields.put("version", t.version());
            }
            case CreateSessionTxn t -> fields.put("timeoutMillis", t.timeoutMillis());
            case CloseSessionTxn t -> fields.put("deletes", t.pathsToDelete());
            case ErrorTxn t -> fields.put("error", t.err());
            case MultiTxn t -> {
                var parts = new ArrayList<>();
                for (MultiTxn.Part part : t.parts()) {
                    var each = Run.fields("type", OpCode.name(part.type()));
                    add(each, part.txn(), withData);
                    parts.add(each);
                }
                fields.put("parts", parts);
            }
        }
    }

    private static void addNode(
            Map<String, @Nullable Object> fields,
            String path,
            byte @Nullable [] data,
            boolean withData) {
        fields.put("path", path);
        fields.put("dataLength", data == null ? null : data.length);
        if (withData) {
            DataText.addTo(fields, data);
        }
    }
}
