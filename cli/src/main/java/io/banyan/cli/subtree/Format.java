package io.banyan.cli.subtree;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.banyan.cli.command.Trouble;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/// What an exported subtree is written in: a list of znodes, parents before their children.
///
/// | field | meaning |
/// |---|---|
/// | `path` | below the exported znode, whose own path is `/` |
/// | `data` or `base64` | text, or bytes that are no text; neither where the data is null |
/// | `acl` | list of `scheme`, `id`, `perms`, where it is not open to everybody |
enum Format {
    JSON,
    YAML;

    /// @param wanted null for what the file's name says
    static Format of(@Nullable String wanted, @Nullable String file) {
        if (wanted != null) {
            return switch (wanted) {
                case "json" -> JSON;
                case "yaml" -> YAML;
                default -> throw Trouble.usage("--format: \"" + wanted + "\" is not json or yaml");
            };
        }
        return file != null && (file.endsWith(".yaml") || file.endsWith(".yml")) ? YAML : JSON;
    }

    /// Whose parsers take files and fields of any size: they are the user's own.
    JsonFactory factory() {
        var constraints =
                StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build();
        return switch (this) {
            case JSON -> JsonFactory.builder().streamReadConstraints(constraints).build();
            case YAML -> {
                var loading = new LoaderOptions();
                loading.setCodePointLimit(Integer.MAX_VALUE);
                yield YAMLFactory.builder()
                        .loaderOptions(loading)
                        .streamReadConstraints(constraints)
                        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                        .disable(YAMLGenerator.Feature.SPLIT_LINES)
                        .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
                        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                        .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                        .build();
            }
        };
    }
}
