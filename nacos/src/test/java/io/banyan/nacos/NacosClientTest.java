package io.banyan.nacos;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.config.ConfigService;
import com.alibaba.nacos.api.config.listener.Listener;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.listener.EventListener;
import com.alibaba.nacos.api.naming.listener.NamingEvent;
import com.alibaba.nacos.api.naming.pojo.Instance;
import com.fasterxml.jackson.databind.JsonNode;
import io.banyan.nacos.config.Md5;
import io.banyan.nacos.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real client of 2.x, over gRPC. Other versions: `bin/e2e nacos`.
class NacosClientTest {
    private static final String G = "DEFAULT_GROUP";
    private static final long MILLIS = 3_000;

    @TempDir static Path home;

    private static NacosServer server;
    private static ConfigService config;
    private static NamingService naming;
    private static NamingService consumer;

    @BeforeAll
    static void start() throws Exception {
        System.setProperty("JM.SNAPSHOT.PATH", home.toString());
        System.setProperty("JM.LOG.PATH", home.toString());
        server = new NacosServer();
        config = NacosFactory.createConfigService(properties());
        naming = NacosFactory.createNamingService(properties());
        consumer = NacosFactory.createNamingService(properties());
    }

    private static Properties properties() {
        var properties = new Properties();
        properties.setProperty("serverAddr", server.address());
        return properties;
    }

    @AfterAll
    static void stop() throws Exception {
        config.shutDown();
        naming.shutDown();
        consumer.shutDown();
        server.close();
    }

    /// What the interfaces of administration tell of a client that has a connection.
    @Test
    void aClientWithAConnectionIsToldOfWithWhatItPublishesAndSubscribes() throws Exception {
        EventListener listener = event -> {};
        naming.subscribe("told-wanted", listener);
        naming.registerInstance("told-offered", "10.3.0.1", 80);

        JsonNode publishers = told("/v2/ns/client/service/publisher/list?serviceName=told-offered");
        assertThat(publishers).hasSize(1);
        String id = publishers.get(0).get("clientId").asText();
        assertThat(told("/v2/ns/client/list").toString()).contains('"' + id + '"');
        JsonNode client = told("/v3/admin/ns/client?clientId=" + id);
        assertThat(client.get("clientType").asText()).isEqualTo("connection");
        assertThat(client.get("clientPort").asInt()).isPositive();
        assertThat(client.get("version").asText()).contains("Java");
        assertThat(told("/v3/admin/ns/client/publish/list?clientId=" + id).toString())
                .contains("\"told-offered\"");
        assertThat(told("/v3/admin/ns/client/subscribe/list?clientId=" + id).toString())
                .contains("\"told-wanted\"");
        JsonNode subscribers = told("/v3/admin/ns/service/subscribers?serviceName=told-wanted");
        assertThat(subscribers.get("totalCount").asInt()).isEqualTo(1);
        assertThat(subscribers.get("pageItems").get(0).get("port").asInt())
                .isEqualTo(client.get("clientPort").asInt());

        naming.unsubscribe("told-wanted", listener);
        naming.deregisterInstance("told-offered", "10.3.0.1", 80);

        assertThat(told("/v2/ns/client/publish/list?clientId=" + id).toString())
                .doesNotContain("told-offered");
        assertThat(told("/v2/ns/client/subscribe/list?clientId=" + id).toString())
                .doesNotContain("told-wanted");
    }

    private static JsonNode told(String path) throws Exception {
        return Json.parse(server.get(path).body()).get("data");
    }

    @Test
    void whatWasPublishedIsReadByteForByte() throws Exception {
        assertThat(config.getConfig("absent", G, MILLIS)).isNull();
        String content = "k: \u4e2d\u6587 \ud83c\udf33 + % & =\r\n";

        assertThat(config.publishConfig("exact", G, content, "yaml")).isTrue();

        assertThat(config.getConfig("exact", G, MILLIS)).isEqualTo(content);
        assertThat(
                        server.get("/v1/cs/configs?dataId=exact&group=" + G)
                                .headers()
                                .firstValue("Config-Type"))
                .contains("yaml");
    }

    @Test
    void aListenerHearsCreationChangeDeletionAndCreation() throws Exception {
        var heard = new Heard();
        config.addListener("listened", G, heard);

        config.publishConfig("listened", G, "1");
        assertThat(heard.next()).isEqualTo("1");
        config.publishConfig("listened", G, "2");
        assertThat(heard.next()).isEqualTo("2");
        config.removeConfig("listened", G);
        assertThat(heard.next()).isEqualTo("null");
        config.publishConfig("listened", G, "3");
        assertThat(heard.next()).isEqualTo("3");
    }

    @Test
    void hundredChangesInARowEndWithTheLastValue() throws Exception {
        var heard = new Heard();
        config.addListener("row", G, heard);
        for (int i = 1; i <= 100; i++) {
            assertThat(config.publishConfig("row", G, "" + i)).isTrue();
        }
        String last = "";
        while (!last.equals("100")) {
            last = heard.next();
        }
    }

    @Test
    void aChangeByHttpReachesAListenerByGrpc() throws Exception {
        var heard = new Heard();
        config.addListener("cross", "G", heard);

        server.publish("cross", "by http");

        assertThat(heard.next()).isEqualTo("by http");
    }

    @Test
    void casSucceedsOnlyOverWhatWasExpected() throws Exception {
        config.publishConfig("cas", G, "1");

        assertThat(config.publishConfigCas("cas", G, "2", "wrong")).isFalse();
        assertThat(config.publishConfigCas("cas", G, "2", md5("1"))).isTrue();
        assertThat(config.getConfig("cas", G, MILLIS)).isEqualTo("2");
    }

    @Test
    void contentOf900KiBIsKept() throws Exception {
        String content = "c".repeat(900 * 1024);

        assertThat(config.publishConfig("big", G, content)).isTrue();

        assertThat(config.getConfig("big", G, MILLIS)).isEqualTo(content);
        assertThat(config.publishConfig("big", G, content.repeat(2))).isFalse();
    }

    @Test
    void aConsumerSeesInstancesComeChangeAndGo() throws Exception {
        var events = new LinkedBlockingQueue<List<Instance>>();
        consumer.subscribe("svc", e -> events.add(((NamingEvent) e).getInstances()));

        Instance instance = instance("10.1.1.1");
        instance.addMetadata("k", "1");
        naming.registerInstance("svc", instance);
        await(events, list -> list.size() == 1);

        instance.addMetadata("k", "2");
        naming.registerInstance("svc", instance);
        await(events, list -> list.size() == 1 && list.get(0).getMetadata().get("k").equals("2"));
        assertThat(consumer.getAllInstances("svc")).hasSize(1);

        naming.deregisterInstance("svc", instance);
        await(events, List::isEmpty);
        assertThat(consumer.getServicesOfServer(1, 1000).getData()).contains("svc");
    }

    @Test
    void aBatchIsOneSetThatShrinks() throws Exception {
        var all = new ArrayList<Instance>();
        for (int i = 1; i <= 50; i++) {
            all.add(instance("10.2.0." + i));
        }
        naming.batchRegisterInstance("batch", G, all);
        assertThat(consumer.selectInstances("batch", G, true, false)).hasSize(50);

        naming.batchDeregisterInstance("batch", G, all.subList(0, 10));

        assertThat(consumer.selectInstances("batch", G, true, false)).hasSize(40);
    }

    @Test
    void persistentInstancesSurviveTheirClient() throws Exception {
        NamingService provider = NacosFactory.createNamingService(properties());
        Instance lasting = instance("10.3.0.1");
        lasting.setEphemeral(false);
        provider.registerInstance("lasting", lasting);
        provider.registerInstance("fleeting", instance("10.3.0.2"));
        assertThat(consumer.selectInstances("fleeting", G, true, false)).hasSize(1);

        provider.shutDown();

        await(() -> consumer.selectInstances("fleeting", G, true, false).isEmpty());
        assertThat(consumer.selectInstances("lasting", G, true, false)).hasSize(1);
    }

    private static Instance instance(String ip) {
        var instance = new Instance();
        instance.setIp(ip);
        instance.setPort(80);
        return instance;
    }

    private static String md5(String content) {
        return Md5.of(content.getBytes(StandardCharsets.UTF_8));
    }

    private static void await(
            BlockingQueue<List<Instance>> events,
            java.util.function.Predicate<List<Instance>> wanted)
            throws InterruptedException {
        while (true) {
            List<Instance> event = events.poll(15, SECONDS);
            assertThat(event).as("an event").isNotNull();
            if (wanted.test(event)) {
                return;
            }
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("the time is over").isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private static final class Heard implements Listener {
        private final BlockingQueue<String> contents = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            String next = contents.poll(15, SECONDS);
            assertThat(next).as("a callback").isNotNull();
            return next;
        }

        @Override
        public Executor getExecutor() {
            return null;
        }

        @Override
        public void receiveConfigInfo(String content) {
            contents.add(String.valueOf(content));
        }
    }
}
