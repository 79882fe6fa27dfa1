package io.atalaya.metrics;

import io.atalaya.metrics.Families.Timing;
import io.atalaya.metrics.ProcessSample.Memory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks at this process. Thread-safe: holds nothing but the place it reads from. Reads small files of the kernel's, so
 * it does not belong on an event loop.
 */
public final class ProcessProbe {
    private final Path proc;

    /** @param proc the process's directory, {@code /proc/self}; where it is not there, some numbers are unknown */
    public ProcessProbe(Path proc) {
        this.proc = proc;
    }

    /** The process at this moment. */
    public ProcessSample sample() {
        var runtime = ManagementFactory.getRuntimeMXBean();
        var threads = ManagementFactory.getThreadMXBean();
        var memory = ManagementFactory.getMemoryMXBean();
        return new ProcessSample(
                cpuSeconds(),
                kilobytes("status", "VmRSS:"),
                openFds(),
                number("limits", "Max open files"),
                Instant.ofEpochMilli(runtime.getStartTime()),
                runtime.getUptime() / 1e3,
                Map.of("heap", of(memory.getHeapMemoryUsage()), "nonheap", of(memory.getNonHeapMemoryUsage())),
                collectors(),
                threads.getThreadCount(),
                threads.getDaemonThreadCount());
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
        return new Brief(cpuSeconds(), kilobytes("status", "VmRSS:"), uptimeSeconds);
    }

    private static double cpuSeconds() {
        Duration spent = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return spent.toNanos() / 1e9;
    }

    private static Memory of(MemoryUsage usage) {
        return new Memory(usage.getUsed(), usage.getCommitted(), usage.getMax());
    }

    private static Map<String, Timing> collectors() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .collect(Collectors.toMap(
                        gc -> gc.getName(),
                        gc -> new Timing(
                                Math.max(0, gc.getCollectionCount()), Math.max(0, gc.getCollectionTime()) / 1e3)));
    }

    private long openFds() {
        try (Stream<Path> descriptors = Files.list(proc.resolve("fd"))) {
            return descriptors.count();
        } catch (IOException _) {
            return ProcessSample.UNKNOWN;
        }
    }

    private long kilobytes(String file, String label) {
        long value = number(file, label);
        return value == ProcessSample.UNKNOWN ? value : value * 1024;
    }

    /** The first number after a label at the start of a line. */
    private long number(String file, String label) {
        try (Stream<String> lines = Files.lines(proc.resolve(file))) {
            return lines.filter(line -> line.startsWith(label))
                    .map(line -> line.substring(label.length()).strip().split("\\s+", 2)[0])
                    .filter(text -> text.matches("\\d{1,18}"))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(ProcessSample.UNKNOWN);
        } catch (IOException _) {
            return ProcessSample.UNKNOWN;
        }
    }
}
