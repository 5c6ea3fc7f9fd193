package io.banyan.server.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as ZooKeeper's admin server spaces it.
final class Json {
    private static final ObjectWriter WRITER =
            new ObjectMapper()
                    .writer(
                            new DefaultPrettyPrinter()
                                    .withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private Json() {}

    /// @param object maps, lists, texts, numbers, booleans and null only
    static String of(Map<String, @Nullable Object> object) {
        try {
            return WRITER.writeValueAsString(object);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("not plain data: " + object.keySet(), impossible);
        }
    }
}
