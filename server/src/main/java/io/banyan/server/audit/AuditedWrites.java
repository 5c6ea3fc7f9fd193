package io.banyan.server.audit;

import io.banyan.replica.WriteObserver;
import io.banyan.server.audit.AuditEvent.Operation;
import io.banyan.server.audit.AuditEvent.Result;
import io.banyan.tree.Applied;
import io.banyan.tree.AuthScheme;
import io.banyan.tree.Change;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.Acl;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.CreateTtlRequest;
import io.banyan.wire.DeleteRequest;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.MultiOp;
import io.banyan.wire.MultiReply;
import io.banyan.wire.MultiRequest;
import io.banyan.wire.MultiResult;
import io.banyan.wire.OpCode;
import io.banyan.wire.PathReply;
import io.banyan.wire.SetAclRequest;
import io.banyan.wire.SetDataRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes audit events of what one gateway's clients write. Confined to the gateway's thread.
///
/// Only the server that a client is connected to tells of its writes; of ephemeral znodes that go
/// with their session every server tells. A request whose body says nothing sensible leaves no
/// line, as with ZooKeeper.
public final class AuditedWrites implements WriteObserver {
    private static final String CONFIG_NODE = "/zookeeper/config";

    /// By the flags of a create.
    private static final List<String> CREATE_MODES =
            List.of(
                    "persistent",
                    "ephemeral",
                    "persistent_sequential",
                    "ephemeral_sequential",
                    "container",
                    "persistent_with_ttl",
                    "persistent_sequential_with_ttl");

    /// In the order of {@link #PERMISSION_LETTERS}.
    private static final int[] PERMISSIONS = {
        Acl.CREATE, Acl.DELETE, Acl.READ, Acl.WRITE, Acl.ADMIN
    };

    private static final String PERMISSION_LETTERS = "cdrwa";

    private final Consumer<AuditEvent> log;
    private final Map<String, AuthScheme> schemes = new HashMap<>();
    private final boolean tellsOfSessions;

    /// @param schemes those of the tree, which know their users' names
    /// @param tellsOfSessions true for one gateway of a server, since all hear of every session
    public AuditedWrites(
            Consumer<AuditEvent> log, List<AuthScheme> schemes, boolean tellsOfSessions) {
        this.log = log;
        this.tellsOfSessions = tellsOfSessions;
        schemes.forEach(each -> this.schemes.put(each.name(), each));
    }

    @Override
    public void answered(WriteRequest request, Applied outcome) {
        try {
            boolean failed = outcome.type() == OpCode.ERROR;
            var reader = new JuteReader(request.body(), request.from(), request.end());
            switch (request.opcode()) {
                case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER -> {
                    var create = CreateRequest.decode(reader);
                    created(request, outcome, create.path(), create.flags());
                }
                case OpCode.CREATE_TTL -> {
                    var create = CreateTtlRequest.decode(reader);
                    created(request, outcome, create.path(), create.flags());
                }
                case OpCode.DELETE ->
                        client(
                                request,
                                Operation.DELETE,
                                failed,
                                DeleteRequest.decode(reader).path());
                case OpCode.SET_DATA ->
                        client(
                                request,
                                Operation.SET_DATA,
                                failed,
                                SetDataRequest.decode(reader).path());
                case OpCode.SET_ACL -> {
                    var setAcl = SetAclRequest.decode(reader);
                    String acl = text(setAcl.acl());
                    client(request, Operation.SET_ACL, failed, setAcl.path(), null, acl);
                }
                case OpCode.MULTI -> multi(request, outcome, failed, reader);
                case OpCode.RECONFIG ->
                        client(request, Operation.RECONFIG, failed, failed ? null : CONFIG_NODE);
                default -> {
                    // closeSession tells of itself by its ephemerals.
                }
            }
        } catch (MalformedRecord e) {
            // It was refused, and there is nothing to say about what it was.
            return;
        }
    }

    @Override
    public void sessionEnded(Applied end) {
        if (!tellsOfSessions) {
            return;
        }
        for (Change each : end.changes()) {
            log.accept(
                    new AuditEvent(
                            Operation.EPHEMERAL_GONE,
                            Result.SUCCESS,
                            end.sessionId(),
                            AuditLog.ownUser(),
                            null,
                            new String(each.path(), StandardCharsets.UTF_8),
                            null,
                            null));
        }
    }

    private void created(WriteRequest request, Applied outcome, String asked, int flags) {
        String mode = mode(flags);
        byte[] reply = outcome.reply();
        if (outcome.type() == OpCode.ERROR || reply == null) {
            client(request, Operation.CREATE, true, asked, mode, null);
        } else {
            String path = PathReply.decode(new JuteReader(reply)).path();
            client(request, Operation.CREATE, false, path, mode, null);
        }
    }

    /// Its parts one by one if it succeeded, else one line. A sequential part shows no mode, since
    /// ZooKeeper looks for it under the path that was asked for.
    private void multi(WriteRequest request, Applied outcome, boolean failed, JuteReader reader) {
        byte[] body = outcome.reply();
        if (failed || body == null) {
            client(request, Operation.MULTI, true, null);
            return;
        }
        List<MultiOp> ops = MultiRequest.decode(reader).ops();
        List<MultiResult> results = MultiReply.decode(new JuteReader(body)).results();
        if (results.stream().anyMatch(MultiResult.Failed.class::isInstance)) {
            client(request, Operation.MULTI, true, null);
            return;
        }
        var modes = new HashMap<String, String>();
        for (MultiOp op : ops) {
            if (op instanceof MultiOp.Create create) {
                modes.put(create.request().path(), mode(create.request().flags()));
            }
        }
        for (int i = 0; i < ops.size(); i++) {
            switch (ops.get(i)) {
                case MultiOp.Create create ->
                        createdInMulti(request, results.get(i), create.request().path(), modes);
                case MultiOp.CreateTtl create ->
                        createdInMulti(request, results.get(i), create.request().path(), modes);
                case MultiOp.Delete delete ->
                        client(request, Operation.DELETE, false, delete.request().path());
                case MultiOp.SetData set ->
                        client(request, Operation.SET_DATA, false, set.request().path());
                case MultiOp.Check check -> {
                    // Writes nothing.
                }
            }
        }
    }

    private void createdInMulti(
            WriteRequest request, MultiResult result, String asked, Map<String, String> modes) {
        String path =
                switch (result) {
                    case MultiResult.Created created -> created.reply().path();
                    case MultiResult.CreatedWithStat created -> created.reply().path();
                    case MultiResult.Deleted d -> asked;
                    case MultiResult.DataSet d -> asked;
                    case MultiResult.Checked c -> asked;
                    case MultiResult.Data d -> asked;
                    case MultiResult.Children c -> asked;
                    case MultiResult.Failed f -> asked;
                };
        client(request, Operation.CREATE, false, path, modes.get(path), null);
    }

    private void client(
            WriteRequest request, Operation operation, boolean failed, @Nullable String path) {
        client(request, operation, failed, path, null, null);
    }

    private void client(
            WriteRequest request,
            Operation operation,
            boolean failed,
            @Nullable String path,
            @Nullable String mode,
            @Nullable String acl) {
        log.accept(
                new AuditEvent(
                        operation,
                        failed ? Result.FAILURE : Result.SUCCESS,
                        request.sessionId(),
                        users(request.caller().ids()),
                        address(request.caller().ids()),
                        path,
                        mode,
                        acl));
    }

    private @Nullable String users(List<Id> ids) {
        String names =
                ids.stream()
                        .map(this::userOf)
                        .filter(name -> !name.isBlank())
                        .collect(Collectors.joining(","));
        return names.isEmpty() ? null : names;
    }

    private String userOf(Id id) {
        AuthScheme scheme = schemes.get(id.scheme());
        return scheme == null || id.id() == null ? "" : scheme.userName(id.id());
    }

    private static @Nullable String address(List<Id> ids) {
        for (Id each : ids) {
            if ("ip".equals(each.scheme())) {
                return each.id();
            }
        }
        return null;
    }

    private static String mode(int flags) {
        if (flags < 0 || flags >= CREATE_MODES.size()) {
            throw new MalformedRecord("create flags " + flags);
        }
        return CREATE_MODES.get(flags);
    }

    /// `scheme:id:perms`, one after the other without anything between.
    private static String text(List<Acl> acl) {
        var text = new StringBuilder();
        for (Acl each : acl) {
            text.append(each.id().scheme()).append(':').append(each.id().id()).append(':');
            for (int i = 0; i < PERMISSIONS.length; i++) {
                if ((each.perms() & PERMISSIONS[i]) != 0) {
                    text.append(PERMISSION_LETTERS.charAt(i));
                }
            }
        }
        return text.toString();
    }
}
