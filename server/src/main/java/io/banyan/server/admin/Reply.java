package io.banyan.server.admin;

import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a command answers: keys in their order, or a stream.
///
/// @param status of HTTP
/// @param values without `command` and `error`
/// @param error null if there is none
/// @param headers further ones
/// @param body null unless the answer is a file instead of JSON
record Reply(
        int status,
        Map<String, Object> values,
        @Nullable String error,
        Map<String, String> headers,
        @Nullable InputStream body) {

    static Reply of(Map<String, Object> values) {
        return new Reply(200, values, null, Map.of(), null);
    }

    static Reply of(String key, Object value) {
        return of(Map.of(key, value));
    }

    static Reply empty() {
        return of(Map.of());
    }

    static Reply error(int status, String text) {
        return new Reply(status, Map.of(), text, Map.of(), null);
    }

    /// The whole JSON object. ZooKeeper writes the error first if the command itself found it, and
    /// last otherwise; readers look by key, but the texts are to be equal.
    ///
    /// @param command the primary name, or what was asked for if it is unknown
    Map<String, @Nullable Object> object(String command) {
        var object = new LinkedHashMap<String, @Nullable Object>(values);
        object.put("command", command);
        object.putIfAbsent("error", error);
        return object;
    }
}
