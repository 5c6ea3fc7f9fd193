package io.banyan.nacos.importer;

import com.fasterxml.jackson.databind.JsonNode;
import io.banyan.nacos.json.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Copies configurations. May be run again: what is equal is left alone.
public final class NacosImport {
    private static final int PAGE = 200;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int WRONG_USAGE = 2;
    private static final String PUBLIC = "public";
    private static final String USAGE =
            """
            Usage: banyan nacos import --from URL|FILE --to URL [--namespace ID ...]
                                       [--user NAME --password WORD]

            Copies namespaces and configurations from a running Nacos, or configurations from
            a file that its console exported, to a running Banyan.

              --from URL         of the Nacos, as http://10.0.0.1:8848
              --from FILE        a zip file of Nacos's console
              --to URL           of the Banyan's Nacos door
              --namespace ID     only this one; public for the default; may be repeated;
                                 of a file: where to, if not to the default
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

    public static void main(String[] args) throws InterruptedException {
        System.exit(run(List.of(args), System.out));
    }

    /// @return the code to exit with: 0 if all was copied, 1 if not, 2 if it is not known what to
    ///   do
    static int run(List<String> args, PrintStream out) throws InterruptedException {
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
        boolean isFile = !from.contains("://") && Files.isRegularFile(Path.of(from));
        if (!isFile && !isUrl(from)) {
            out.println("--from " + from + ": neither a file nor an URL as http://10.0.0.1:8848");
            return WRONG_USAGE;
        }
        if (!isUrl(to)) {
            out.println("--to " + to + ": not an URL as http://10.0.0.1:8848");
            return WRONG_USAGE;
        }
        if (isFile && namespaces.size() > 1) {
            out.println("--namespace: a file goes into one");
            return WRONG_USAGE;
        }
        Result result;
        try {
            var copy = new NacosImport(from, to, out);
            if (user != null) {
                copy.login(user, password);
            }
            result =
                    isFile
                            ? copy.unpack(
                                    Path.of(from),
                                    namespaces.isEmpty() ? PUBLIC : namespaces.getFirst())
                            : copy.copy(namespaces);
        } catch (IOException | Json.Broken e) {
            // A connection that is refused says nothing more.
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            out.println("cannot copy from " + from + " to " + to + ": " + why);
            return 1;
        }
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

    private static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
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
            String name = id.isEmpty() ? PUBLIC : id;
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

    /// Copies what Nacos's console exported.
    ///
    /// @param namespace where to
    /// @throws IOException if the file cannot be read or is no export
    public Result unpack(Path file, String namespace) throws IOException, InterruptedException {
        String tenant = namespace.equals(PUBLIC) ? "" : namespace;
        int[] count = new int[2];
        var failed = new ArrayList<String>();
        if (!tenant.isEmpty()) {
            createNamespace(
                    Json.object().put("namespace", tenant).put("namespaceShowName", tenant));
        }
        NacosArchive.read(
                file,
                config -> {
                    try {
                        count[copyOne(tenant, config) ? 0 : 1]++;
                    } catch (ConnectException e) {
                        throw e; // The others would fare no better.
                    } catch (IOException e) {
                        failed.add(
                                Json.textOrEmpty(config, "group")
                                        + " "
                                        + Json.textOrEmpty(config, "dataId")
                                        + ": "
                                        + e.getMessage());
                    }
                });
        return new Result(1, count[0], count[1], failed);
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
        for (String each : List.of("type", "appName", "desc", "encryptedDataKey")) {
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
