package io.banyan.nacos.importer;

import com.fasterxml.jackson.databind.JsonNode;
import io.banyan.nacos.json.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Copies configurations. May be run again: what is equal is left alone.
public final class NacosImport {
    private static final int PAGE = 200;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int WRONG_USAGE = 2;
    private static final String USAGE =
            """
            Usage: banyan nacos import --from URL --to URL [--namespace ID ...]
                                       [--user NAME --password WORD]

            Copies namespaces and configurations from a running Nacos to a running Banyan.

              --from URL         of the Nacos, as http://10.0.0.1:8848
              --to URL           of the Banyan's Nacos door
              --namespace ID     only this one; public for the default; may be repeated
              --user, --password for the Nacos, where it asks for a login
            """;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String from;
    private final String to;
    private final PrintStream out;
    private String token = "";

    /// What was done.
    ///
    /// @param copied published at the other side
    /// @param equal there already
    /// @param failed each with its reason
    public record Result(int namespaces, int copied, int equal, List<String> failed) {}

    /// @param from URL of the source without the context path
    /// @param to URL of the destination without the context path
    public NacosImport(String from, String to, PrintStream out) {
        this.from = trimmed(from);
        this.to = trimmed(to);
        this.out = out;
    }

    private static String trimmed(String url) {
        String plain = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        return plain.endsWith("/nacos") ? plain : plain + "/nacos";
    }

    public static void main(String[] args) throws Exception {
        System.exit(run(List.of(args), System.out));
    }

    private static int run(List<String> args, PrintStream out)
            throws IOException, InterruptedException {
        String from = null;
        String to = null;
        String user = null;
        String password = "";
        var namespaces = new ArrayList<String>();
        List<String> words = args.isEmpty() ? args : args.subList(1, args.size());
        if (args.isEmpty() || !args.getFirst().equals("import") || words.size() % 2 != 0) {
            out.print(USAGE);
            return WRONG_USAGE;
        }
        for (int i = 0; i < words.size(); i += 2) {
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "--from" -> from = value;
                case "--to" -> to = value;
                case "--namespace" -> namespaces.add(value);
                case "--user" -> user = value;
                case "--password" -> password = value;
                case String other -> {
                    out.println("there is no option " + other);
                    out.print(USAGE);
                    return WRONG_USAGE;
                }
            }
        }
        if (from == null || to == null) {
            out.print(USAGE);
            return WRONG_USAGE;
        }
        var copy = new NacosImport(from, to, out);
        if (user != null) {
            copy.login(user, password);
        }
        Result result = copy.copy(namespaces);
        out.println(
                "namespaces="
                        + result.namespaces()
                        + " copied="
                        + result.copied()
                        + " equal="
                        + result.equal()
                        + " failed="
                        + result.failed().size());
        result.failed().forEach(each -> out.println("failed: " + each));
        return result.failed().isEmpty() ? 0 : 1;
    }

    /// Logs in at the source.
    ///
    /// @throws IOException if it refuses
    public void login(String user, String password) throws IOException, InterruptedException {
        var answer =
                send(
                        "POST",
                        from + "/v1/auth/users/login",
                        "username=" + encode(user) + "&password=" + encode(password));
        token = "&accessToken=" + encode(Json.textOrEmpty(Json.parse(answer), "accessToken"));
    }

    /// Copies everything, or some namespaces.
    ///
    /// @param wanted ids, `public` for the default one; empty for all
    /// @throws IOException if the source cannot be read
    public Result copy(List<String> wanted) throws IOException, InterruptedException {
        String list =
                send("GET", from + "/v1/console/namespaces?" + token.replaceFirst("&", ""), null);
        int namespaces = 0;
        int copied = 0;
        int equal = 0;
        var failed = new ArrayList<String>();
        for (JsonNode each : Json.parse(list).path("data")) {
            String id = Json.textOrEmpty(each, "namespace");
            String name = id.isEmpty() ? "public" : id;
            if (!wanted.isEmpty() && !wanted.contains(name)) {
                continue;
            }
            namespaces++;
            if (!id.isEmpty()) {
                createNamespace(each);
            }
            int before = copied + equal;
            for (JsonNode config : configs(id)) {
                try {
                    if (copyOne(id, config)) {
                        copied++;
                    } else {
                        equal++;
                    }
                } catch (IOException e) {
                    failed.add(
                            name
                                    + " "
                                    + Json.textOrEmpty(config, "group")
                                    + " "
                                    + Json.textOrEmpty(config, "dataId")
                                    + ": "
                                    + e.getMessage());
                }
            }
            out.println("namespace " + name + ": " + (copied + equal - before) + " configurations");
        }
        return new Result(namespaces, copied, equal, failed);
    }

    private void createNamespace(JsonNode namespace) throws IOException, InterruptedException {
        send(
                "POST",
                to + "/v1/console/namespaces",
                "customNamespaceId="
                        + encode(Json.textOrEmpty(namespace, "namespace"))
                        + "&namespaceName="
                        + encode(Json.textOrEmpty(namespace, "namespaceShowName"))
                        + "&namespaceDesc="
                        + encode(Json.textOrEmpty(namespace, "namespaceDesc")));
    }

    private List<JsonNode> configs(String tenant) throws IOException, InterruptedException {
        var all = new ArrayList<JsonNode>();
        for (int page = 1; ; page++) {
            String text =
                    send(
                            "GET",
                            from
                                    + "/v1/cs/configs?search=blur&dataId=&group=&appName="
                                    + "&config_tags="
                                    + "&pageNo="
                                    + page
                                    + "&pageSize="
                                    + PAGE
                                    + "&tenant="
                                    + encode(tenant)
                                    + token,
                            null);
            JsonNode answer = Json.parse(text);
            answer.path("pageItems").forEach(all::add);
            if (page >= answer.path("pagesAvailable").asInt()) {
                return all;
            }
        }
    }

    /// @return false if it is there already
    private boolean copyOne(String tenant, JsonNode config)
            throws IOException, InterruptedException {
        String content = Json.textOrEmpty(config, "content");
        String place =
                "dataId="
                        + encode(Json.textOrEmpty(config, "dataId"))
                        + "&group="
                        + encode(Json.textOrEmpty(config, "group"))
                        + "&tenant="
                        + encode(tenant);
        var there = exchange("GET", to + "/v1/cs/configs?" + place, null);
        if (there.statusCode() == 200 && there.body().equals(content)) {
            return false;
        }
        String form = place + "&content=" + encode(content);
        for (String each : List.of("type", "appName", "encryptedDataKey")) {
            String value = Json.textOf(config, each);
            if (value != null && !value.isBlank()) {
                form += "&" + each + "=" + encode(value);
            }
        }
        send("POST", to + "/v1/cs/configs", form);
        return true;
    }

    private String send(String method, String url, @Nullable String form)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = exchange(method, url, form);
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + " " + answer.body().strip());
        }
        return answer.body();
    }

    private HttpResponse<String> exchange(String method, String url, @Nullable String form)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
                        .method(
                                method,
                                form == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(form));
        return http.send(
                request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
