package io.banyan.nacos.config;

import org.jspecify.annotations.Nullable;

/// What may be written in the fields of a configuration, as Nacos 2.x checks it.
///
/// @param contentBytesMax of a content; set by what one transaction may hold
public record Limits(int contentBytesMax) {
    private static final int DATA_ID_MAX = 256;
    private static final int GROUP_MAX = 128;
    private static final int NAMESPACE_MAX = 128;
    private static final int TAG_MAX = 16;
    private static final int CONFIG_TAGS_MAX = 5;
    private static final int CONFIG_TAG_MAX = 64;
    private static final int DESC_MAX = 128;
    private static final int WORD_MAX = 32;
    private static final int SCHEMA_MAX = 32_768;

    /// @throws Invalid with the field's name
    public ConfigKey key(
            @Nullable String namespace, @Nullable String group, @Nullable String dataId) {
        id("dataId", dataId, DATA_ID_MAX);
        id("group", group, GROUP_MAX);
        namespace(namespace);
        return ConfigKey.of(namespace, String.valueOf(group), String.valueOf(dataId));
    }

    /// @throws Invalid if it cannot be a namespace's id
    public static void namespace(@Nullable String namespace) {
        if (namespace == null || namespace.isBlank()) {
            return;
        }
        if (namespace.length() > NAMESPACE_MAX || !namespace.matches("[\\w-]+")) {
            throw new Invalid("invalid tenant, letters, digits, _ and -, at most 128 of them");
        }
    }

    private static void id(String field, @Nullable String value, int lengthMax) {
        if (value == null || value.isBlank()) {
            throw new Invalid("Required parameter '" + field + "' is not present or empty");
        }
        if (value.length() > lengthMax) {
            throw new Invalid("invalid " + field + ", over " + lengthMax + " characters");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!Character.isLetterOrDigit(c) && "_-.:".indexOf(c) < 0) {
                throw new Invalid("invalid " + field + ", letters, digits, _ - . : are allowed");
            }
        }
    }

    /// @throws Invalid if it is empty or too long
    public void content(byte[] content) {
        if (content.length == 0) {
            throw new Invalid("Required parameter 'content' is not present or empty");
        }
        if (content.length > contentBytesMax) {
            throw new Invalid(
                    "invalid content, over "
                            + contentBytesMax
                            + " bytes; jute.maxbuffer of the servers bounds it");
        }
    }

    /// @throws Invalid if it is too long
    public void tag(@Nullable String tag) {
        if (tag != null && (tag.length() > TAG_MAX || !tag.matches("[\\w.:-]+"))) {
            throw new Invalid("invalid tag, letters, digits, _ - . : and at most 16 of them");
        }
    }

    /// @throws Invalid with the field's name
    public void meta(Meta meta) {
        length("desc", meta.desc(), DESC_MAX);
        length("use", meta.use(), WORD_MAX);
        length("effect", meta.effect(), WORD_MAX);
        length("schema", meta.schema(), SCHEMA_MAX);
        if (meta.tags() != null) {
            String[] tags = meta.tags().split(",", -1);
            if (tags.length > CONFIG_TAGS_MAX) {
                throw new Invalid("invalid config_tags, over " + CONFIG_TAGS_MAX + " of them");
            }
            for (String each : tags) {
                length("config_tags", each, CONFIG_TAG_MAX);
            }
        }
    }

    private static void length(String field, @Nullable String value, int max) {
        if (value != null && value.length() > max) {
            throw new Invalid("invalid " + field + ", over " + max + " characters");
        }
    }
}
