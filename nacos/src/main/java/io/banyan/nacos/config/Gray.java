package io.banyan.nacos.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.banyan.nacos.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A version of a configuration for some clients only: those of some addresses (beta), or those
/// that ask for a tag.
///
/// @param name `beta`, or `tag_` and the tag
/// @param expression the addresses, a comma list, or the tag
/// @param md5 of its content
public record Gray(
        String name,
        String expression,
        String md5,
        @Nullable String encryptedDataKey,
        @Nullable String srcUser) {
    public static final String BETA = "beta";
    public static final String TAG = "tag_";

    /// Versions of one configuration.
    static final int COUNT_MAX = 10;

    @JsonIgnore
    public boolean isBeta() {
        return name.equals(BETA);
    }

    boolean isFor(Viewer viewer) {
        if (isBeta()) {
            return List.of(expression.split("[,\\s]+", -1)).contains(viewer.ip());
        }
        return expression.equals(viewer.tag());
    }

    byte[] write(byte[] content) {
        return Json.lineAnd(this, content);
    }

    static @Nullable Gray read(byte[] data) {
        try {
            return Json.as(Gray.class, Json.parseObject(data, 0, Json.endOfLine(data)));
        } catch (Json.Broken e) {
            return null;
        }
    }
}
