package io.atalaya.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Instant;
import java.util.Map;

/**
 * The process and its JVM at one moment. Immutable.
 *
 * @param cpuSeconds user and system time since the start
 * @param cpuPercent of one processor, over the last minute
 * @param residentBytes resident memory; {@link #UNKNOWN} where the system does not say
 * @param startedAt when the JVM started
 * @param uptimeSeconds since then, by the monotonic clock
 * @param memory by area, {@code heap} and {@code nonheap}
 * @param families everything about it under the names that every Prometheus client uses
 */
public record ProcessSample(
        double cpuSeconds,
        double cpuPercent,
        long residentBytes,
        Instant startedAt,
        double uptimeSeconds,
        Map<String, Memory> memory,
        MetricSnapshots families) {

    /** Stands for a number that the system does not tell. */
    public static final long UNKNOWN = -1;

    public ProcessSample {
        memory = Map.copyOf(memory);
    }

    /** @param maxBytes {@link #UNKNOWN} when there is no limit */
    public record Memory(long usedBytes, long committedBytes, long maxBytes) {}

    /** Resident memory, or the heap where the system does not say. */
    public long memoryBytes() {
        Memory heap = memory.get("heap");
        return residentBytes == UNKNOWN && heap != null ? heap.usedBytes() : residentBytes;
    }
}
