package io.banyan.nacos.http;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// What v2 and v3 wrap every answer in.
final class Envelope {
    static final int OK = 0;
    static final int PARAMETER_MISSING = 10_000;
    static final int ACCESS_DENIED = 10_001;
    static final int PARAMETER_INVALID = 20_002;
    static final int NOT_FOUND = 20_004;
    static final int CONFLICT = 20_005;
    static final int INSTANCE_NOT_FOUND = 21_003;
    static final int SERVICE_EXISTS = 21_007;
    static final int SERVICE_NOT_FOUND = 21_008;
    static final int NAMESPACE_MISSING = 22_001;
    static final int NAMESPACE_EXISTS = 22_002;
    static final int SERVER_ERROR = 30_000;
    static final int NOTHING_FOUND = 100_005;
    static final int NOTHING_CHOSEN = 100_006;

    private Envelope() {}

    static Answer of(@Nullable Object data) {
        return of(200, OK, "success", data);
    }

    static Answer failure(int status, int code, String message) {
        return of(status, code, message, null);
    }

    static Answer failure(int status, int code, String message, Object data) {
        return of(status, code, message, data);
    }

    private static Answer of(int status, int code, String message, @Nullable Object data) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("code", code);
        body.put("message", message);
        body.put("data", data);
        return Answer.json(status, body);
    }
}
