package io.banyan.nacos.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The one mapper, and short forms. Thread-safe.
public final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private Json() {}

    /// What was read is not the JSON that was expected.
    public static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Broken(String message) {
            super(message, null, false, false);
        }
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written: " + value.getClass(), e);
        }
    }

    public static String text(Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    /// JSON that is written already, to be put into other JSON.
    public static RawValue raw(byte[] json) {
        return new RawValue(new String(json, StandardCharsets.UTF_8));
    }

    public static JsonNode node(Object value) {
        return MAPPER.valueToTree(value);
    }

    /// @throws Broken if it is no object, or no JSON at all
    public static ObjectNode parseObject(byte[] bytes, int from, int end) {
        try {
            JsonNode node = MAPPER.readTree(bytes, from, end - from);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new Broken("a JSON object was expected");
        } catch (IOException e) {
            throw new Broken("no JSON: " + firstLine(e));
        }
    }

    /// @throws Broken as {@link #parseObject(byte[], int, int)}
    public static ObjectNode parseObject(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return parseObject(bytes, 0, bytes.length);
    }

    /// @throws Broken if it is no JSON
    public static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new Broken("no JSON: " + firstLine(e));
        }
    }

    /// @throws Broken if it does not fit the class
    public static <T> T as(Class<T> type, JsonNode node) {
        try {
            return MAPPER.treeToValue(node, type);
        } catch (IOException | IllegalArgumentException e) {
            throw new Broken("not as expected: " + firstLine(e));
        }
    }

    /// A text field.
    ///
    /// @return null if it is absent or null
    public static @Nullable String textOf(JsonNode object, String field) {
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? null : value.asText();
    }

    /// As {@link #textOf}, and empty where that is null.
    public static String textOrEmpty(JsonNode object, String field) {
        String value = textOf(object, field);
        return value == null ? "" : value;
    }

    /// The fields of an object as texts, sorted; empty for anything else.
    public static Map<String, String> texts(@Nullable JsonNode object) {
        var all = new TreeMap<String, String>();
        if (object != null && object.isObject()) {
            object.properties()
                    .forEach(e -> {
                        if (!e.getValue().isNull()) {
                            all.put(e.getKey(), e.getValue().asText());
                        }
                    });
        }
        return all;
    }

    /// A JSON line with bytes behind it: what must not be escaped stays as it is.
    public static byte[] lineAnd(Object head, byte[] body) {
        byte[] line = bytes(head);
        byte[] all = Arrays.copyOf(line, line.length + 1 + body.length);
        all[line.length] = '\n';
        System.arraycopy(body, 0, all, line.length + 1, body.length);
        return all;
    }

    /// Where the line of {@link #lineAnd} ends.
    public static int endOfLine(byte[] bytes) {
        int at = 0;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    /// What {@link #lineAnd} put behind the line.
    public static byte[] afterLine(byte[] bytes) {
        int end = endOfLine(bytes);
        return Arrays.copyOfRange(bytes, Math.min(end + 1, bytes.length), bytes.length);
    }

    private static String firstLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
