package io.banyan.server.config;

import io.banyan.server.config.ServerConfig.Tuning;
import io.banyan.server.config.Settings.Written;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Dials of ZooKeeper's own threads, caches and pools. Nonsense is refused as everywhere; a value
/// that makes sense is answered with why it changes nothing.
final class Tunings {
    private static final String GATEWAYS =
            "Banyan's network threads, one per core, read, answer and write by themselves.";
    private static final String NO_CACHE =
            "reads are answered from packed znodes, there is no response cache.";
    private static final String WATCHES = "every network thread keeps a watch table of its own.";
    private static final String NO_STATS = "there are no statistics per path.";

    private enum Kind {
        INT,
        FLAG,
        FRACTION
    }

    private record Dial(String name, Kind kind, String reason) {}

    private static final List<Dial> DIALS =
            List.of(
                    new Dial("nio.numSelectorThreads", Kind.INT, GATEWAYS),
                    new Dial("nio.numWorkerThreads", Kind.INT, GATEWAYS),
                    new Dial("nio.directBufferBytes", Kind.INT, GATEWAYS),
                    new Dial("netty.advancedFlowControl.enabled", Kind.FLAG, GATEWAYS),
                    new Dial("intBufferStartingSizeBytes", Kind.INT, GATEWAYS),
                    new Dial("commitProcessor.numWorkerThreads", Kind.INT, GATEWAYS),
                    new Dial("commitProcessor.maxReadBatchSize", Kind.INT, GATEWAYS),
                    new Dial("commitProcessor.maxCommitBatchSize", Kind.INT, GATEWAYS),
                    new Dial("commitProcessor.shutdownTimeout", Kind.INT, GATEWAYS),
                    new Dial("maxResponseCacheSize", Kind.INT, NO_CACHE),
                    new Dial("maxGetChildrenResponseCacheSize", Kind.INT, NO_CACHE),
                    new Dial("watcherCleanThreadsNum", Kind.INT, WATCHES),
                    new Dial("watcherCleanThreshold", Kind.INT, WATCHES),
                    new Dial("watcherCleanIntervalInSeconds", Kind.INT, WATCHES),
                    new Dial("maxInProcessingDeadWatchers", Kind.INT, WATCHES),
                    new Dial("bitHashCacheSize", Kind.INT, WATCHES),
                    new Dial("pathStats.enabled", Kind.FLAG, NO_STATS),
                    new Dial("pathStats.slotCapacity", Kind.INT, NO_STATS),
                    new Dial("pathStats.slotDuration", Kind.INT, NO_STATS),
                    new Dial("pathStats.maxDepth", Kind.INT, NO_STATS),
                    new Dial("pathStats.sampleRate", Kind.FRACTION, NO_STATS),
                    new Dial("pathStats.initialDelay", Kind.INT, NO_STATS),
                    new Dial("pathStats.delay", Kind.INT, NO_STATS),
                    new Dial("pathStats.topPathMax", Kind.INT, NO_STATS));

    private final Settings settings;
    private final Map<String, String> set = new LinkedHashMap<>();

    Tunings(Settings settings) {
        this.settings = settings;
    }

    Tuning read() throws ConfigException {
        for (Dial dial : DIALS) {
            Written written = settings.property(dial.name());
            if (written == null) {
                continue;
            }
            switch (dial.kind()) {
                case INT ->
                        settings.wholeInt(
                                written, 0, Integer.MIN_VALUE, Integer.MAX_VALUE, "count");
                case FLAG -> settings.flag(written, false);
                case FRACTION -> settings.fraction(written, 0, -Double.MAX_VALUE, Double.MAX_VALUE);
            }
            set.put(dial.name(), written.value());
            settings.notice(
                    new Notice(
                            Notice.Level.INFO,
                            written.key(),
                            "changes nothing here: " + dial.reason()));
        }
        chosenClass("serverCnxnFactory", ApacheClasses.CONNECTION_FACTORIES, "Banyan's own");
        chosenClass("watchManagerName", ApacheClasses.WATCH_MANAGERS, "Banyan's own");
        return new Tuning(set);
    }

    /// A stock class is the same as Banyan's part and needs no word; another one does.
    private void chosenClass(String name, List<String> stock, String instead) {
        Written written = settings.property(name);
        if (written == null) {
            return;
        }
        set.put(name, written.value());
        if (!stock.contains(written.value())) {
            settings.warn(
                    written.key(),
                    "names the class "
                            + written.value()
                            + ", which Banyan does not load; "
                            + instead
                            + " is used.");
        }
    }
}
