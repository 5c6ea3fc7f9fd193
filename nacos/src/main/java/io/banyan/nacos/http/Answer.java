package io.banyan.nacos.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.banyan.nacos.json.Json;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;

/// What a handler answers. Immutable, and ready to be sent any number of times: thousands of
/// listeners are told the same.
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Answer(ResponseHeaders head, byte[] body) {
    private static final MediaType JSON = MediaType.parse("application/json;charset=UTF-8");
    private static final String EPOCH = HttpDate.of(0);
    private static final MediaType TEXT = MediaType.parse("text/plain;charset=UTF-8");

    private static Answer of(int status, MediaType type, byte[] body) {
        ResponseHeaders head =
                ResponseHeaders.builder(status)
                        .contentType(type)
                        .set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length))
                        .build();
        return new Answer(head, body);
    }

    static Answer text(int status, String body) {
        return of(status, TEXT, body.getBytes(StandardCharsets.UTF_8));
    }

    static Answer text(String body) {
        return text(200, body);
    }

    static Answer raw(byte[] body) {
        return of(200, TEXT, body);
    }

    static Answer json(int status, Object body) {
        return of(status, JSON, Json.bytes(body));
    }

    static Answer json(Object body) {
        return json(200, body);
    }

    /// JSON that is written already.
    static Answer jsonBytes(byte[] body) {
        return of(200, JSON, body);
    }

    /// The envelope of v1's console.
    static Answer rest(int code, String message, Object data) {
        var body = new LinkedHashMap<String, Object>();
        body.put("code", code);
        body.put("message", message);
        body.put("data", data);
        return json(body);
    }

    /// With headers more.
    Answer with(String... namesAndValues) {
        ResponseHeadersBuilder more = head.toBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            more.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Answer(more.build(), body);
    }

    /// Nobody on the way keeps it.
    Answer noCache() {
        return with("Pragma", "no-cache", "Expires", EPOCH, "Cache-Control", "no-cache,no-store");
    }

    /// The headers for who writes it without Armeria; not to be modified.
    HttpHeaders nettyHeaders() {
        var headers = new DefaultHttpHeaders();
        head.forEach((name, value) -> {
            if (name.charAt(0) != ':') {
                headers.add(name, value);
            }
        });
        return headers;
    }

    HttpResponse toHttp() {
        return HttpResponse.of(head, HttpData.wrap(body));
    }
}
