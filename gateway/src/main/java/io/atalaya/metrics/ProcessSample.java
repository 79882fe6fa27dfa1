package io.atalaya.metrics;

import io.atalaya.metrics.Families.Timing;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The process and its JVM at one moment. Immutable.
 *
 * @param cpuSeconds user and system time since the start
 * @param residentBytes resident memory; {@link #UNKNOWN} where the system does not say
 * @param openFds open file descriptors; {@link #UNKNOWN} where the system does not say
 * @param maxFds the limit of these; {@link #UNKNOWN} where the system does not say
 * @param startedAt when the JVM started
 * @param uptimeSeconds since then, by the monotonic clock
 * @param memory by area, {@code heap} and {@code nonheap}
 * @param collectors garbage collections by collector
 * @param threads platform threads alive
 * @param daemonThreads those that do not keep the JVM alive
 */
public record ProcessSample(
        double cpuSeconds,
        long residentBytes,
        long openFds,
        long maxFds,
        Instant startedAt,
        double uptimeSeconds,
        Map<String, Memory> memory,
        Map<String, Timing> collectors,
        int threads,
        int daemonThreads) {

    /** Stands for a number that the system does not tell. */
    public static final long UNKNOWN = -1;

    public ProcessSample {
        memory = Map.copyOf(memory);
        collectors = Map.copyOf(collectors);
    }

    /** @param maxBytes {@link #UNKNOWN} when there is no limit */
    public record Memory(long usedBytes, long committedBytes, long maxBytes) {}

    /** Adds the process under the names that every Prometheus client uses. */
    public void addTo(Families families) {
        families.counter("process_cpu_seconds_total", "User and system CPU time.", cpuSeconds)
                .gauge(
                        "process_start_time_seconds",
                        "Start of the process, as a Unix time.",
                        startedAt.toEpochMilli() / 1e3);
        addKnown(families, "process_resident_memory_bytes", "Resident memory.", residentBytes);
        addKnown(families, "process_open_fds", "Open file descriptors.", openFds);
        addKnown(families, "process_max_fds", "Most file descriptors allowed.", maxFds);
        var used = new LinkedHashMap<String, Long>();
        var committed = new LinkedHashMap<String, Long>();
        var max = new LinkedHashMap<String, Long>();
        memory.forEach((area, bytes) -> {
            used.put(area, bytes.usedBytes());
            committed.put(area, bytes.committedBytes());
            max.put(area, bytes.maxBytes());
        });
        families.gauge("jvm_memory_used_bytes", "Memory used by the JVM.", Series.by("area", used))
                .gauge("jvm_memory_committed_bytes", "Memory that the JVM has reserved.", Series.by("area", committed))
                .gauge("jvm_memory_max_bytes", "Most memory the JVM may use; -1 is unlimited.", Series.by("area", max))
                .summary("jvm_gc_collection_seconds", "Garbage collections.", "gc", collectors)
                .gauge("jvm_threads_current", "Platform threads alive.", threads)
                .gauge("jvm_threads_daemon", "Daemon threads alive.", daemonThreads);
    }

    private static void addKnown(Families families, String name, String help, long value) {
        if (value != UNKNOWN) {
            families.gauge(name, help, value);
        }
    }
}
