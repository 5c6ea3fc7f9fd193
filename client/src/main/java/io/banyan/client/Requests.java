package io.banyan.client;

import io.banyan.wire.Acl;
import io.banyan.wire.AclReply;
import io.banyan.wire.AddWatchRequest;
import io.banyan.wire.AllChildrenNumberReply;
import io.banyan.wire.Children2Reply;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.CreateTtlRequest;
import io.banyan.wire.DataReply;
import io.banyan.wire.DeleteRequest;
import io.banyan.wire.EphemeralsReply;
import io.banyan.wire.EphemeralsRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MultiReply;
import io.banyan.wire.OpCode;
import io.banyan.wire.PathReply;
import io.banyan.wire.PathRequest;
import io.banyan.wire.PathStatReply;
import io.banyan.wire.PathWatchRequest;
import io.banyan.wire.ReconfigRequest;
import io.banyan.wire.RemoveWatchesRequest;
import io.banyan.wire.SetAclRequest;
import io.banyan.wire.SetDataRequest;
import io.banyan.wire.Stat;
import io.banyan.wire.WhoAmIReply;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes a {@link Request} of every operation: what is checked here is refused at once, and what is
/// encoded here is out of the caller's reach.
final class Requests {
    private static final int HEADER_BYTES = 12;

    private final Chroot chroot;
    private final int bytesMax;

    Requests(Chroot chroot, int bytesMax) {
        this.chroot = chroot;
        this.bytesMax = bytesMax;
    }

    // javac forgets the annotation of data in a compact constructor: null is fine there.
    @SuppressWarnings("NullAway")
    Request<Created> create(String path, byte @Nullable [] data, CreateMode mode, List<Acl> acl) {
        Multi.requireForCreate(path, mode);
        String server = chroot.toServer(path);
        int flags = mode.flags();
        return switch (mode.kind()) {
            case PERSISTENT, EPHEMERAL ->
                    create(OpCode.CREATE2, path, new CreateRequest(server, data, acl, flags));
            case CONTAINER ->
                    create(
                            OpCode.CREATE_CONTAINER,
                            path,
                            new CreateRequest(server, data, acl, flags));
            case TTL -> {
                var body = new CreateTtlRequest(server, data, acl, flags, mode.ttlMillis());
                yield created(OpCode.CREATE_TTL, path, body::encode);
            }
        };
    }

    private Request<Created> create(int opcode, String path, CreateRequest body) {
        return created(opcode, path, body::encode);
    }

    private Request<Created> created(int opcode, String path, Consumer<JuteWriter> body) {
        return request(
                opcode,
                path,
                body,
                in -> {
                    PathStatReply reply = PathStatReply.decode(in);
                    return new Created(chroot.toClient(reply.path()), reply.stat());
                });
    }

    Request<@Nullable Void> delete(String path, int version) {
        var body = new DeleteRequest(server(path), version);
        return this.<@Nullable Void>request(OpCode.DELETE, path, body::encode, in -> null);
    }

    Request<Optional<Stat>> exists(String path, @Nullable Watcher watcher) {
        var body = new PathWatchRequest(server(path), watcher != null);
        return new Request<>(
                OpCode.EXISTS,
                path,
                body.path(),
                frame(OpCode.EXISTS, path, body::encode),
                in -> Optional.of(Stat.decode(in)),
                code -> code == ErrorCode.NO_NODE ? Optional.empty() : null,
                oneShot(watcher));
    }

    Request<Node> get(String path, @Nullable Watcher watcher) {
        var body = new PathWatchRequest(server(path), watcher != null);
        return new Request<>(
                OpCode.GET_DATA,
                path,
                body.path(),
                frame(OpCode.GET_DATA, path, body::encode),
                in -> node(path, DataReply.decode(in)),
                null,
                oneShot(watcher));
    }

    Request<Optional<Node>> find(String path) {
        var body = new PathWatchRequest(server(path), false);
        return new Request<>(
                OpCode.GET_DATA,
                path,
                body.path(),
                frame(OpCode.GET_DATA, path, body::encode),
                in -> Optional.of(node(path, DataReply.decode(in))),
                code -> code == ErrorCode.NO_NODE ? Optional.empty() : null,
                null);
    }

    private static Node node(String path, DataReply reply) {
        return new Node(path, reply.data(), reply.stat());
    }

    Request<Stat> set(String path, byte @Nullable [] data, int version) {
        var body = new SetDataRequest(server(path), data, version);
        return request(OpCode.SET_DATA, path, body::encode, Stat::decode);
    }

    Request<Children> children(String path, @Nullable Watcher watcher) {
        var body = new PathWatchRequest(server(path), watcher != null);
        return new Request<>(
                OpCode.GET_CHILDREN2,
                path,
                body.path(),
                frame(OpCode.GET_CHILDREN2, path, body::encode),
                in -> {
                    Children2Reply reply = Children2Reply.decode(in);
                    String[] names = reply.children().toArray(String[]::new);
                    Arrays.sort(names);
                    return new Children(List.of(names), reply.stat());
                },
                null,
                oneShot(watcher));
    }

    Request<AccessList> getAcl(String path) {
        var body = new PathRequest(server(path));
        return request(
                OpCode.GET_ACL,
                path,
                body::encode,
                in -> {
                    AclReply reply = AclReply.decode(in);
                    return new AccessList(reply.acl(), reply.stat());
                });
    }

    Request<Stat> setAcl(String path, List<Acl> acl, int version) {
        var body = new SetAclRequest(server(path), acl, version);
        return request(OpCode.SET_ACL, path, body::encode, Stat::decode);
    }

    Request<@Nullable Void> sync(String path) {
        var body = new PathRequest(server(path));
        return this.<@Nullable Void>request(
                OpCode.SYNC,
                path,
                body::encode,
                in -> {
                    PathReply.decode(in);
                    return null;
                });
    }

    Request<Multi.Results> multi(Multi multi) {
        var body = multi.encoded(chroot);
        return request(
                OpCode.MULTI,
                "",
                body::encode,
                in -> multi.decoded(MultiReply.decode(in).results(), chroot));
    }

    Request<MultiRead.Results> multiRead(MultiRead reads) {
        var body = reads.encoded(chroot);
        return request(
                OpCode.MULTI_READ,
                "",
                body::encode,
                in -> reads.decoded(MultiReply.decode(in).results()));
    }

    Request<@Nullable Void> addWatch(String path, WatchMode mode, Watcher watcher) {
        var body = new AddWatchRequest(server(path), mode.wire());
        return new Request<@Nullable Void>(
                OpCode.ADD_WATCH,
                path,
                body.path(),
                frame(OpCode.ADD_WATCH, path, body::encode),
                in -> null,
                null,
                new Request.Watching.Lasting(mode, watcher));
    }

    Request<@Nullable Void> removeWatches(String path, WatchKind kind) {
        var body = new RemoveWatchesRequest(server(path), kind.wire());
        return new Request<@Nullable Void>(
                OpCode.REMOVE_WATCHES,
                path,
                body.path(),
                frame(OpCode.REMOVE_WATCHES, path, body::encode),
                in -> null,
                null,
                new Request.Watching.Removal(kind));
    }

    /// Tells the server only; the table has forgotten it already.
    Request<@Nullable Void> dropWatch(String serverPath, WatchMode mode) {
        var body = new RemoveWatchesRequest(serverPath, mode.removal());
        return new Request<@Nullable Void>(
                OpCode.REMOVE_WATCHES,
                chroot.toClient(serverPath),
                serverPath,
                frame(OpCode.REMOVE_WATCHES, serverPath, body::encode),
                in -> null,
                code -> null,
                null);
    }

    Request<List<String>> ephemerals(String prefix) {
        var body = new EphemeralsRequest(server(prefix));
        return request(
                OpCode.GET_EPHEMERALS,
                prefix,
                body::encode,
                in ->
                        EphemeralsReply.decode(in).ephemerals().stream()
                                .map(chroot::toClient)
                                .sorted()
                                .toList());
    }

    Request<Integer> countDescendants(String path) {
        var body = new PathRequest(server(path));
        return request(
                OpCode.GET_ALL_CHILDREN_NUMBER,
                path,
                body::encode,
                in -> AllChildrenNumberReply.decode(in).totalNumber());
    }

    Request<List<WhoAmIReply.ClientInfo>> whoAmI() {
        return request(OpCode.WHO_AM_I, "", out -> {}, in -> WhoAmIReply.decode(in).clientInfo());
    }

    Request<Node> reconfig(ReconfigRequest body) {
        return request(
                OpCode.RECONFIG,
                "",
                body::encode,
                in -> node("/zookeeper/config", DataReply.decode(in)));
    }

    Request<@Nullable Void> closeSession() {
        return this.<@Nullable Void>request(OpCode.CLOSE_SESSION, "", out -> {}, in -> null);
    }

    /// Stands for a credential; it is never sent itself.
    Request<@Nullable Void> auth() {
        return this.<@Nullable Void>request(OpCode.AUTH, "", out -> {}, in -> null);
    }

    String toServer(String path) {
        return chroot.toServer(path);
    }

    private String server(String path) {
        return chroot.toServer(Paths.require(path));
    }

    private static Request.@Nullable Watching oneShot(@Nullable Watcher watcher) {
        return watcher == null ? null : new Request.Watching.OneShot(watcher);
    }

    private <T extends @Nullable Object> Request<T> request(
            int opcode, String path, Consumer<JuteWriter> body, Request.Decoder<T> decoder) {
        return new Request<>(
                opcode,
                path,
                path.isEmpty() ? path : chroot.toServer(path),
                frame(opcode, path, body),
                decoder,
                null,
                null);
    }

    private byte[] frame(int opcode, String path, Consumer<JuteWriter> body) {
        var out = new JuteWriter(HEADER_BYTES + path.length() + 64);
        out.writeInt(0);
        out.writeInt(0);
        out.writeInt(opcode);
        body.accept(out);
        int length = out.length() - 4;
        if (length > bytesMax) {
            throw BanyanException.tooLarge(
                    OpCode.name(opcode)
                            + (path.isEmpty() ? "" : " " + path)
                            + " has "
                            + length
                            + " bytes; servers take "
                            + bytesMax
                            + " (jute.maxbuffer there, requestBytesMax here)",
                    false);
        }
        out.patchInt(0, length);
        return out.toByteArray();
    }
}
