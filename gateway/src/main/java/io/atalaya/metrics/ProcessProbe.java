package io.atalaya.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.atalaya.metrics.ProcessSample.Memory;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmClassLoadingMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;

/**
 * Looks at this process. Thread-safe: what it remembers of the last minute is guarded by its monitor. Reads small files of
 * the kernel's, so it does not belong on an event loop.
 */
public final class ProcessProbe {
    private static final double WINDOW_SECONDS = 60;
    private static final String RESIDENT = "\nVmRSS:";
    private static final String KILOBYTES = " kB";

    private final Path proc;
    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ArrayDeque<Mark> marks = new ArrayDeque<>(List.of(new Mark(0, 0)));

    /** How much processor time there had been at a moment. */
    private record Mark(double uptimeSeconds, double cpuSeconds) {}

    /** @param proc the process's directory, {@code /proc/self}; where it is not there, some numbers are unknown */
    public ProcessProbe(Path proc) {
        this.proc = proc;
        ProcessMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        JvmClassLoadingMetrics.builder().register(registry);
        JvmRuntimeInfoMetric.builder().register(registry);
    }

    /** The process at this moment. */
    public ProcessSample sample() {
        var runtime = ManagementFactory.getRuntimeMXBean();
        var memory = ManagementFactory.getMemoryMXBean();
        double uptimeSeconds = runtime.getUptime() / 1e3;
        double cpuSeconds = cpuSeconds();
        return new ProcessSample(
                cpuSeconds,
                cpuPercent(uptimeSeconds, cpuSeconds),
                residentBytes(),
                Instant.ofEpochMilli(runtime.getStartTime()),
                uptimeSeconds,
                Map.of("heap", of(memory.getHeapMemoryUsage()), "nonheap", of(memory.getNonHeapMemoryUsage())),
                registry.scrape());
    }

    /**
     * The little of it that may be asked for every second, however many files are open.
     *
     * @param cpuSeconds user and system time since the start
     * @param residentBytes resident memory; {@link ProcessSample#UNKNOWN} where the system does not say
     */
    public record Brief(double cpuSeconds, long residentBytes, double uptimeSeconds) {}

    /** The process in brief. */
    public Brief brief() {
        double uptimeSeconds = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
        return new Brief(cpuSeconds(), residentBytes(), uptimeSeconds);
    }

    private double cpuSeconds() {
        return Math.max(0, system.getProcessCpuTime()) / 1e9;
    }

    /** From the oldest mark of the last minute to now; since the start where there is none. */
    private synchronized double cpuPercent(double uptimeSeconds, double cpuSeconds) {
        while (marks.size() > 1 && uptimeSeconds - marks.getFirst().uptimeSeconds() > WINDOW_SECONDS) {
            marks.removeFirst();
        }
        Mark then = marks.getFirst();
        double elapsed = uptimeSeconds - then.uptimeSeconds();
        if (uptimeSeconds - marks.getLast().uptimeSeconds() >= 1) {
            marks.addLast(new Mark(uptimeSeconds, cpuSeconds));
        }
        return elapsed <= 0 ? 0 : Math.max(0, 100 * (cpuSeconds - then.cpuSeconds()) / elapsed);
    }

    private static Memory of(MemoryUsage usage) {
        return new Memory(usage.getUsed(), usage.getCommitted(), usage.getMax());
    }

    private long residentBytes() {
        try {
            String status = Files.readString(proc.resolve("status"));
            int begin = status.indexOf(RESIDENT);
            int end = status.indexOf(KILOBYTES, begin + RESIDENT.length());
            return begin < 0 || end < 0
                    ? ProcessSample.UNKNOWN
                    : Long.parseLong(status.substring(begin + RESIDENT.length(), end)
                                    .strip())
                            * 1024;
        } catch (IOException | NumberFormatException _) {
            return ProcessSample.UNKNOWN;
        }
    }
}
