package io.banyan.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private long nowNanos = 7;
    private final Metrics metrics = new Metrics(() -> nowNanos);

    private static List<String> golden(String name) throws IOException {
        try (InputStream in = MetricsTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private Number mntr(String name) {
        Number value = MetricsText.values(metrics, false, false).get(name);
        assertThat(value).as(name).isNotNull();
        return value;
    }

    private String prometheus() {
        return MetricsText.prometheus(metrics, false, List.of());
    }

    @Test
    void mntrListsExactlyTheNamesOfZooKeeper395() throws Exception {
        var names = new TreeSet<String>();
        MetricsText.values(metrics, false, false).keySet().forEach(name -> names.add("zk_" + name));

        var expected = new TreeSet<>(golden("mntr-names-3.9.5.txt"));
        // These two stand before the metrics and are the operator's part.
        expected.remove("zk_version");
        expected.remove("zk_server_state");

        assertThat(names).isEqualTo(expected);
    }

    @Test
    void prometheusFamiliesAreThoseOfZooKeeper395() throws Exception {
        var families = new TreeSet<String>();
        MetricsText.prometheus(metrics, true, List.of())
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .forEach(line -> families.add(line.substring("# TYPE ".length())));

        var expected = new TreeSet<>(golden("prometheus-types-3.9.5.txt"));
        // Needs a listener on every garbage collection; nobody's dashboard was found to use it.
        expected.remove("jvm_memory_pool_allocated_bytes_total counter");
        // ZooKeeper has these once a learner connects.
        families.removeIf(family -> family.startsWith("learner_handler_qp"));
        families.removeIf(family -> family.startsWith("ack_latency"));
        expected.removeIf(family -> family.startsWith("learner_handler_qp"));
        expected.removeIf(family -> family.startsWith("ack_latency"));

        assertThat(families).isEqualTo(expected);
    }

    @Test
    void aCounterIsTheSumOfItsThreadsCellsAndHasNoTotalSuffix() {
        metrics.counter(Counter.COMMIT_COUNT).add(3);
        metrics.counter(Counter.COMMIT_COUNT).increment();

        assertThat(mntr("commit_count")).isEqualTo(4L);
        assertThat(prometheus())
                .contains(
                        "# HELP commit_count commit_count\n# TYPE commit_count counter\n"
                                + "commit_count 4.0\n")
                .doesNotContain("_total");
    }

    @Test
    void aSummaryHasAverageLeastGreatestCountAndSum() {
        var one = metrics.summary(Summary.FSYNCTIME);
        var other = metrics.summary(Summary.FSYNCTIME);
        one.add(2);
        one.add(9);
        other.add(1);

        assertThat(mntr("avg_fsynctime")).isEqualTo(4.0);
        assertThat(mntr("min_fsynctime")).isEqualTo(1L);
        assertThat(mntr("max_fsynctime")).isEqualTo(9L);
        assertThat(mntr("cnt_fsynctime")).isEqualTo(3L);
        assertThat(mntr("sum_fsynctime")).isEqualTo(12L);
        assertThat(MetricsText.values(metrics, false, false)).doesNotContainKey("p99_fsynctime");
    }

    @Test
    void averagesHaveFourDecimals() {
        var latency = metrics.summary(Summary.READLATENCY);
        latency.add(1);
        latency.add(1);
        latency.add(0);

        assertThat(mntr("avg_readlatency")).isEqualTo(0.6667);
    }

    @Test
    void prometheusSummariesHaveQuantilesAndAreNotANumberWhileNothingHappens() {
        assertThat(prometheus())
                .contains(
                        """
                        readlatency{quantile="0.5",} NaN
                        readlatency{quantile="0.9",} NaN
                        readlatency{quantile="0.99",} NaN
                        readlatency_count 0.0
                        readlatency_sum 0.0
                        """,
                        """
                        fsynctime{quantile="0.5",} NaN
                        fsynctime_count 0.0
                        fsynctime_sum 0.0
                        """);
        metrics.summary(Summary.READLATENCY).add(3);
        assertThat(prometheus())
                .contains(
                        "readlatency{quantile=\"0.99\",} 3.0\nreadlatency_count 1.0\n"
                                + "readlatency_sum 3.0\n");
    }

    @Test
    void withThePrometheusProviderMntrListsItsSamples() {
        metrics.gauge(Gauge.ZNODE_COUNT, () -> 6);

        assertThat(MetricsText.values(metrics, true, true))
                .containsEntry("znode_count", 6.0)
                .containsEntry("fsynctime_count", 0.0)
                .containsKey("readlatency{quantile=\"0.5\"}")
                .containsKey("jvm_memory_bytes_used{area=\"heap\"}")
                .doesNotContainKey("avg_readlatency");
    }

    @Test
    void setsCarryTheirKeyAsPrefixOrLabel() {
        metrics.summary(SummarySet.READ_PER_NAMESPACE, "a").add(71);
        metrics.counter(CounterSet.QUOTA_EXCEEDED_ERROR_PER_NAMESPACE, "b").increment();
        metrics.gaugeSet(GaugeSet.QUOTA_COUNT_LIMIT_PER_NAMESPACE, () -> Map.of("c", 5L));

        assertThat(mntr("avg_a_read_per_namespace")).isEqualTo(71.0);
        assertThat(mntr("b_quota_exceeded_error_per_namespace")).isEqualTo(1L);
        assertThat(mntr("c_quota_count_limit_per_namespace")).isEqualTo(5L);
        assertThat(prometheus())
                .contains(
                        "read_per_namespace{key=\"a\",quantile=\"0.5\",} 71.0\n"
                                + "read_per_namespace_count{key=\"a\",} 1.0\n",
                        "quota_exceeded_error_per_namespace{key=\"b\",} 1.0\n",
                        "quota_count_limit_per_namespace{key=\"c\",} 5.0\n");
    }

    @Test
    void clientsCannotFillTheMemoryWithKeys() {
        for (int i = 0; i < Metrics.KEYS_MAX + 500; i++) {
            metrics.counter(CounterSet.QUOTA_EXCEEDED_ERROR_PER_NAMESPACE, "n" + i).increment();
        }

        Map<String, Long> values = metrics.values(CounterSet.QUOTA_EXCEEDED_ERROR_PER_NAMESPACE);
        assertThat(values).hasSize(Metrics.KEYS_MAX + 1).containsEntry("other", 500L);
    }

    @Test
    void aRolesGaugeComesAndGoesButNotOneThatEveryServerHas() {
        assertThat(MetricsText.values(metrics, false, false)).doesNotContainKey("learners");
        metrics.gauge(Gauge.LEARNERS, () -> 2);
        assertThat(mntr("learners")).isEqualTo(2L);
        metrics.removeGauge(Gauge.LEARNERS);
        assertThat(MetricsText.values(metrics, false, false)).doesNotContainKey("learners");
        assertThatThrownBy(() -> metrics.removeGauge(Gauge.UPTIME))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aResetReachesCellsThatOtherThreadsOwn() {
        var counter = metrics.counter(Counter.SNAP_COUNT);
        var summary = metrics.summary(Summary.UPDATELATENCY);
        counter.add(5);
        summary.add(7);

        metrics.reset();

        assertThat(mntr("snap_count")).isEqualTo(0L);
        assertThat(mntr("cnt_updatelatency")).isEqualTo(0L);
        assertThat(mntr("p99_updatelatency")).isEqualTo(0L);
        counter.increment();
        summary.add(3);
        assertThat(mntr("snap_count")).isEqualTo(1L);
        assertThat(mntr("max_updatelatency")).isEqualTo(3L);
        assertThat(mntr("p99_updatelatency")).isEqualTo(3L);
    }

    @Test
    void percentilesForgetWhatIsOlderThanTwoWindowsAndTheRestStays() {
        var cell = metrics.summary(Summary.PROPAGATION_LATENCY);
        cell.add(100);

        nowNanos += Metrics.WINDOW_NANOS;
        assertThat(mntr("p99_propagation_latency")).isEqualTo(100L);
        cell.add(1);
        nowNanos += Metrics.WINDOW_NANOS;
        assertThat(mntr("p99_propagation_latency")).isEqualTo(1L);
        nowNanos += Metrics.WINDOW_NANOS;
        assertThat(mntr("p99_propagation_latency")).isEqualTo(0L);

        assertThat(mntr("max_propagation_latency")).isEqualTo(100L);
        assertThat(mntr("cnt_propagation_latency")).isEqualTo(2L);
        cell.add(4);
        assertThat(mntr("p50_propagation_latency")).isEqualTo(4L);
    }

    @Test
    void percentilesAreAtMostAQuarterTooHighAndNeverTooLow() {
        var random = new Random(1);
        for (int round = 0; round < 200; round++) {
            var fresh = new Metrics();
            var cell = fresh.summary(Summary.READLATENCY);
            int count = 1 + random.nextInt(300);
            long[] values = new long[count];
            for (int i = 0; i < count; i++) {
                values[i] = random.nextLong(1L << (1 + random.nextInt(40)));
                cell.add(values[i]);
            }
            java.util.Arrays.sort(values);
            for (double fraction : new double[] {0.5, 0.95, 0.99, 0.999}) {
                long exact = values[(int) Math.ceil(fraction * count) - 1];
                long shown = fresh.value(Summary.READLATENCY).percentile(fraction);
                assertThat(shown).isGreaterThanOrEqualTo(exact);
                assertThat((double) shown).isLessThanOrEqualTo(exact * 1.25);
            }
        }
    }

    @Test
    void everyValueFallsIntoABucketWithItsUpperEdge() {
        for (int shift = 0; shift < 63; shift++) {
            for (long value : new long[] {1L << shift, (1L << shift) - 1, (1L << shift) + 1}) {
                int bucket = SummaryCell.bucketOf(value);
                assertThat(bucket).isBetween(0, SummaryCell.BUCKETS - 1);
                assertThat(SummaryCell.upperEdge(bucket)).isGreaterThanOrEqualTo(value);
            }
        }
        assertThat(SummaryCell.bucketOf(Long.MAX_VALUE)).isEqualTo(SummaryCell.BUCKETS - 1);
    }

    @Test
    void anotherThreadSeesWhatTheOwnerAdded() throws Exception {
        var cell = metrics.counter(Counter.BYTES_RECEIVED_COUNT);
        var owner = new Thread(() -> cell.add(1_000));
        owner.start();
        owner.join();

        assertThat(mntr("bytes_received_count")).isEqualTo(1_000L);
    }

    @Test
    void onlyTheFamiliesThatWereAskedForAreShown() {
        String text = MetricsText.prometheus(metrics, true, List.of("uptime", "jvm_threads_peak"));

        assertThat(text.lines().filter(line -> line.startsWith("# TYPE")))
                .containsExactly("# TYPE uptime gauge", "# TYPE jvm_threads_peak gauge");
    }

    @Test
    void serverStatisticsAreAddedOverNetworkThreads() {
        var stats = new ServerStats();
        var first = stats.recorder();
        var second = stats.recorder();
        first.received();
        first.answered(4, 100);
        first.sent();
        second.received();
        second.answered(2, 50);
        stats.authFailed();
        stats.slowSync();

        assertThat(stats.values())
                .isEqualTo(new ServerStats.Values(2, 1, 2, 3.0, 4, 50, 50, 100, 1, 1));
        stats.reset();
        assertThat(stats.values())
                .isEqualTo(new ServerStats.Values(0, 0, 0, 0.0, 0, -1, -1, -1, 1, 1));
        second.answered(7, 20);
        assertThat(stats.values().responseBytesLast()).isEqualTo(20);
    }
}
