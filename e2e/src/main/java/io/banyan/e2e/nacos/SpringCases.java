package io.banyan.e2e.nacos;

import static io.banyan.e2e.nacos.Field.GROUP;
import static io.banyan.e2e.nacos.Field.SOON;
import static io.banyan.e2e.nacos.Field.check;
import static io.banyan.e2e.nacos.Field.until;
import static io.banyan.e2e.nacos.Servers.form;

import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Applications of Spring Cloud that are configured by Banyan and find each other through it. Each
/// is an ordinary web application and is asked over its own port.
final class SpringCases {
    /// Spring takes its time, more so on a machine that does other things too.
    private static final Duration STARTED = Duration.ofMinutes(2);

    /// The load balancer keeps what it knows for 35 s.
    private static final Duration BALANCED = Duration.ofMinutes(1);

    private static final int STARTS_MAX = 3;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    private SpringCases() {}

    /// One thing that must work.
    interface Play {
        void run(Field field, String version) throws Exception;
    }

    // ---- applications

    /// @param name as it registers, and as its configuration is called
    private record Application(String name, int port) {
        String get(String path) {
            return send(HttpRequest.newBuilder(uri(path)).GET()).body();
        }

        HttpResponse<String> send(HttpRequest.Builder request) {
            try (HttpClient http = HttpClient.newHttpClient()) {
                return http.send(
                        request.timeout(ANSWER_LIMIT).build(),
                        HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }

        URI uri(String path) {
            return URI.create("http://127.0.0.1:" + port + path);
        }
    }

    private static Application start(Field field, String version, String plain, String told) {
        String name = field.name(plain);
        publish(field, name, told);
        for (int i = 0; i < STARTS_MAX; i++) {
            var made = new Application(name, Ports.free());
            if (start(field, version, made, told)) {
                return made;
            }
        }
        throw new IllegalStateException(name + " ends by itself, see its log");
    }

    /// @return false if it ended by itself, as one does whose port was taken while it started
    private static boolean start(Field field, String version, Application made, String told) {
        String name = made.name();
        int port = made.port();
        String servers = field.servers().all();
        var arguments = new ArrayList<String>();
        arguments.add("--spring.application.name=" + name);
        arguments.add("--server.port=" + port);
        arguments.add("--server.address=127.0.0.1");
        arguments.add("--spring.main.banner-mode=off");
        arguments.add("--spring.config.import=nacos:" + name + ".properties?group=" + GROUP);
        arguments.add("--spring.cloud.nacos.config.server-addr=" + servers);
        arguments.add("--spring.cloud.nacos.discovery.server-addr=" + servers);
        arguments.add("--spring.cloud.nacos.discovery.ip=127.0.0.1");
        arguments.add("--management.endpoints.web.exposure.include=*");
        arguments.add("--management.endpoint.health.show-details=always");
        var home = field.home();
        var flags =
                List.of(
                        "-DJM.SNAPSHOT.PATH=" + home,
                        "-DJM.LOG.PATH=" + home,
                        "--add-opens=java.base/java.lang=ALL-UNNAMED");
        ProbeProcess process =
                field.add(
                        ProbeProcess.application(
                                "spring-" + version,
                                home,
                                Home.target().resolve("spring-" + version),
                                flags,
                                "io.banyan.e2e.spring.Application",
                                arguments));
        until(
                name + " has started",
                STARTED,
                () -> !process.running() || made.get("/told").equals(told));
        return process.running();
    }

    private static void publish(Field field, String application, String told) {
        TreeCases.publish(
                field,
                field.servers().size() - 1,
                form(
                        "dataId",
                        application + ".properties",
                        "group",
                        GROUP,
                        "type",
                        "properties",
                        "content",
                        "told=" + told));
    }

    // ---- C14

    /// What is published reaches a bean of the refresh scope, again and again.
    static void isRefreshed(Field field, String version) {
        Application application = start(field, version, "refreshed", "first");
        for (String each : List.of("second", "third")) {
            publish(field, application.name(), each);
            until("told " + each, SOON, () -> application.get("/told").equals(each));
        }
        String health = application.get("/actuator/health").replaceAll("\\s", "");
        check(health.contains("\"status\":\"UP\"") && !health.contains("DOWN"), health);
        // Later versions say nothing of the configuration by itself.
        check(
                !health.contains("nacosConfig")
                        || health.contains("\"nacosConfig\":{\"status\":\"UP\""),
                "the configuration's health: " + health);
    }

    // ---- N10

    /// Two applications find each other, and one that says it is down is not found.
    static void findEachOther(Field field, String version) {
        Application one = start(field, version, "one", "this is one");
        Application two = start(field, version, "two", "this is two");
        until("one finds two", BALANCED, () -> one.get("/ask/" + two.name()).equals("this is two"));
        until("two finds one", BALANCED, () -> two.get("/ask/" + one.name()).equals("this is one"));
        String services = one.get("/services");
        check(services.contains(one.name()) && services.contains(two.name()), services);
        setStatus(two, "DOWN");
        until("two is hidden", BALANCED, () -> one.get("/ask/" + two.name()).equals("nobody"));
        setStatus(two, "UP");
        until(
                "two is shown again",
                BALANCED,
                () -> one.get("/ask/" + two.name()).equals("this is two"));
    }

    private static void setStatus(Application application, String status) {
        var request =
                HttpRequest.newBuilder(application.uri("/actuator/serviceregistry"))
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"status\":\"" + status + "\"}"));
        HttpResponse<String> answer = application.send(request);
        check(answer.statusCode() < 300, "status: " + answer.statusCode() + answer.body());
    }
}
