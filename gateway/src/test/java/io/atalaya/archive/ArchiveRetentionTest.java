package io.atalaya.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.breaker.FakeTime;
import io.atalaya.event.Event;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArchiveRetentionTest {
    private static final Duration MAX_AGE = Duration.ofDays(30);

    private final FakeTime time = new FakeTime();
    private final ModelArchive archive =
            new ModelArchive(new ArchiveFields(List.of("branch_id"), Optional.empty()), time);
    private final InMemoryEventLog log = new InMemoryEventLog(
            new LogConfig(10_000, 1 << 24, Duration.ofDays(90), Duration.ofDays(1), 10_000, true),
            Entries.EPOCH,
            time,
            _ -> {});
    private final ArchiveLedger ledger = new ArchiveLedger(archive, log, Entries.EPOCH);
    private Instant now = Entries.START;
    private final ArchiveRetention retention =
            new ArchiveRetention(new ArchiveConfig(100, Duration.ofMillis(50), MAX_AGE), ledger, () -> now);

    @AfterEach
    void booksBalance() {
        archive.down(false);
        ledger.refresh();
        assertThat(ledger.book())
                .hasValueSatisfying(
                        book -> assertThat(book.balanced()).as("%s", book).isTrue());
    }

    /** Appends and archives events, which arrive when the log's clock says so. */
    private Instant archive(int events) {
        var batch = new ArrayList<Event>();
        for (int i = 0; i < events; i++) {
            batch.add(Entries.event(
                    Entries.TENANT, "e" + log.totals().logged() + "-" + i, "T", Map.of("branch_id", "3")));
        }
        log.append(batch).toCompletableFuture().join();
        var taken = log.backlog().take(events);
        ledger.store(taken);
        log.backlog().confirm(taken);
        return Instant.ofEpochMilli(taken.getLast().atMillis());
    }

    @Test
    void whatIsTooOldIsDeletedAndTheRestStays() {
        Instant first = archive(3);
        time.advance(Duration.ofDays(10));
        archive(2);

        now = first.plus(MAX_AGE);
        assertThat(retention.purgePortion()).as("not older than the limit").isZero();
        now = first.plus(MAX_AGE).plusSeconds(1);

        assertThat(retention.purgePortion()).isEqualTo(3);
        assertThat(archive.entries()).hasSize(2);
        assertThat(ledger.book().orElseThrow().counts()).isEqualTo(new Archive.Counts(2, 0, 3, 0));
    }

    @Test
    void anArchiveThatIsAwayIsPurgedLater() {
        now = archive(3).plus(MAX_AGE).plusSeconds(1);
        archive.down(true);
        assertThat(retention.purgePortion()).isZero();

        archive.down(false);

        assertThat(retention.purgePortion()).isEqualTo(3);
    }

    @Test
    void aClockThatIsSetBackDeletesNothing() {
        Instant first = archive(3);
        now = first.minus(Duration.ofDays(365));

        assertThat(retention.purgePortion()).isZero();
        assertThat(archive.entries()).hasSize(3);
    }
}
