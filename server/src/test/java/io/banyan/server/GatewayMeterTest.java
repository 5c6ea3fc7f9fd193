package io.banyan.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.MetricsText;
import io.banyan.server.metrics.ServerStats;
import io.banyan.tree.Applied;
import io.banyan.tree.Caller;
import io.banyan.tree.State;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.WriteRequest;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Acl;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.DeleteRequest;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The sums are those that a ZooKeeper 3.9.5 told after the same requests.
class GatewayMeterTest {
    private final Metrics metrics = new Metrics();
    private final ZnodeTree tree = new ZnodeTree(TreeConfig.defaults());
    private final GatewayMeter first = meter(true);
    private State state = tree.fresh();

    private GatewayMeter meter(boolean isFirst) {
        return new GatewayMeter(metrics, new ServerStats(), isFirst, null);
    }

    private void commit(int opcode, JuteWriter body) {
        var request =
                new WriteRequest(
                        1, 1, opcode, body.array(), 0, body.length(), Caller.of(List.of()));
        Applied applied = tree.evaluate(state, request, state.zxid() + 1, 0);
        assertThat(applied.err()).isZero();
        state = applied.state();
        first.committed(applied);
        meter(false).committed(applied);
    }

    private void create(String path, String data) {
        var body = new JuteWriter(64);
        new CreateRequest(path, data.getBytes(UTF_8), Acl.OPEN, 0).encode(body);
        commit(OpCode.CREATE, body);
    }

    private void read(GatewayMeter meter, String path, int shownBytes) {
        byte[] bytes = ("xx" + path + "yy").getBytes(UTF_8);
        meter.znodeRead(bytes, 2, bytes.length - 2, shownBytes);
    }

    private Map<String, Number> told(String which) {
        var told = new TreeMap<String, Number>();
        MetricsText.values(metrics, false, false)
                .forEach((name, value) -> {
                    if (name.startsWith(which) && name.endsWith("_per_namespace")) {
                        told.put(name, value);
                    }
                });
        told.keySet().removeIf(name -> name.contains("quota"));
        return told;
    }

    @Test
    void writesAreCountedOnceByTheFirstComponentOfTheirPath() {
        create("/app", "");
        create("/app/x", "hello");
        create("/application", "12");
        var body = new JuteWriter(64);
        new DeleteRequest("/app/x", -1).encode(body);
        commit(OpCode.DELETE, body);

        assertThat(told("sum_"))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "sum_app_write_per_namespace",
                                4L + 11 + 6,
                                "sum_application_write_per_namespace",
                                14L));
        assertThat(told("cnt_")).containsEntry("cnt_app_write_per_namespace", 3L);
    }

    @Test
    void readsOfAllGatewaysAreCountedWithTheStatAndThoseOfTheRootAreNot() {
        read(first, "/app/x", 5);
        read(first, "/other", 0);
        read(first, "/app", 0);
        read(meter(false), "/app/x", 0);
        read(first, "/", 30);

        assertThat(told("sum_"))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "sum_app_read_per_namespace",
                                79L + 72 + 74,
                                "sum_other_read_per_namespace",
                                74L));
    }
}
