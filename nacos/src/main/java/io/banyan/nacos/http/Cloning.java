package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Found;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.config.Publication;
import io.banyan.nacos.config.Published;
import io.banyan.nacos.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Copies configurations, named by their numbers, into a namespace, under other names if asked to.
///
/// The body is a JSON array of `{"configId", "targetGroupName", "targetDataId"}`, the latter two
/// optional. Each copy is a publication of its own.
record Cloning(Configs configs, Limits limits) {
    /// A console marks them by hand; each is looked for among all.
    private static final int CLONED_MAX = 1_000;

    /// No content has this MD5, so that a publication over any is refused.
    private static final String NO_MD5 = "none";

    /// What becomes of a configuration whose name is taken, and of those behind it.
    private enum Policy {
        ABORT,
        SKIP,
        OVERWRITE;

        static Policy of(@Nullable String written) {
            if (written == null) {
                return ABORT;
            }
            try {
                return valueOf(written.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new Invalid("policy: ABORT, SKIP or OVERWRITE");
            }
        }
    }

    /// What was done so far.
    private static final class Tally {
        private int done;
        private final ArrayNode skipped = Json.array();
        private final ArrayNode failed = Json.array();

        ObjectNode json() {
            ObjectNode json = Json.object().put("succCount", done).put("skipCount", skipped.size());
            if (!failed.isEmpty()) {
                json.set("failData", failed);
            }
            if (!skipped.isEmpty()) {
                json.set("skipData", skipped);
            }
            return json;
        }
    }

    CompletionStage<Answer> handle(Call call) {
        JsonNode asked = Json.parse(call.text());
        Policy policy = Policy.of(call.params().filled("policy"));
        String namespace = call.params().filledAny("targetNamespaceId", "namespaceId");
        if (!asked.isArray() || asked.isEmpty()) {
            return none(Envelope.NOTHING_CHOSEN, "no configuration is chosen");
        }
        if (asked.size() > CLONED_MAX) {
            throw new Invalid("at most " + CLONED_MAX + " at once");
        }
        var copies = new ArrayList<Publication>();
        for (JsonNode each : asked) {
            Found found = configs.byId(each.path("configId").asLong());
            if (found != null) {
                copies.add(copy(found, namespace, each, call));
            }
        }
        if (copies.isEmpty()) {
            return none(Envelope.NOTHING_FOUND, "none of the chosen configurations is there");
        }
        return publish(copies, 0, policy, new Tally())
                .thenApply(tally -> Envelope.of(tally.json()));
    }

    private static CompletionStage<Answer> none(int code, String message) {
        return CompletableFuture.completedFuture(
                Envelope.failure(200, code, message, Json.object().put("succCount", 0)));
    }

    private Publication copy(Found found, @Nullable String namespace, JsonNode asked, Call call) {
        ConfigKey target =
                limits.key(
                        namespace,
                        or(Json.textOf(asked, "targetGroupName"), found.key().group()),
                        or(Json.textOf(asked, "targetDataId"), found.key().dataId()));
        return new Publication(
                target,
                found.content(),
                found.meta().by(call.params().filledAny("src_user", "srcUser"), call.clientIp()),
                null,
                null,
                null);
    }

    private static String or(@Nullable String written, String otherwise) {
        return written == null || written.isBlank() ? otherwise : written;
    }

    private CompletableFuture<Tally> publish(
            List<Publication> copies, int at, Policy policy, Tally tally) {
        if (at == copies.size()) {
            return CompletableFuture.completedFuture(tally);
        }
        Publication copy = copies.get(at);
        return configs.publish(policy == Policy.OVERWRITE ? copy : copy.expecting(NO_MD5))
                .thenCompose(how -> {
                    if (how == Published.DONE) {
                        tally.done++;
                    } else if (policy == Policy.SKIP) {
                        tally.skipped.add(name(copy));
                    } else {
                        tally.failed.add(name(copy));
                        copies.subList(at + 1, copies.size())
                                .forEach(each -> tally.skipped.add(name(each)));
                        return CompletableFuture.completedFuture(tally);
                    }
                    return publish(copies, at + 1, policy, tally);
                });
    }

    private static ObjectNode name(Publication copy) {
        return Json.object().put("dataId", copy.key().dataId()).put("group", copy.key().group());
    }
}
