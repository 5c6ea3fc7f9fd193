package io.banyan.nacos.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.banyan.nacos.json.Json;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/// The one message there is.
///
/// | field | in | |
/// | --- | --- | --- |
/// | 2 | Payload | metadata |
/// | 3 | metadata | type: class name of the body |
/// | 7 | metadata | headers: map of 1 key, 2 value |
/// | 8 | metadata | what the client believes its address is |
/// | 3 | Payload | body: 1 unused, 2 JSON in UTF-8 |
///
/// @param body JSON; not to be modified
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Payload(String type, String clientIp, Map<String, String> headers, byte[] body) {
    static final MethodDescriptor.Marshaller<Payload> MARSHALLER = new PayloadMarshaller();

    private static final int METADATA = 2;
    private static final int BODY = 3;
    private static final int TYPE = 3;
    private static final int HEADERS = 7;
    private static final int CLIENT_IP = 8;
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final byte[] NO_BYTES = {};

    static Payload of(String type, ObjectNode body) {
        return new Payload(type, "", Map.of(), Json.bytes(body));
    }

    /// @throws Json.Broken if it is no JSON object
    ObjectNode json() {
        return Json.parseObject(body, 0, body.length);
    }

    private static final class PayloadMarshaller implements MethodDescriptor.Marshaller<Payload> {
        @Override
        public InputStream stream(Payload payload) {
            return new ByteArrayInputStream(payload.write());
        }

        @Override
        public Payload parse(InputStream stream) {
            try {
                return read(CodedInputStream.newInstance(stream.readAllBytes()));
            } catch (InvalidProtocolBufferException e) {
                throw Status.INVALID_ARGUMENT
                        .withDescription("no payload: " + e.getMessage())
                        .asRuntimeException();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Payload read(CodedInputStream in) throws IOException {
        String type = "";
        String clientIp = "";
        var headers = new TreeMap<String, String>();
        byte[] body = NO_BYTES;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case METADATA -> {
                    var metadata = CodedInputStream.newInstance(in.readByteArray());
                    for (int t = metadata.readTag(); t != 0; t = metadata.readTag()) {
                        switch (WireFormat.getTagFieldNumber(t)) {
                            case TYPE -> type = metadata.readStringRequireUtf8();
                            case CLIENT_IP -> clientIp = metadata.readStringRequireUtf8();
                            case HEADERS -> readHeader(metadata.readByteArray(), headers);
                            default -> metadata.skipField(t);
                        }
                    }
                }
                case BODY -> body = readAny(in.readByteArray());
                default -> in.skipField(tag);
            }
        }
        return new Payload(type, clientIp, headers, body);
    }

    private static void readHeader(byte[] bytes, Map<String, String> to) throws IOException {
        var in = CodedInputStream.newInstance(bytes);
        String key = "";
        String value = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case KEY -> key = in.readStringRequireUtf8();
                case VALUE -> value = in.readStringRequireUtf8();
                default -> in.skipField(tag);
            }
        }
        to.put(key, value);
    }

    private static byte[] readAny(byte[] bytes) throws IOException {
        var in = CodedInputStream.newInstance(bytes);
        byte[] value = NO_BYTES;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == VALUE) {
                value = in.readByteArray();
            } else {
                in.skipField(tag);
            }
        }
        return value;
    }

    private byte[] write() {
        var bytes = new ByteArrayOutputStream(body.length + 64);
        var out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeByteArray(METADATA, writeMetadata());
            var any = new ByteArrayOutputStream(body.length + 8);
            var anyOut = CodedOutputStream.newInstance(any);
            anyOut.writeByteArray(VALUE, body);
            anyOut.flush();
            out.writeByteArray(BODY, any.toByteArray());
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private byte[] writeMetadata() throws IOException {
        var bytes = new ByteArrayOutputStream(64);
        var out = CodedOutputStream.newInstance(bytes);
        out.writeString(TYPE, type);
        for (Map.Entry<String, String> each : headers.entrySet()) {
            var entry = new ByteArrayOutputStream();
            var entryOut = CodedOutputStream.newInstance(entry);
            entryOut.writeString(KEY, each.getKey());
            entryOut.writeString(VALUE, each.getValue());
            entryOut.flush();
            out.writeByteArray(HEADERS, entry.toByteArray());
        }
        if (!clientIp.isEmpty()) {
            out.writeString(CLIENT_IP, clientIp);
        }
        out.flush();
        return bytes.toByteArray();
    }
}
