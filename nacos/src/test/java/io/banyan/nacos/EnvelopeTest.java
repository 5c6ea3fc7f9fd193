package io.banyan.nacos;

import static io.banyan.nacos.NacosServer.form;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.banyan.nacos.json.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// v2, v3, namespaces, login.
class EnvelopeTest {
    private static NacosServer open;
    private static NacosServer guarded;

    @BeforeAll
    static void start() throws Exception {
        open = new NacosServer();
        guarded =
                new NacosServer(
                        "zookeeper.nacos.auth.enabled", "true",
                        "zookeeper.nacos.auth.user.nacos", "secret");
    }

    @AfterAll
    static void stop() {
        open.close();
        guarded.close();
    }

    @Test
    void v2PublishesReadsAndDeletes() throws Exception {
        String where = "dataId=v2&group=G&namespaceId=";
        assertThat(data(open.post("/v2/cs/config", where + "&content=one")).asBoolean()).isTrue();

        assertThat(data(open.get("/v2/cs/config?" + where)).asText()).isEqualTo("one");
        assertThat(data(open.send("DELETE", "/v2/cs/config?" + where, null)).asBoolean()).isTrue();

        var absent = open.get("/v2/cs/config?" + where);
        assertThat(absent.statusCode()).isEqualTo(404);
        assertThat(Json.parse(absent.body()).get("code").asInt()).isEqualTo(20_004);
        var invalid = open.get("/v2/cs/config?dataId=v2");
        assertThat(invalid.statusCode()).isEqualTo(400);
        assertThat(Json.parse(invalid.body()).get("code").asInt()).isEqualTo(20_002);
    }

    @Test
    void v3ClientsAreToldOfAbsenceIn200() throws Exception {
        var absent = open.get("/v3/client/cs/config?dataId=none&groupName=G&namespaceId=public");
        assertThat(absent.statusCode()).isEqualTo(200);
        assertThat(Json.parse(absent.body()).get("code").asInt()).isEqualTo(20_004);

        open.publish("v3", "three");

        var there = open.get("/v3/client/cs/config?dataId=v3&groupName=G&namespaceId=public");
        assertThat(data(there).get("content").asText()).isEqualTo("three");
    }

    @Test
    void v3ClonesIntoAnotherNamespaceAndUnderAnotherNameAndDoesWithTakenOnesAsTold()
            throws Exception {
        open.publish("cloned-1", "one");
        open.publish("cloned-2", "two");
        String first = idOf("cloned-1");
        String body =
                "[{\"configId\":"
                        + first
                        + ",\"targetDataId\":\"copy-1\",\"targetGroupName\":\"H\"},{\"configId\":\""
                        + idOf("cloned-2")
                        + "\"}]";

        assertThat(cloned("ABORT", body).get("succCount").asInt()).isEqualTo(2);
        assertThat(clone("copy-1", "H")).isEqualTo("one");
        assertThat(clone("cloned-2", "G")).isEqualTo("two");

        open.publish("cloned-1", "other");
        assertThat(Json.text(cloned("SKIP", body))).contains("\"skipCount\":2");
        assertThat(Json.text(cloned("ABORT", body)))
                .contains("\"failData\":[{\"dataId\":\"copy-1\"")
                .contains("\"skipData\":[{\"dataId\":\"cloned-2\"");
        assertThat(clone("copy-1", "H")).isEqualTo("one");
        assertThat(cloned("OVERWRITE", body).get("succCount").asInt()).isEqualTo(2);
        assertThat(clone("copy-1", "H")).isEqualTo("other");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '`',
            value = {
                "[] 100006",
                "[{\"configId\":1}] 100005",
                "[{\"configId\":{}}] 100005",
                "{ 20002",
            })
    void v3SaysWhyNothingIsCloned(String body, int code) throws Exception {
        assertThat(Json.parse(postClone("ABORT", body).body()).get("code").asInt()).isEqualTo(code);
    }

    private static String idOf(String dataId) throws Exception {
        String path = "/v3/admin/cs/config?groupName=G&dataId=" + dataId;
        return data(open.get(path)).get("id").asText();
    }

    private static JsonNode cloned(String policy, String body) throws Exception {
        return data(postClone(policy, body));
    }

    private static HttpResponse<String> postClone(String policy, String body) throws Exception {
        String path = "/v3/admin/cs/config/clone?targetNamespaceId=cloned&policy=" + policy;
        return open.send("POST", path, body, "Content-Type", "application/json");
    }

    private static String clone(String dataId, String group) throws Exception {
        return open.get("/v1/cs/configs?tenant=cloned&dataId=" + dataId + "&group=" + group).body();
    }

    @Test
    void v3InstancesRegisterBeatAndList() throws Exception {
        String where = "serviceName=v3&ip=10.0.0.1&port=80&namespaceId=public";
        var unknown = open.post("/v3/client/ns/instance?heartBeat=true&" + where, null);
        assertThat(Json.parse(unknown.body()).get("code").asInt()).isEqualTo(21_003);

        open.post("/v3/client/ns/instance?" + where, null);

        var beat = open.post("/v3/client/ns/instance?heartBeat=true&" + where, null);
        assertThat(Json.parse(beat.body()).get("code").asInt()).isZero();
        JsonNode hosts = data(open.get("/v3/client/ns/instance/list?serviceName=v3"));
        assertThat(hosts).hasSize(1);
        assertThat(hosts.get(0).get("ip").asText()).isEqualTo("10.0.0.1");
    }

    @Test
    void namespacesAreCreatedListedChangedAndDeleted() throws Exception {
        String path = "/v1/console/namespaces";
        String create = form("customNamespaceId", "dev", "namespaceName", "Dev");
        assertThat(open.post(path, create).body()).isEqualTo("true");
        assertThat(open.post(path, create).body()).isEqualTo("false");
        assertThat(open.post(path, form("customNamespaceId", "a b", "namespaceName", "x")).body())
                .isEqualTo("false");

        JsonNode all = data(open.get(path));
        assertThat(all.findValuesAsText("namespace")).containsExactly("", "dev");
        assertThat(open.get(path + "?checkNamespaceIdExist=true&customNamespaceId=dev").body())
                .isEqualTo("true");
        open.send("PUT", path, form("namespace", "dev", "namespaceShowName", "Development"));
        assertThat(
                        Json.parse(open.get(path + "?show=all&namespaceId=dev").body())
                                .get("namespaceShowName")
                                .asText())
                .isEqualTo("Development");
        open.send("DELETE", path + "?namespaceId=dev", null);
        assertThat(data(open.get(path))).hasSize(1);
    }

    @Test
    void aNamespaceThatSomebodyElseMadeIsListedAlthoughNothingElseHappens() throws Exception {
        String path = "/v1/console/namespaces";
        open.post(path, form("customNamespaceId", "first", "namespaceName", "First"));

        try (var zk = new ZooKeeper(open.zooKeeper(), 10_000, event -> {})) {
            zk.create(
                    "/nacos/ns/second",
                    "{}".getBytes(StandardCharsets.UTF_8),
                    ZooDefs.Ids.OPEN_ACL_UNSAFE,
                    CreateMode.PERSISTENT);
        }

        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!open.get(path).body().contains("second")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
        for (String each : new String[] {"first", "second"}) {
            assertThat(open.send("DELETE", path + "?namespaceId=" + each, null).body())
                    .isEqualTo("true");
        }
    }

    @Test
    void v3SaysTimesAndNamesAndAConfigurationIsDescribedAnew() throws Exception {
        String where = "dataId=told&groupName=G&namespaceId=public";
        open.post("/v3/admin/cs/config", where + "&content=1&desc=first&configTags=a");

        JsonNode there =
                data(
                        open.send(
                                "PUT",
                                "/v3/admin/cs/config/metadata?" + where + "&desc=second",
                                null));
        JsonNode listed =
                data(open.get("/v3/admin/cs/config/list?search=accurate&" + where))
                        .get("pageItems")
                        .get(0);
        JsonNode record =
                data(open.get("/v3/admin/cs/history/list?" + where)).get("pageItems").get(0);

        assertThat(there.asBoolean()).isTrue();
        assertThat(listed.get("desc").asText()).isEqualTo("second");
        assertThat(listed.get("configTags").asText()).isEqualTo("a");
        assertThat(listed.get("md5").asText()).isEqualTo("c4ca4238a0b923820dcc509a6f75849b");
        assertThat(listed.get("modifyTime").asLong()).isPositive();
        assertThat(record.get("groupName").asText()).isEqualTo("G");
        assertThat(record.get("namespaceId").asText()).isEqualTo("public");
        assertThat(record.get("modifyTime").asLong()).isPositive();
        var absent =
                open.send(
                        "PUT", "/v3/admin/cs/config/metadata?dataId=none&groupName=G&desc=x", null);
        assertThat(absent.statusCode()).isEqualTo(404);
        var tooLong =
                open.send(
                        "PUT",
                        "/v3/admin/cs/config/metadata?" + where + "&desc=" + "x".repeat(500),
                        null);
        assertThat(tooLong.statusCode()).isEqualTo(400);
    }

    @Test
    void v3ShowsAServiceWithItsClustersAndInstances() throws Exception {
        open.post("/v3/admin/ns/instance?serviceName=shown&ip=10.0.0.7&port=80", null);

        JsonNode detail = data(open.get("/v3/admin/ns/service?serviceName=shown"));
        JsonNode all =
                data(open.get(
                                "/v3/admin/ns/service/list?withInstances=true"
                                        + "&serviceNameParam=shown"))
                        .get("pageItems");

        assertThat(detail.get("serviceName").asText()).isEqualTo("shown");
        assertThat(detail.at("/clusterMap/DEFAULT/healthChecker/type").asText()).isEqualTo("TCP");
        assertThat(detail.at("/clusterMap/DEFAULT/hosts").isMissingNode()).isTrue();
        assertThat(all).hasSize(1);
        assertThat(all.get(0).at("/clusterMap/DEFAULT/hosts/0/ip").asText()).isEqualTo("10.0.0.7");
        // What Nacos's own maintainer client asks.
        JsonNode publishers =
                data(
                        open.get(
                                "/v3/admin/ns/client/service/publisher/list?serviceName=shown"
                                        + "&ip=null&port=null"));
        assertThat(publishers).hasSize(1);
    }

    @Test
    void withoutAuthEveryLoginSucceeds() throws Exception {
        var answer = open.post("/v1/auth/users/login?username=u", "password=p&");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Json.parse(answer.body()).get("tokenTtl").asInt()).isEqualTo(18_000);
    }

    @Test
    void withAuthOnlyATokenOrAPasswordOpens() throws Exception {
        String read = "/v1/cs/configs?dataId=a&group=G";
        assertThat(guarded.get(read).statusCode()).isEqualTo(403);
        assertThat(guarded.get(read + "&accessToken=made.up.token").statusCode()).isEqualTo(403);
        assertThat(guarded.post("/v1/auth/users/login?username=nacos", "password=x").statusCode())
                .isEqualTo(403);

        var login = guarded.post("/v1/auth/users/login?username=nacos", "password=secret&");
        String token = Json.parse(login.body()).get("accessToken").asText();

        assertThat(guarded.get(read + "&accessToken=" + token).statusCode()).isEqualTo(404);
        assertThat(guarded.get(read, "Authorization", "Bearer " + token).statusCode())
                .isEqualTo(404);
        assertThat(guarded.get(read + "&username=nacos&password=secret").statusCode())
                .isEqualTo(404);
        assertThat(guarded.get(read + "&accessToken=" + token + "x").statusCode()).isEqualTo(403);
    }

    private static JsonNode data(java.net.http.HttpResponse<String> answer) {
        return Json.parse(answer.body()).get("data");
    }
}
