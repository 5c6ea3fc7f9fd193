package io.banyan.nacos.naming;

import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.Node;
import io.banyan.nacos.tree.Plan;
import io.banyan.nacos.tree.TreeListener;
import io.banyan.nacos.tree.View;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks whether persistent instances are there: nobody beats for them.
///
/// In each round every one of them, but those of clusters whose checker is `NONE`, is connected to;
/// three rounds in a row with the same result decide its health. One server probes, the one that
/// holds an ephemeral znode; when it dies another one takes that. Confined to the door's thread,
/// but for the connecting.
public final class Probes implements TreeListener {
    private static final Logger LOG = LoggerFactory.getLogger(Probes.class);

    /// Names behind the root: namespace, group, service, cluster, address.
    private static final int DEPTH = 5;

    private static final int TIMES_TO_DECIDE = 3;
    private static final int CONNECT_MILLIS_MAX = 1_000;

    /// Connections under way at once; the others of a round wait for them.
    private static final int CONNECTING_MAX = 256;

    private static final String NO_CHECKER = "NONE";

    private final NacosTree tree;
    private final Registry registry;
    private final Bootstrap bootstrap;

    /// Tells our znode from another server's.
    private final byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);

    /// Every persistent instance, by what is behind the root.
    private final Map<List<String>, Target> targets = new LinkedHashMap<>();

    /// Those of this round that are not connected to yet.
    private final ArrayDeque<List<String>> due = new ArrayDeque<>();

    private int connecting;
    private boolean stopped;

    /// An instance, and how often in a row it was found otherwise than it is said to be.
    private static final class Target {
        private Instance instance;
        private int otherwise;

        Target(Instance instance) {
            this.instance = instance;
        }
    }

    private Probes(NacosTree tree, Registry registry, EventLoopGroup loop) {
        this.tree = tree;
        this.registry = registry;
        bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                        .handler(new Mute());
    }

    /// Neither speaks nor listens; a handler of another kind would serve one channel only.
    private static final class Mute extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {}
    }

    /// Probes from now on, until it is stopped.
    ///
    /// @param loop resolves and connects; blocks while it resolves
    /// @param everyMillis between two rounds; 0 for no probes at all
    public static Probes start(
            NacosTree tree, Registry registry, EventLoopGroup loop, int everyMillis) {
        var made = new Probes(tree, registry, loop);
        if (everyMillis > 0) {
            tree.listen(made);
            tree.thread()
                    .scheduleAtFixedRate(
                            made::round, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
        }
        return made;
    }

    /// Connects to nobody any more. Before the loop ends.
    public void stop() {
        stopped = true;
        due.clear();
    }

    // ---- what there is

    @Override
    public void onReset(View view) {
        targets.clear();
        view.eachBelow(Layout.NAMING, DEPTH, names -> note(view, names));
    }

    @Override
    public void onChanged(View view, Collection<String> paths) {
        for (String path : paths) {
            if (Layout.isWithin(Layout.NAMING, path)) {
                List<String> names = Layout.names(Layout.NAMING, path);
                if (names.size() == DEPTH) {
                    note(view, names);
                }
            }
        }
    }

    private void note(View view, List<String> names) {
        Node node = view.node(Layout.path(Layout.NAMING, names.toArray(String[]::new)));
        Instance instance =
                node == null || node.stat().ephemeralOwner() != 0
                        ? null
                        : Instance.read(node.data(), names.get(3), false);
        if (instance == null) {
            targets.remove(names);
            return;
        }
        Target target = targets.computeIfAbsent(names, n -> new Target(instance));
        target.instance = instance;
    }

    // ---- rounds

    private void round() {
        if (stopped || targets.isEmpty() || !tree.isConnected()) {
            return;
        }
        Node prober = tree.view().node(Layout.PROBER);
        if (prober == null) {
            takeOver();
        } else if (Arrays.equals(prober.data(), mark) && due.isEmpty() && connecting == 0) {
            due.addAll(targets.keySet());
            connectNext();
        }
    }

    private void takeOver() {
        tree.<Boolean>transact(view ->
                        view.exists(Layout.PROBER)
                                ? new Plan.Nothing<>(false)
                                : new Plan.Change<>(
                                        tree.ops(view).createEphemeral(Layout.PROBER, mark).list(),
                                        true))
                .exceptionally(failure -> {
                    // Without a leader, for instance: the next round tries again.
                    LOG.debug("nobody probes for now reason=\"{}\"", failure.toString());
                    return false;
                });
    }

    private void connectNext() {
        while (connecting < CONNECTING_MAX) {
            List<String> names = due.poll();
            if (names == null) {
                return;
            }
            Target target = targets.get(names);
            InetSocketAddress address = target == null ? null : address(names, target.instance);
            if (address != null) {
                connecting++;
                bootstrap
                        .connect(address)
                        .addListener((ChannelFuture connected) -> {
                            boolean there = connected.isSuccess();
                            connected.channel().close();
                            tree.thread().execute(() -> onProbed(names, there));
                        });
            }
        }
    }

    /// @return null if it is not to be probed
    private @Nullable InetSocketAddress address(List<String> names, Instance instance) {
        var key = new ServiceKey(names.get(0), names.get(1), names.get(2));
        Registry.Cluster cluster = registry.cluster(key, names.get(3));
        if (cluster.checkerType().equals(NO_CHECKER)) {
            return null;
        }
        int port = cluster.checkPort() == 0 ? instance.port() : cluster.checkPort();
        return InetSocketAddress.createUnresolved(instance.ip(), port);
    }

    private void onProbed(List<String> names, boolean there) {
        connecting--;
        Target target = targets.get(names);
        if (target != null) {
            target.otherwise = there == target.instance.healthy() ? 0 : target.otherwise + 1;
            if (target.otherwise >= TIMES_TO_DECIDE) {
                target.otherwise = 0;
                say(names, target.instance, there);
            }
        }
        connectNext();
    }

    private void say(List<String> names, Instance instance, boolean healthy) {
        var key = new ServiceKey(names.get(0), names.get(1), names.get(2));
        registry.setHealthy(key, instance, healthy)
                .exceptionally(failure -> {
                    // It will be found so in the next rounds too.
                    LOG.debug(
                            "health stays for now service={} instance={} reason=\"{}\"",
                            key.grouped(),
                            instance.address(),
                            failure.toString());
                    return false;
                });
    }
}
