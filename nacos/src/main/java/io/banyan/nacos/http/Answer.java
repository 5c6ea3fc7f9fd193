package io.banyan.nacos.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.banyan.nacos.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a handler answers. Immutable.
///
/// @param headers beside those that follow from the rest
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Answer(int status, MediaType type, byte[] body, Map<String, String> headers) {
    private static final MediaType JSON = MediaType.parse("application/json;charset=UTF-8");
    private static final MediaType TEXT = MediaType.parse("text/plain;charset=UTF-8");

    Answer {
        headers = Map.copyOf(headers);
    }

    static Answer text(int status, String body) {
        return new Answer(status, TEXT, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static Answer text(String body) {
        return text(200, body);
    }

    static Answer raw(byte[] body) {
        return new Answer(200, TEXT, body, Map.of());
    }

    static Answer json(int status, Object body) {
        return new Answer(status, JSON, Json.bytes(body), Map.of());
    }

    static Answer json(Object body) {
        return json(200, body);
    }

    /// JSON that is written already.
    static Answer jsonBytes(byte[] body) {
        return new Answer(200, JSON, body, Map.of());
    }

    /// The envelope of v1's console.
    static Answer rest(int code, String message, Object data) {
        var body = new LinkedHashMap<String, Object>();
        body.put("code", code);
        body.put("message", message);
        body.put("data", data);
        return json(body);
    }

    Answer with(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, type, body, more);
    }

    HttpResponse toHttp() {
        ResponseHeadersBuilder head = ResponseHeaders.builder(status).contentType(type);
        headers.forEach(head::add);
        head.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
        return HttpResponse.of(head.build(), HttpData.wrap(body));
    }
}
