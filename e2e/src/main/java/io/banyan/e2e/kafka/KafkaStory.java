package io.banyan.e2e.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.Ports;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What the brokers of a Kafka cluster live through, told once, in order.
final class KafkaStory implements AutoCloseable {
    private static final int MEMBERS = 3;
    private static final int MESSAGES = 4000;
    private static final int MESSAGES_PER_SECOND = 200;
    private static final int BROKER_MEGABYTES = 400;
    private static final int TOOL_MEGABYTES = 256;
    private static final int SESSION_MILLIS = 20_000;
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Pattern CONTROLLER = Pattern.compile("\"brokerid\":(\\d+)");

    private final PrintStream out;
    private final Path folder;
    private final Ensemble ensemble;
    private final SortedMap<Integer, Integer> ports = new TreeMap<>();
    private final SortedMap<Integer, KafkaJvm> brokers = new TreeMap<>();
    private int tools;

    KafkaStory(PrintStream out) throws IOException {
        this.out = out;
        Path logs = Home.target().resolve("e2e-logs");
        Files.createDirectories(logs);
        folder = Files.createTempDirectory(logs, "kafka");
        ensemble =
                Ensemble.of(
                        Collections.nCopies(MEMBERS, ServerKind.BANYAN), ServerConfig.standard());
        ports.put(1, Ports.free());
        ports.put(2, Ports.free());
    }

    void run() throws IOException {
        ensemble.start();
        ensemble.awaitLeader();
        brokers.put(1, broker(1));
        brokers.put(2, broker(2));
        awaitBrokers();
        createTopic("orders");
        out.println("  two brokers are at work");

        produceWhileTheLeaderDies();
        readAll();
        killTheController();
        restartEachMember();
        createTopic("more");
        deleteTopic("orders");
        readTopics();
    }

    private void produceWhileTheLeaderDies() {
        KafkaJvm producer =
                tool(
                        "org.apache.kafka.tools.VerifiableProducer",
                        "--topic",
                        "orders",
                        "--max-messages",
                        Integer.toString(MESSAGES),
                        "--throughput",
                        Integer.toString(MESSAGES_PER_SECOND),
                        "--acks",
                        "-1");
        int leader = ensemble.awaitLeader();
        ensemble.member(leader).kill();
        int next = ensemble.awaitLeader();
        ensemble.member(leader).launch();
        ensemble.awaitServing();
        String said = producer.result(LIMIT);
        require(said.contains("\"acked\":" + MESSAGES), "not all was acknowledged: " + tail(said));
        out.println(
                "  server "
                        + leader
                        + " was killed while it led, "
                        + next
                        + " took over; all of "
                        + MESSAGES
                        + " messages acknowledged");
    }

    private void readAll() {
        String said =
                tool(
                                "org.apache.kafka.tools.consumer.ConsoleConsumer",
                                "--topic",
                                "orders",
                                "--group",
                                "readers",
                                "--from-beginning",
                                "--max-messages",
                                Integer.toString(MESSAGES),
                                "--timeout-ms",
                                "60000")
                        .result(LIMIT);
        long distinct = said.lines().distinct().count();
        require(distinct == MESSAGES, "read " + distinct + " different messages");
        out.println("  a group of consumers read each of them");
    }

    private void killTheController() throws IOException {
        int first = controller();
        KafkaJvm dead = brokers.get(first);
        if (dead == null) {
            throw new IllegalStateException("the controller is no broker of ours: " + first);
        }
        dead.kill();
        Waiting.until(
                () -> "another controller than " + first,
                LIMIT,
                () -> controller() != first && controller() != 0);
        brokers.put(first, broker(first));
        awaitBrokers();
        out.println("  the controller was killed, the other broker took over, it came back");
    }

    private void restartEachMember() {
        for (int id = 1; id <= MEMBERS; id++) {
            ensemble.member(id).stop();
            ensemble.awaitLeader();
            ensemble.member(id).launch();
            ensemble.awaitServing();
        }
        brokers.forEach((id, each) -> require(each.isAlive(), "broker " + id + " has ended"));
        out.println("  each server was restarted, both brokers are alive");
    }

    private void createTopic(String topic) {
        topics("--create", "--topic", topic, "--partitions", "4", "--replication-factor", "2");
    }

    private void deleteTopic(String topic) {
        topics("--delete", "--topic", topic);
        Waiting.until(
                () -> topic + " to vanish",
                LIMIT,
                () ->
                        !children("/kafka/brokers/topics").contains(topic)
                                && !children("/kafka/admin/delete_topics").contains(topic));
    }

    private void readTopics() {
        String said = topics("--list");
        require(
                said.lines().anyMatch("more"::equals) && said.lines().noneMatch("orders"::equals),
                "topics are " + said);
        out.println("  one topic was made, another deleted");
    }

    private String topics(String... words) {
        return tool("org.apache.kafka.tools.TopicCommand", words).result(LIMIT);
    }

    private KafkaJvm tool(String main, String... words) {
        String addresses =
                ports.values().stream()
                        .map(port -> "127.0.0.1:" + port)
                        .collect(Collectors.joining(","));
        var all = new ArrayList<String>();
        all.add(main);
        all.add("--bootstrap-server");
        all.add(addresses);
        all.addAll(List.of(words));
        return KafkaJvm.start(folder, "tool-" + ++tools, TOOL_MEGABYTES, all);
    }

    private KafkaJvm broker(int id) {
        Path file = folder.resolve("broker-" + id + ".properties");
        try {
            Files.writeString(
                    file,
                    """
                    broker.id=%d
                    listeners=PLAINTEXT://127.0.0.1:%d
                    log.dirs=%s
                    zookeeper.connect=%s/kafka
                    zookeeper.session.timeout.ms=9000
                    offsets.topic.replication.factor=2
                    offsets.topic.num.partitions=4
                    group.initial.rebalance.delay.ms=0
                    log.cleaner.enable=false
                    """
                            .formatted(
                                    id, ports.get(id), folder.resolve("broker-" + id), servers()),
                    UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return KafkaJvm.start(
                folder, "broker-" + id, BROKER_MEGABYTES, List.of("kafka.Kafka", file.toString()));
    }

    private void awaitBrokers() {
        Waiting.until(
                () -> "both brokers to be there",
                LIMIT,
                () ->
                        children("/kafka/brokers/ids").equals(List.of("1", "2"))
                                && controller() != 0);
    }

    /// The number of the broker that is the controller; 0 if there is none.
    private int controller() throws IOException {
        String text = read(session -> text(session.getData("/kafka/controller", false)));
        Matcher number = CONTROLLER.matcher(text);
        return number.find() ? Integer.parseInt(number.group(1)) : 0;
    }

    /// Sorted; none where there is no such znode.
    private List<String> children(String path) throws IOException {
        return read(session ->
                session.getData(path, false).err() == 0
                        ? session.children(path).stream().sorted().toList()
                        : List.of());
    }

    private static String text(RawSession.Reply reply) {
        byte[] data = reply.err() == 0 ? reply.body().buf() : null;
        return data == null ? "" : new String(data, UTF_8);
    }

    private interface Reading<T> {
        T of(RawSession session) throws IOException;
    }

    /// From the leader, so that nothing that was written before is missed.
    private <T> T read(Reading<T> reading) throws IOException {
        InetSocketAddress leader = ensemble.member(ensemble.awaitLeader()).address();
        try (RawSession session = RawSession.connect(leader, SESSION_MILLIS, REPLY_LIMIT)) {
            T result = reading.of(session);
            session.endSession();
            return result;
        }
    }

    private String servers() {
        return ensemble.addresses().stream()
                .map(KafkaStory::address)
                .collect(Collectors.joining(","));
    }

    private static String address(InetSocketAddress each) {
        return each.getAddress().getHostAddress() + ":" + each.getPort();
    }

    private static String tail(String said) {
        return said.substring(Math.max(0, said.length() - 300));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    @Override
    public void close() {
        brokers.values().forEach(KafkaJvm::close);
        ensemble.close();
    }
}
