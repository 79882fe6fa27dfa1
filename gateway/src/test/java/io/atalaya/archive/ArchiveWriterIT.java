package io.atalaya.archive;

import static org.awaitility.Awaitility.await;

import io.atalaya.breaker.FakeTime;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that feeds the archive, when something goes wrong that nobody has thought of. */
@Timeout(30)
class ArchiveWriterIT {
    private static final Duration SOON = Duration.ofMillis(10);

    private final FakeTime time = new FakeTime();
    private final ModelArchive archive = new ModelArchive(new ArchiveFields(List.of(), Optional.empty()), time);
    private final LogConfig bounds = new LogConfig(100, 1 << 20, Duration.ofDays(1), Duration.ofDays(1), 1_000, true);
    private final InMemoryEventLog log = new InMemoryEventLog(bounds, Entries.EPOCH, time, _ -> {});
    private final ArchiveLedger ledger = new ArchiveLedger(archive, log, Entries.EPOCH);

    @Test
    void aFaultCostsAnAttemptAndNotTheThread() {
        log.append(List.of(Entries.event(Entries.TENANT, "e1", "T", Map.of())));
        var calls = new AtomicInteger();
        LongSupplier faulty = () -> {
            if (calls.incrementAndGet() % 3 == 0 && calls.get() < 10) {
                throw new IllegalStateException("a fault of ours, on purpose");
            }
            return System.nanoTime();
        };
        var timings = new ArchiveWriter.Timings(SOON, SOON, SOON, Duration.ofSeconds(1));

        try (var writer = new ArchiveWriter(
                new ArchiveConfig(10, SOON, Duration.ofDays(1)), timings, archive, log, ledger, faulty)) {
            writer.start();

            await().atMost(Duration.ofSeconds(10)).until(() -> log.totals().backlog() == 0);
        }
    }
}
