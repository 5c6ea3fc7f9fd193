package io.banyan.server.metrics;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The JVM and its process under the names of Prometheus' old hotspot exporter, which ZooKeeper
/// uses and dashboards know. (The current client library renamed most of them.)
final class JvmSamples {
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    private JvmSamples() {}

    static void describe(Samples out) {
        threads(out);
        bufferPools(out);
        process(out);
        memory(out);
        info(out);
        classes(out);
        collectors(out);
    }

    private static void one(Samples out, String name, String type, String help, Number value) {
        out.family(name, help, type);
        out.sample(name, value);
    }

    private static void threads(Samples out) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        one(out, "jvm_threads_current", "gauge", "Threads of the JVM", threads.getThreadCount());
        one(
                out,
                "jvm_threads_daemon",
                "gauge",
                "Daemon threads of the JVM",
                threads.getDaemonThreadCount());
        one(
                out,
                "jvm_threads_peak",
                "gauge",
                "Most threads there were",
                threads.getPeakThreadCount());
        one(
                out,
                "jvm_threads_started_total",
                "counter",
                "Threads started so far",
                threads.getTotalStartedThreadCount());
        one(
                out,
                "jvm_threads_deadlocked",
                "gauge",
                "Threads that wait for each other's locks",
                length(threads.findDeadlockedThreads()));
        one(
                out,
                "jvm_threads_deadlocked_monitor",
                "gauge",
                "Threads that wait for each other's monitors",
                length(threads.findMonitorDeadlockedThreads()));
        var byState = new EnumMap<Thread.State, Integer>(Thread.State.class);
        for (Thread.State state : Thread.State.values()) {
            byState.put(state, 0);
        }
        for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds(), 0)) {
            if (info != null) {
                byState.merge(info.getThreadState(), 1, Integer::sum);
            }
        }
        out.family("jvm_threads_state", "Threads by state", "gauge");
        byState.forEach((state, count) ->
                out.sample("jvm_threads_state", count, "state", state.toString()));
    }

    private static int length(long @Nullable [] ids) {
        return ids == null ? 0 : ids.length;
    }

    private static void bufferPools(Samples out) {
        List<BufferPoolMXBean> pools = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
        out.family("jvm_buffer_pool_used_bytes", "Used bytes of a buffer pool", "gauge");
        for (BufferPoolMXBean pool : pools) {
            out.sample("jvm_buffer_pool_used_bytes", pool.getMemoryUsed(), "pool", pool.getName());
        }
        out.family("jvm_buffer_pool_capacity_bytes", "Capacity of a buffer pool", "gauge");
        for (BufferPoolMXBean pool : pools) {
            out.sample(
                    "jvm_buffer_pool_capacity_bytes",
                    pool.getTotalCapacity(),
                    "pool",
                    pool.getName());
        }
        out.family("jvm_buffer_pool_used_buffers", "Buffers of a buffer pool", "gauge");
        for (BufferPoolMXBean pool : pools) {
            out.sample("jvm_buffer_pool_used_buffers", pool.getCount(), "pool", pool.getName());
        }
    }

    private static void process(Samples out) {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.UnixOperatingSystemMXBean unix) {
            one(
                    out,
                    "process_cpu_seconds_total",
                    "counter",
                    "User and system time in seconds",
                    unix.getProcessCpuTime() / NANOS_PER_SECOND);
            one(
                    out,
                    "process_open_fds",
                    "gauge",
                    "Open file descriptors",
                    unix.getOpenFileDescriptorCount());
            one(
                    out,
                    "process_max_fds",
                    "gauge",
                    "Most file descriptors there may be",
                    unix.getMaxFileDescriptorCount());
        }
        one(
                out,
                "process_start_time_seconds",
                "gauge",
                "Start of the process in seconds since 1970",
                ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND);
        Map<String, Long> kilobytes = ProcStatus.kilobytes();
        Long virtual = kilobytes.get("VmSize");
        if (virtual != null) {
            one(
                    out,
                    "process_virtual_memory_bytes",
                    "gauge",
                    "Virtual memory in bytes",
                    virtual * 1024.0);
        }
        Long resident = kilobytes.get("VmRSS");
        if (resident != null) {
            one(
                    out,
                    "process_resident_memory_bytes",
                    "gauge",
                    "Resident memory in bytes",
                    resident * 1024.0);
        }
    }

    private static void memory(Samples out) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        for (Part part : Part.values()) {
            String name = "jvm_memory_bytes_" + part;
            out.family(name, "Memory of an area: " + part, "gauge");
            out.sample(name, part.of(heap), "area", "heap");
            out.sample(name, part.of(other), "area", "nonheap");
        }
        for (Part part : Part.values()) {
            String name = "jvm_memory_pool_bytes_" + part;
            out.family(name, "Memory of a pool: " + part, "gauge");
            for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
                MemoryUsage usage = pool.getUsage();
                if (usage != null) {
                    out.sample(name, part.of(usage), "pool", pool.getName());
                }
            }
        }
    }

    private enum Part {
        USED,
        COMMITTED,
        MAX,
        INIT;

        long of(MemoryUsage usage) {
            return switch (this) {
                case USED -> usage.getUsed();
                case COMMITTED -> usage.getCommitted();
                case MAX -> usage.getMax();
                case INIT -> usage.getInit();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static void info(Samples out) {
        out.family("jvm_info", "Version of the JVM", "gauge");
        out.sample(
                "jvm_info",
                1,
                "version",
                Runtime.version().toString(),
                "vendor",
                ManagementFactory.getRuntimeMXBean().getVmVendor(),
                "runtime",
                ManagementFactory.getRuntimeMXBean().getVmName());
    }

    private static void classes(Samples out) {
        var loading = ManagementFactory.getClassLoadingMXBean();
        one(
                out,
                "jvm_classes_loaded",
                "gauge",
                "Classes that are loaded",
                loading.getLoadedClassCount());
        one(
                out,
                "jvm_classes_loaded_total",
                "counter",
                "Classes loaded so far",
                loading.getTotalLoadedClassCount());
        one(
                out,
                "jvm_classes_unloaded_total",
                "counter",
                "Classes unloaded so far",
                loading.getUnloadedClassCount());
    }

    private static void collectors(Samples out) {
        out.family("jvm_gc_collection_seconds", "Time of a garbage collector", "summary");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            String name = collector.getName();
            out.sample(
                    "jvm_gc_collection_seconds_count", collector.getCollectionCount(), "gc", name);
            out.sample(
                    "jvm_gc_collection_seconds_sum",
                    collector.getCollectionTime() / MILLIS_PER_SECOND,
                    "gc",
                    name);
        }
    }

    /// The lines of `/proc/self/status` that are sizes.
    private static final class ProcStatus {
        private static final Path FILE = Path.of("/proc/self/status");

        static Map<String, Long> kilobytes() {
            var sizes = new TreeMap<String, Long>();
            try {
                for (String line : Files.readAllLines(FILE)) {
                    int colon = line.indexOf(':');
                    if (colon > 0 && line.endsWith(" kB")) {
                        String digits = line.substring(colon + 1, line.length() - 3).trim();
                        sizes.put(line.substring(0, colon), Long.parseLong(digits));
                    }
                }
            } catch (IOException | NumberFormatException notLinux) {
                // Other systems have no such file: then the two samples are left out.
                return Map.of();
            }
            return sizes;
        }
    }
}
