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
    void readsMemoryDescriptorsAndTheirLimit(@TempDir Path proc) throws IOException {
        Files.writeString(proc.resolve("status"), "Name:\tjava\nVmPeak:\t 9 kB\nVmRSS:\t  2048 kB\nThreads:\t3\n");
        Files.writeString(proc.resolve("limits"), """
                Limit                     Soft Limit           Hard Limit           Units
                Max open files            20000                1048576              files
                """);
        Files.createDirectory(proc.resolve("fd"));
        Files.createFile(proc.resolve("fd/0"));
        Files.createFile(proc.resolve("fd/17"));

        var sample = new ProcessProbe(proc).sample();

        assertThat(sample.residentBytes()).isEqualTo(2048 * 1024);
        assertThat(sample.maxFds()).isEqualTo(20_000);
        assertThat(sample.openFds()).isEqualTo(2);
    }

    @Test
    void whatTheSystemDoesNotTellIsUnknownAndNotExposed(@TempDir Path proc) throws IOException {
        Files.writeString(proc.resolve("limits"), "Max open files            unlimited  unlimited  files\n");

        var sample = new ProcessProbe(proc).sample();

        assertThat(sample.residentBytes()).isEqualTo(ProcessSample.UNKNOWN);
        assertThat(sample.openFds()).isEqualTo(ProcessSample.UNKNOWN);
        assertThat(sample.maxFds()).isEqualTo(ProcessSample.UNKNOWN);
        var families = new Families();
        sample.addTo(families);
        assertThat(families.build().stream().map(family -> family.getMetadata().getName()))
                .contains("process_cpu_seconds")
                .doesNotContain("process_resident_memory_bytes", "process_open_fds", "process_max_fds");
    }
}
