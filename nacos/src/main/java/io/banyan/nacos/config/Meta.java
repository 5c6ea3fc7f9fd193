package io.banyan.nacos.config;

import io.banyan.nacos.json.Json;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is known of a configuration beside its content; kept as JSON.
///
/// @param tags comma list
public record Meta(
        @Nullable String type,
        @Nullable String appName,
        @Nullable String desc,
        @Nullable String tags,
        @Nullable String use,
        @Nullable String effect,
        @Nullable String schema,
        @Nullable String encryptedDataKey,
        @Nullable String srcUser,
        @Nullable String srcIp) {
    public static final Meta NONE =
            new Meta(null, null, null, null, null, null, null, null, null, null);

    private static final Set<String> TYPES =
            Set.of("properties", "xml", "json", "text", "html", "yaml", "toml", "unset");

    /// The type to tell clients; `text` if none was given.
    public String typeOrText() {
        return type == null ? "text" : type;
    }

    /// A type as it is kept: unknown ones count as text.
    public static @Nullable String validType(@Nullable String written) {
        if (written == null || written.isBlank()) {
            return null;
        }
        String lower = written.toLowerCase(Locale.ROOT);
        return TYPES.contains(lower) ? lower : "text";
    }

    /// This over that: what is not given stays as it was.
    Meta over(Meta old) {
        return new Meta(
                type == null ? old.type : type,
                appName == null ? old.appName : appName,
                desc == null ? old.desc : desc,
                tags == null ? old.tags : tags,
                use == null ? old.use : use,
                effect == null ? old.effect : effect,
                schema == null ? old.schema : schema,
                // Goes with the content: a plain one replaces a ciphered one without a key.
                encryptedDataKey,
                srcUser,
                srcIp);
    }

    /// This with another description and other tags, where they are given.
    public Meta described(@Nullable String newDesc, @Nullable String newTags) {
        return new Meta(
                type,
                appName,
                newDesc == null ? desc : newDesc,
                newTags == null ? tags : newTags,
                use,
                effect,
                schema,
                encryptedDataKey,
                srcUser,
                srcIp);
    }

    /// This of somebody else.
    public Meta by(@Nullable String newSrcUser, String newSrcIp) {
        return new Meta(
                type,
                appName,
                desc,
                tags,
                use,
                effect,
                schema,
                encryptedDataKey,
                newSrcUser,
                newSrcIp);
    }

    /// What stands in a znode; nothing at all if that is no JSON.
    static Meta read(byte[] data) {
        if (data.length == 0) {
            return NONE;
        }
        try {
            return Json.as(Meta.class, Json.parseObject(data, 0, data.length));
        } catch (Json.Broken written) {
            // Somebody else wrote there; the content is served all the same.
            return NONE;
        }
    }
}
