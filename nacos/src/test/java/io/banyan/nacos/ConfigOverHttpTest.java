package io.banyan.nacos;

import static io.banyan.nacos.NacosServer.form;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.banyan.nacos.config.Md5;
import io.banyan.nacos.json.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigOverHttpTest {
    private static final String CONFIGS = "/v1/cs/configs";
    private static final String LISTENER = CONFIGS + "/listener";
    private static final String[] HOLD = {"Long-Pulling-Timeout", "30000"};
    private static final String[] AT_ONCE = {
        "Long-Pulling-Timeout", "30000", "Long-Pulling-Timeout-No-Hangup", "true"
    };

    private static NacosServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new NacosServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aConfigurationMayBeCalledTwoDots() throws Exception {
        for (String name : List.of("..", "a..b", ".", "..yaml")) {
            server.publish(name, "of " + name);

            var answer = server.get("/v1/cs/configs?group=G&dataId=" + name);
            assertThat(answer.body()).isEqualTo("of " + name);
        }
    }

    @Test
    void anAbsentConfigurationIs404WithTheTextThatClientsKnow() throws Exception {
        var answer = server.get(CONFIGS + "?dataId=nothing&group=G");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("config data not exist\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k: \u4e2d\u6587 \u00e4 \ud83c\udf33",
                "a+b%c&d=e",
                "a\r\nb\r\n",
                "x",
                " y "
            })
    void whatWasPublishedIsReadByteForByte(String content) throws Exception {
        String dataId = "exact-" + content.hashCode();
        server.publish(dataId, content);

        var answer = server.get(CONFIGS + "?dataId=" + dataId + "&group=G");

        assertThat(answer.body()).isEqualTo(content);
        assertThat(answer.headers().firstValue("Content-MD5")).contains(md5(content));
        assertThat(answer.headers().firstValue("Config-Type")).contains("text");
    }

    @Test
    void absentEmptyAndPublicAreOneNamespace() throws Exception {
        server.publish("spelled", "1");

        assertThat(get("spelled", "&tenant=")).isEqualTo("1");
        assertThat(get("spelled", "&tenant=public")).isEqualTo("1");
        assertThat(get("spelled", "&tenant=null")).isEqualTo("1");
        assertThat(server.get(CONFIGS + "?dataId=spelled&group=G&tenant=other").statusCode())
                .isEqualTo(404);
    }

    @Test
    void casOverAnotherContentIsRefusedAndOverTheSameSucceeds() throws Exception {
        server.publish("cas", "1");

        assertThat(cas("cas", "2", md5("other")).statusCode()).isEqualTo(500);
        assertThat(get("cas", "")).isEqualTo("1");
        assertThat(cas("cas", "2", md5("1")).statusCode()).isEqualTo(200);
        assertThat(get("cas", "")).isEqualTo("2");
        assertThat(cas("cas-absent", "1", "0").statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> cas(String dataId, String content, String md5)
            throws Exception {
        return server.post(
                CONFIGS, form("dataId", dataId, "group", "G", "content", content), "casMd5", md5);
    }

    @Test
    void ofManyCasWritersEachSucceedsOnceForEachValue() throws Exception {
        server.publish("counter", "0");
        int threads = 4;
        int each = 25;
        var writers = new CompletableFuture<?>[threads];
        for (int i = 0; i < threads; i++) {
            writers[i] = CompletableFuture.runAsync(() -> increment("counter", each));
        }
        CompletableFuture.allOf(writers).get(60, SECONDS);

        assertThat(get("counter", "")).isEqualTo(Integer.toString(threads * each));
    }

    private static void increment(String dataId, int times) {
        try {
            for (int done = 0; done < times; ) {
                String now = get(dataId, "");
                String next = Integer.toString(Integer.parseInt(now) + 1);
                if (cas(dataId, next, md5(now)).statusCode() == 200) {
                    done++;
                }
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void deletingAnswersTrueWhetherOrNotThereWasAnything() throws Exception {
        server.publish("gone", "1");

        for (int i = 0; i < 2; i++) {
            var answer = server.send("DELETE", CONFIGS + "?dataId=gone&group=G&", null);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("true");
        }
        assertThat(server.get(CONFIGS + "?dataId=gone&group=G").statusCode()).isEqualTo(404);
    }

    // ---- listening

    @Test
    void aListenerThatMustNotHangIsAnsweredEmptyAtOnce() throws Exception {
        server.publish("calm", "1");

        var answer = listen(line("calm", md5("1")), AT_ONCE).get(10, SECONDS);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void onlyTheLinesThatDifferAreAnsweredAndInTheirOwnSpelling() throws Exception {
        server.publish("same", "1");
        server.publish("other", "1");

        String lines =
                line("same", md5("1"))
                        + line("other", md5("2"))
                        + "other\u0002G\u0002\u0002public\u0001"
                        + line("absent", "");
        var answer = listen(lines, HOLD).get(10, SECONDS);

        assertThat(answer.body()).isEqualTo("other%02G%01other%02G%02public%01\n");
    }

    @Test
    void aHangingListenerIsAnsweredByTheChange() throws Exception {
        server.publish("watched", "1");
        var answer = listen(line("watched", md5("1")) + line("unrelated", ""), HOLD);

        server.publish("watched", "1");
        assertThat(answer).isNotDone();
        server.publish("watched", "2");

        assertThat(answer.get(10, SECONDS).body()).isEqualTo("watched%02G%01\n");
    }

    @Test
    void creationAndDeletionAreChangesToo() throws Exception {
        var created = listen(line("comes", ""), HOLD);
        server.publish("comes", "1");
        assertThat(created.get(10, SECONDS).body()).contains("comes");

        var deleted = listen(line("comes", md5("1")), HOLD);
        server.send("DELETE", CONFIGS + "?dataId=comes&group=G", null);
        assertThat(deleted.get(10, SECONDS).body()).contains("comes");
    }

    @Test
    void noListenerIsMissedWhileChangesStream() throws Exception {
        server.publish("stream", "0");
        var last = new CompletableFuture<String>();
        var reader =
                CompletableFuture.runAsync(() -> {
                    try {
                        String seen = "0";
                        while (!seen.equals("100")) {
                            listen(line("stream", md5(seen)), HOLD).get(20, SECONDS);
                            seen = get("stream", "");
                        }
                        last.complete(seen);
                    } catch (Exception e) {
                        last.completeExceptionally(e);
                    }
                });
        for (int i = 1; i <= 100; i++) {
            server.publish("stream", Integer.toString(i));
        }

        assertThat(last.get(20, SECONDS)).isEqualTo("100");
        reader.get(1, SECONDS);
    }

    @Test
    void thousandsOfLinesAreComparedAndTheChangedOneIsNamed() throws Exception {
        var lines = new StringBuilder();
        for (int i = 0; i < 9_999; i++) {
            lines.append(line("many" + i, ""));
        }
        var answer = listen(lines.toString(), HOLD);
        server.publish("many9876", "1");

        assertThat(answer.get(10, SECONDS).body()).isEqualTo("many9876%02G%01\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u0002G\u0001",
                "a\u0002G\u0002m\u0002t\u0002x\u0001",
                "\u0002G\u0002m\u0001",
                "a\u0002 \u0002m\u0001",
                ""
            })
    void malformedLinesAreRefused(String lines) throws Exception {
        assertThat(listen(lines, HOLD).get(10, SECONDS).statusCode()).isEqualTo(400);
    }

    @Test
    void moreThanTenThousandLinesAreRefused() throws Exception {
        var lines = new StringBuilder();
        for (int i = 0; i < 10_001; i++) {
            lines.append(line("l" + i, ""));
        }
        assertThat(listen(lines.toString(), HOLD).get(10, SECONDS).statusCode()).isEqualTo(400);
    }

    // ---- beside

    @Test
    void betaIsForItsAddressesAndEndsWithItsDeletion() throws Exception {
        server.publish("gray", "formal");
        server.post(
                CONFIGS,
                form("dataId", "gray", "group", "G", "content", "beta"),
                "betaIps",
                "10.0.0.1,10.0.0.2");

        assertThat(get("gray", "")).isEqualTo("formal");
        var beta = server.get(CONFIGS + "?dataId=gray&group=G", "X-Forwarded-For", "10.0.0.2");
        assertThat(beta.body()).isEqualTo("beta");
        assertThat(beta.headers().firstValue("isBeta")).contains("true");

        var ended =
                server.sendAsync(
                        "POST",
                        LISTENER,
                        form("Listening-Configs", line("gray", md5("beta"))),
                        "Long-Pulling-Timeout",
                        "30000",
                        "X-Forwarded-For",
                        "10.0.0.2");
        server.send("DELETE", CONFIGS + "?dataId=gray&group=G&beta=true", null);
        assertThat(ended.get(10, SECONDS).body()).contains("gray");
    }

    @Test
    void aTagIsForWhoCarriesIt() throws Exception {
        server.publish("tagged", "formal");
        server.post(CONFIGS, form("dataId", "tagged", "group", "G", "content", "t", "tag", "blue"));

        assertThat(get("tagged", "")).isEqualTo("formal");
        assertThat(get("tagged", "&tag=blue")).isEqualTo("t");
        assertThat(server.get(CONFIGS + "?dataId=tagged&group=G", "Vipserver-Tag", "blue").body())
                .isEqualTo("t");
    }

    @Test
    void searchFindsByWildcardsInPages() throws Exception {
        for (int i = 0; i < 5; i++) {
            server.publish("find-" + i, "c" + i);
        }
        JsonNode page =
                json(CONFIGS + "?search=blur&dataId=find-*&group=&tenant=&pageNo=2&pageSize=2");

        assertThat(page.get("totalCount").asInt()).isEqualTo(5);
        assertThat(page.get("pagesAvailable").asInt()).isEqualTo(3);
        assertThat(page.get("pageItems").get(0).get("dataId").asText()).isEqualTo("find-2");
        assertThat(page.get("pageItems").get(0).get("content").asText()).isEqualTo("c2");
        JsonNode exact =
                json(
                        CONFIGS
                                + "?search=accurate&dataId=find-3&group=G&pageNo=1&pageSize=2147483647");
        assertThat(exact.get("totalCount").asInt()).isEqualTo(1);
    }

    @Test
    void historyHasWhatWasThereBefore() throws Exception {
        server.publish("past", "1");
        server.publish("past", "2");
        server.send("DELETE", CONFIGS + "?dataId=past&group=G", null);

        JsonNode page = json("/v1/cs/history?search=accurate&dataId=past&group=G&pageNo=1");
        assertThat(page.get("pageItems").findValuesAsText("opType")).containsExactly("D", "U", "I");
        String id = page.get("pageItems").get(1).get("id").asText();
        JsonNode one = json("/v1/cs/history?nid=" + id + "&dataId=past&group=G");
        assertThat(one.get("content").asText()).isEqualTo("1");
    }

    @Test
    void historyKeepsABoundedNumberOfRecords() throws Exception {
        for (int i = 0; i < 60; i++) {
            server.publish("long", "" + i);
        }
        JsonNode page = json("/v1/cs/history?search=accurate&dataId=long&group=G");
        assertThat(page.get("totalCount").asInt()).isBetween(32, 41);
    }

    @Test
    void theConfigurationIsAZnodeAndTheZnodeIsAConfiguration() throws Exception {
        server.publish("both.yaml", "from nacos");
        try (var zk = new ZooKeeper(server.zooKeeper(), 10_000, event -> {})) {
            String path = "/nacos/config/public/G/both.yaml";
            assertThat(zk.getData(path, false, null)).asString().isEqualTo("from nacos");

            var woken = listen(line("both.yaml", md5("from nacos")), HOLD);
            zk.setData(path, "from zookeeper".getBytes(StandardCharsets.UTF_8), -1);

            assertThat(woken.get(10, SECONDS).body()).contains("both.yaml");
            var answer = server.get(CONFIGS + "?dataId=both.yaml&group=G");
            assertThat(answer.body()).isEqualTo("from zookeeper");
            assertThat(answer.headers().firstValue("Content-MD5")).contains(md5("from zookeeper"));
        }
    }

    @Test
    void whatCannotBeMeantIsRefusedWith400() throws Exception {
        String longest = "d".repeat(256);
        server.publish(longest, "1");
        assertThat(get(longest, "")).isEqualTo("1");
        for (String bad : new String[] {"d".repeat(257), "a/b", "a%00b", ""}) {
            var answer = server.post(CONFIGS, "dataId=" + bad + "&group=G&content=1");
            assertThat(answer.statusCode()).as(bad).isEqualTo(400);
        }
        assertThat(server.post(CONFIGS, "dataId=a&group=G").statusCode()).isEqualTo(400);
        assertThat(server.post(CONFIGS, "dataId=%zz&group=G&content=1").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aNamespaceThatNobodyMadeIsEmptyAndMayBeUsed() throws Exception {
        String unknown = "dataId=a&group=G&tenant=nobody-made-it";
        String line = "a\u0002G\u0002\u0002nobody-made-it\u0001";
        String noHangup = "Long-Pulling-Timeout-No-Hangup";
        assertThat(server.get(CONFIGS + "?" + unknown).statusCode()).isEqualTo(404);
        assertThat(listen(line, "Long-Pulling-Timeout", "30000", noHangup, "true").get().body())
                .isEmpty();

        assertThat(server.post(CONFIGS, unknown + "&content=1").body()).isEqualTo("true");

        assertThat(server.get(CONFIGS + "?" + unknown).body()).isEqualTo("1");
        for (String bad : new String[] {"a/b", "..", "a%00", "n".repeat(129)}) {
            String where = CONFIGS + "?dataId=a&group=G&tenant=" + bad;
            assertThat(server.get(where).statusCode()).as(bad).isEqualTo(400);
        }
    }

    @Test
    void contentUpToTheLimitIsKeptAndAboveItIsRefused() throws Exception {
        String big = "b".repeat(900 * 1024);
        server.publish("big", big);
        server.publish("big", big + "!");
        assertThat(get("big", "")).isEqualTo(big + "!");

        for (int megabytes : new int[] {1, 3, 12}) {
            String tooBig = "b".repeat(megabytes << 20);
            var answer =
                    server.post(CONFIGS, form("dataId", "big", "group", "G", "content", tooBig));
            assertThat(answer.statusCode()).isEqualTo(400);
        }
    }

    private static CompletableFuture<HttpResponse<String>> listen(String lines, String... headers) {
        return server.sendAsync("POST", LISTENER, form("Listening-Configs", lines), headers);
    }

    private static String line(String dataId, String md5) {
        return dataId + "\u0002G\u0002" + md5 + "\u0001";
    }

    private static String get(String dataId, String more) throws Exception {
        return server.get(CONFIGS + "?dataId=" + dataId + "&group=G" + more).body();
    }

    private static JsonNode json(String pathAndQuery) throws Exception {
        return Json.parse(server.get(pathAndQuery).body());
    }

    private static String md5(String content) {
        return Md5.of(content.getBytes(StandardCharsets.UTF_8));
    }
}
