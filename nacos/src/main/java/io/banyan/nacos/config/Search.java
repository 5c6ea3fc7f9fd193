package io.banyan.nacos.config;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which configurations are looked for; an empty criterion is met by all.
///
/// @param blur `*` in dataId and group stands for anything; otherwise they must be equal
/// @param tag one of the configuration's tags
/// @param types comma list
public record Search(
        String namespace,
        boolean blur,
        @Nullable String dataId,
        @Nullable String group,
        @Nullable String appName,
        @Nullable String tag,
        @Nullable String types,
        @Nullable String content) {
    boolean isByMeta() {
        return isSet(appName) || isSet(tag) || isSet(types) || isSet(content);
    }

    boolean fits(String value, @Nullable String criterion) {
        if (!isSet(criterion)) {
            return true;
        }
        return blur
                ? glob(String.valueOf(criterion)).matcher(value).matches()
                : value.equals(criterion);
    }

    boolean fits(Found found) {
        Meta meta = found.meta();
        return (!isSet(appName) || String.valueOf(appName).equals(meta.appName()))
                && (!isSet(tag) || hasAny(meta.tags(), String.valueOf(tag)))
                && (!isSet(types) || hasAny(types, meta.typeOrText()))
                && (!isSet(content)
                        || new String(found.content(), StandardCharsets.UTF_8)
                                .contains(String.valueOf(content).replace("*", "")));
    }

    private static boolean hasAny(@Nullable String list, String wanted) {
        if (list == null) {
            return false;
        }
        for (String each : list.split(",", -1)) {
            for (String one : wanted.split(",", -1)) {
                if (each.trim().equals(one.trim())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isSet(@Nullable String criterion) {
        return criterion != null && !criterion.isBlank();
    }

    private static Pattern glob(String text) {
        String pattern =
                Arrays.stream(text.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*"));
        return Pattern.compile(pattern, Pattern.DOTALL);
    }
}
