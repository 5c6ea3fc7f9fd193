package io.banyan.wire;

import io.banyan.wire.txn.TxnPayload;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// How one kind of packet or log entry is read and written, for tests that treat all alike.
///
/// @param type the opcode that it belongs to; 0 where there is none
record Codec<R>(
        String name, int type, Function<JuteReader, R> decode, BiConsumer<R, JuteWriter> encode) {
    static final Codec<ConnectRequest> CONNECT_REQUEST =
            new Codec<>("ConnectRequest", 0, ConnectRequest::decode, ConnectRequest::encode);
    static final Codec<ConnectResponse> CONNECT_RESPONSE =
            new Codec<>("ConnectResponse", 0, ConnectResponse::decode, ConnectResponse::encode);
    static final Codec<RequestHeader> REQUEST_HEADER =
            new Codec<>("RequestHeader", 0, RequestHeader::decode, RequestHeader::encode);
    static final Codec<ReplyHeader> REPLY_HEADER =
            new Codec<>("ReplyHeader", 0, ReplyHeader::decode, ReplyHeader::encode);
    static final Codec<WatcherEvent> EVENT =
            new Codec<>("WatcherEvent", 0, WatcherEvent::decode, WatcherEvent::encode);
    static final Codec<TxnPayload> TXN =
            new Codec<>("TxnPayload", 0, TxnPayload::decode, TxnPayload::encode);

    static final List<Codec<?>> REQUESTS =
            List.of(
                    create(OpCode.CREATE),
                    create(OpCode.CREATE2),
                    create(OpCode.CREATE_CONTAINER),
                    of(OpCode.CREATE_TTL, CreateTtlRequest::decode, CreateTtlRequest::encode),
                    of(OpCode.DELETE, DeleteRequest::decode, DeleteRequest::encode),
                    pathWatch(OpCode.EXISTS),
                    pathWatch(OpCode.GET_DATA),
                    pathWatch(OpCode.GET_CHILDREN),
                    pathWatch(OpCode.GET_CHILDREN2),
                    of(OpCode.SET_DATA, SetDataRequest::decode, SetDataRequest::encode),
                    path(OpCode.GET_ACL),
                    path(OpCode.SYNC),
                    path(OpCode.GET_ALL_CHILDREN_NUMBER),
                    path(OpCode.DELETE_CONTAINER),
                    of(OpCode.SET_ACL, SetAclRequest::decode, SetAclRequest::encode),
                    of(OpCode.MULTI, MultiRequest::decode, MultiRequest::encode),
                    of(OpCode.MULTI_READ, MultiReadRequest::decode, MultiReadRequest::encode),
                    of(OpCode.RECONFIG, ReconfigRequest::decode, ReconfigRequest::encode),
                    of(
                            OpCode.CHECK_WATCHES,
                            CheckWatchesRequest::decode,
                            CheckWatchesRequest::encode),
                    of(
                            OpCode.REMOVE_WATCHES,
                            RemoveWatchesRequest::decode,
                            RemoveWatchesRequest::encode),
                    of(OpCode.AUTH, AuthPacket::decode, AuthPacket::encode),
                    of(OpCode.SASL, SaslToken::decode, SaslToken::encode),
                    setWatches(OpCode.SET_WATCHES),
                    setWatches(OpCode.SET_WATCHES2),
                    of(OpCode.GET_EPHEMERALS, EphemeralsRequest::decode, EphemeralsRequest::encode),
                    of(OpCode.ADD_WATCH, AddWatchRequest::decode, AddWatchRequest::encode));

    static final List<Codec<?>> REPLIES =
            List.of(
                    of(OpCode.CREATE, PathReply::decode, PathReply::encode),
                    of(OpCode.SYNC, PathReply::decode, PathReply::encode),
                    of(OpCode.CREATE2, PathStatReply::decode, PathStatReply::encode),
                    of(OpCode.CREATE_CONTAINER, PathStatReply::decode, PathStatReply::encode),
                    of(OpCode.CREATE_TTL, PathStatReply::decode, PathStatReply::encode),
                    of(OpCode.EXISTS, Stat::decode, Stat::encode),
                    of(OpCode.SET_DATA, Stat::decode, Stat::encode),
                    of(OpCode.SET_ACL, Stat::decode, Stat::encode),
                    of(OpCode.GET_DATA, DataReply::decode, DataReply::encode),
                    of(OpCode.RECONFIG, DataReply::decode, DataReply::encode),
                    of(OpCode.GET_ACL, AclReply::decode, AclReply::encode),
                    of(OpCode.GET_CHILDREN, ChildrenReply::decode, ChildrenReply::encode),
                    of(OpCode.GET_CHILDREN2, Children2Reply::decode, Children2Reply::encode),
                    of(OpCode.MULTI, MultiReply::decode, MultiReply::encode),
                    of(OpCode.MULTI_READ, MultiReply::decode, MultiReply::encode),
                    of(OpCode.SASL, SaslToken::decode, SaslToken::encode),
                    of(OpCode.GET_EPHEMERALS, EphemeralsReply::decode, EphemeralsReply::encode),
                    of(
                            OpCode.GET_ALL_CHILDREN_NUMBER,
                            AllChildrenNumberReply::decode,
                            AllChildrenNumberReply::encode),
                    of(OpCode.ADD_WATCH, ErrorReply::decode, ErrorReply::encode),
                    of(OpCode.WHO_AM_I, WhoAmIReply::decode, WhoAmIReply::encode));

    static final List<Codec<?>> OTHERS =
            List.of(CONNECT_REQUEST, CONNECT_RESPONSE, REQUEST_HEADER, REPLY_HEADER, EVENT, TXN);

    private static <R> Codec<R> of(
            int type, Function<JuteReader, R> decode, BiConsumer<R, JuteWriter> encode) {
        return new Codec<>(OpCode.name(type), type, decode, encode);
    }

    private static Codec<CreateRequest> create(int type) {
        return of(type, CreateRequest::decode, CreateRequest::encode);
    }

    private static Codec<PathRequest> path(int type) {
        return of(type, PathRequest::decode, PathRequest::encode);
    }

    private static Codec<PathWatchRequest> pathWatch(int type) {
        return of(type, PathWatchRequest::decode, PathWatchRequest::encode);
    }

    private static Codec<SetWatches> setWatches(int type) {
        return of(type, in -> SetWatches.decode(type, in), (r, out) -> r.encode(type, out));
    }

    static Codec<?> forType(List<Codec<?>> codecs, int type) {
        return codecs.stream()
                .filter(each -> each.type == type)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no codec for " + OpCode.name(type)));
    }

    R read(byte[] bytes) {
        return decode.apply(new JuteReader(bytes));
    }

    byte[] write(R value) {
        var out = new JuteWriter(16);
        encode.accept(value, out);
        return out.toByteArray();
    }

    /// Reads, writes what was read, and reads that again: for bytes that may be anything. What is
    /// not refused must survive.
    ///
    /// @return whether the bytes were taken for a record
    boolean survives(byte[] bytes) {
        R first;
        try {
            first = read(bytes);
        } catch (MalformedRecord refused) {
            return false;
        }
        R second = read(write(first));
        if (!first.equals(second) || first.hashCode() != second.hashCode()) {
            throw new AssertionError(
                    name + ": " + first + " came back as " + second + " from " + Hex.brief(bytes));
        }
        return true;
    }
}
