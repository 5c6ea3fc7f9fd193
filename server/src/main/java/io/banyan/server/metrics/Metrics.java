package io.banyan.server.metrics;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// All metrics of one server: the front door of this package.
///
/// A thread that counts takes a cell of its own at its start (`counter`, `summary`) and adds to it
/// without lock or allocation; the value of a metric is that of all its cells. Taking a cell,
/// giving a supplier, and reading may be done by any thread. Cells live as long as the server: take
/// one per thread, not one per connection.
public final class Metrics {
    /// Percentiles speak of the last five to ten minutes, as ZooKeeper's Prometheus ones do.
    static final long WINDOW_NANOS = 5 * 60 * 1_000_000_000L;

    /// How many keys a set may have (learners, top-level znodes) before further ones share the key
    /// `other`: clients choose the names of znodes, memory must not follow them without end.
    static final int KEYS_MAX = 1000;

    static final String OTHER = "other";

    private final Era era = new Era();
    private final Map<Counter, List<CounterCell>> counters = new EnumMap<>(Counter.class);
    private final Map<Summary, List<SummaryCell>> summaries = new EnumMap<>(Summary.class);
    private final Keyed<CounterSet, CounterCell> counterSets =
            new Keyed<>(CounterSet.class, () -> new CounterCell(era));
    private final Keyed<SummarySet, SummaryCell> summarySets =
            new Keyed<>(SummarySet.class, () -> new SummaryCell(era));

    // Guarded by itself: suppliers come and go with roles, readers copy it.
    private final Map<Gauge, Supplier<Number>> gauges = new EnumMap<>(Gauge.class);
    private final Map<GaugeSet, Supplier<Map<String, Number>>> gaugeSets =
            new EnumMap<>(GaugeSet.class);

    private final LongSupplier nowNanos;
    private final AtomicLong windowBeganNanos;

    public Metrics() {
        this(System::nanoTime);
    }

    Metrics(LongSupplier nowNanos) {
        this.nowNanos = nowNanos;
        this.windowBeganNanos = new AtomicLong(nowNanos.getAsLong());
        for (Counter counter : Counter.values()) {
            counters.put(counter, new CopyOnWriteArrayList<>());
        }
        for (Summary summary : Summary.values()) {
            summaries.put(summary, new CopyOnWriteArrayList<>());
        }
        for (Gauge gauge : Gauge.values()) {
            if (gauge.isOfEveryServer()) {
                gauges.put(gauge, () -> 0L);
            }
        }
    }

    // --- for those who count --------------------------------------------------------------

    /// A new cell, to be used by one thread only.
    public CounterCell counter(Counter name) {
        var cell = new CounterCell(era);
        cellsOf(name).add(cell);
        return cell;
    }

    /// A new cell, to be used by one thread only.
    public SummaryCell summary(Summary name) {
        var cell = new SummaryCell(era);
        cellsOf(name).add(cell);
        return cell;
    }

    /// A new cell for a key, to be used by one thread only; keep it, taking it is not cheap.
    public CounterCell counter(CounterSet name, String key) {
        return counterSets.cell(name, key);
    }

    /// A new cell for a key, to be used by one thread only; keep it, taking it is not cheap.
    public SummaryCell summary(SummarySet name, String key) {
        return summarySets.cell(name, key);
    }

    /// Sets what a gauge shows.
    ///
    /// @param supplier called by whoever reads the metrics, on any thread; must not block
    public void gauge(Gauge name, LongSupplier supplier) {
        put(name, supplier::getAsLong);
    }

    /// As {@link #gauge}, for the few that are no whole numbers.
    public void decimalGauge(Gauge name, DoubleSupplier supplier) {
        put(name, supplier::getAsDouble);
    }

    private void put(Gauge name, Supplier<Number> supplier) {
        synchronized (gauges) {
            gauges.put(name, supplier);
        }
    }

    /// Takes a role's gauge away again when the role ends.
    ///
    /// @throws IllegalArgumentException for one that every server has
    public void removeGauge(Gauge name) {
        if (name.isOfEveryServer()) {
            throw new IllegalArgumentException("every server has " + name);
        }
        synchronized (gauges) {
            gauges.remove(name);
        }
    }

    /// Sets what a set of gauges shows: namespace to value.
    public void gaugeSet(GaugeSet name, Supplier<Map<String, Number>> supplier) {
        synchronized (gauges) {
            gaugeSets.put(name, supplier);
        }
    }

    // --- for the operator -----------------------------------------------------------------

    /// Counters and summaries start again at zero (`srst`).
    public void reset() {
        era.reset();
    }

    // --- for the writers of texts ---------------------------------------------------------

    /// Whoever reads moves the windows on, so that no timer is needed: percentiles forget what is
    /// older than two windows, and what came before the last reader but one.
    void keepWindows() {
        long now = nowNanos.getAsLong();
        long began = windowBeganNanos.get();
        if (now - began >= WINDOW_NANOS && windowBeganNanos.compareAndSet(began, now)) {
            era.nextWindow();
        }
    }

    Map<Gauge, Number> gauges() {
        Map<Gauge, Supplier<Number>> suppliers;
        synchronized (gauges) {
            suppliers = new EnumMap<>(gauges);
        }
        var values = new EnumMap<Gauge, Number>(Gauge.class);
        suppliers.forEach((name, supplier) -> values.put(name, supplier.get()));
        return values;
    }

    Map<GaugeSet, Map<String, Number>> gaugeSets() {
        Map<GaugeSet, Supplier<Map<String, Number>>> suppliers;
        synchronized (gauges) {
            suppliers = new EnumMap<>(GaugeSet.class);
            suppliers.putAll(gaugeSets);
        }
        var values = new EnumMap<GaugeSet, Map<String, Number>>(GaugeSet.class);
        suppliers.forEach((name, supplier) -> values.put(name, new TreeMap<>(supplier.get())));
        return values;
    }

    long value(Counter name) {
        return sum(cellsOf(name));
    }

    SummaryValue value(Summary name) {
        return valueOf(cellsOf(name));
    }

    Map<String, Long> values(CounterSet name) {
        var values = new TreeMap<String, Long>();
        counterSets.cells(name).forEach((key, cells) -> values.put(key, sum(cells)));
        return values;
    }

    Map<String, SummaryValue> values(SummarySet name) {
        var values = new TreeMap<String, SummaryValue>();
        summarySets.cells(name).forEach((key, cells) -> values.put(key, valueOf(cells)));
        return values;
    }

    static long sum(List<CounterCell> cells) {
        long sum = 0;
        for (CounterCell cell : cells) {
            sum += cell.value();
        }
        return sum;
    }

    static SummaryValue valueOf(List<SummaryCell> cells) {
        var sum = new SummaryValue.Sum();
        for (SummaryCell cell : cells) {
            cell.addTo(sum);
        }
        return sum.value();
    }

    private List<CounterCell> cellsOf(Counter name) {
        return present(counters.get(name));
    }

    private List<SummaryCell> cellsOf(Summary name) {
        return present(summaries.get(name));
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("every name was registered by the constructor");
        }
        return value;
    }

    /// Cells by name and key.
    private static final class Keyed<N extends Enum<N>, C> {
        private final Map<N, Map<String, List<C>>> cells;
        private final Supplier<C> maker;

        Keyed(Class<N> names, Supplier<C> maker) {
            this.cells = new EnumMap<>(names);
            this.maker = maker;
        }

        synchronized C cell(N name, String key) {
            C cell = maker.get();
            var byKey = cells.computeIfAbsent(name, n -> new TreeMap<>());
            String shown = byKey.containsKey(key) || byKey.size() < KEYS_MAX ? key : OTHER;
            byKey.computeIfAbsent(shown, k -> new CopyOnWriteArrayList<>()).add(cell);
            return cell;
        }

        synchronized Map<String, List<C>> cells(N name) {
            return new TreeMap<>(cells.getOrDefault(name, Map.of()));
        }
    }
}
