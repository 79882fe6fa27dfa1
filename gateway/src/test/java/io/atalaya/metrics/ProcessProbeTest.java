package io.atalaya.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's files are read as they are written. */
final class ProcessProbeTest {
    @Test
    void readsMemory(@TempDir Path proc) throws IOException {
        Files.writeString(proc.resolve("status"), "Name:\tjava\nVmPeak:\t 9 kB\nVmRSS:\t  2048 kB\nThreads:\t3\n");

        var sample = new ProcessProbe(proc).sample();

        assertThat(sample.residentBytes()).isEqualTo(2048 * 1024);
        assertThat(sample.memoryBytes()).isEqualTo(2048 * 1024);
    }

    @Test
    void whereTheSystemDoesNotTellTheHeapIsWhatIsKnown(@TempDir Path proc) {
        var sample = new ProcessProbe(proc).sample();

        assertThat(sample.residentBytes()).isEqualTo(ProcessSample.UNKNOWN);
        assertThat(sample.memoryBytes()).isPositive();
    }

    @Test
    void theProcessHasTheNamesThatEveryPrometheusClientUses(@TempDir Path proc) {
        var sample = new ProcessProbe(proc).sample();

        assertThat(sample.families().stream().map(family -> family.getMetadata().getName()))
                .contains(
                        "process_cpu_seconds",
                        "process_start_time_seconds",
                        "jvm_memory_used_bytes",
                        "jvm_buffer_pool_used_bytes",
                        "jvm_gc_collection_seconds",
                        "jvm_threads_current");
    }

    @Test
    void processorTimeIsAShareOfWhatHasPassed(@TempDir Path proc) {
        var probe = new ProcessProbe(proc);

        double percent = probe.sample().cpuPercent();

        assertThat(percent).isBetween(0.0, 100.0 * Runtime.getRuntime().availableProcessors() + 100);
    }
}
