package io.atalaya.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.archive.Archive.Counts;
import io.atalaya.breaker.Backoff;
import io.atalaya.breaker.Breaker;
import io.atalaya.breaker.FakeTime;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.InMemoryEventLog;
import io.atalaya.log.LogConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BatchArchiverTest {
    private static final Duration OPEN = Duration.ofSeconds(30);

    private final FakeTime time = new FakeTime();
    private final ModelArchive archive =
            new ModelArchive(new ArchiveFields(List.of("branch_id"), Optional.empty()), time);
    private final LogConfig bounds = new LogConfig(100, 1 << 20, Duration.ofDays(1), Duration.ofDays(1), 1_000, true);
    private final InMemoryEventLog log = new InMemoryEventLog(bounds, Entries.EPOCH, time, _ -> {});
    private final ArchiveLedger ledger = new ArchiveLedger(archive, log, Entries.EPOCH);
    private final Breaker breaker = new Breaker("database", OPEN, 1, time);
    private final List<Duration> pauses = new ArrayList<>();
    private int storedWhenUp = Integer.MAX_VALUE;
    private final BatchArchiver archiver = new BatchArchiver(
            ledger,
            log.backlog(),
            breaker,
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), new Random(1)),
            time,
            this::pause);

    /** Time passes; after so many pauses the archive is there again. */
    private void pause(Duration pause) {
        assertBalanced();
        pauses.add(pause);
        time.advance(pause);
        if (pauses.size() == storedWhenUp) {
            archive.down(false);
        }
    }

    @AfterEach
    void booksBalance() {
        archive.down(false);
        archiver.refresh();
        assertBalanced();
    }

    private void assertBalanced() {
        ledger.book()
                .ifPresent(book -> assertThat(book.balanced()).as("%s", book).isTrue());
    }

    private void append(int first, int last, String type) {
        var events = new ArrayList<Event>();
        for (int i = first; i <= last; i++) {
            events.add(Entries.event(Entries.TENANT, "e" + i, type, Map.of("branch_id", "3")));
        }
        log.append(events).toCompletableFuture().join();
    }

    private List<Long> archived() {
        return archive.entries().stream().map(entry -> entry.cursor().offset()).toList();
    }

    @Test
    void aBatchIsStoredOnceAndConfirmed() throws InterruptedException {
        append(1, 7, "T");

        assertThat(archiver.next(5)).isEqualTo(5);

        assertThat(archived()).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(log.totals().backlog()).isEqualTo(2);
        assertThat(archiver.next(5)).isEqualTo(2);
        assertThat(archiver.next(5)).isZero();
        assertThat(archive.storeCalls()).isEqualTo(2);
        assertThat(archiver.progress().batches()).isEqualTo(2);
        assertThat(archiver.progress().events()).isEqualTo(7);
        assertThat(archiver.progress().batchTime().count()).isEqualTo(2);
        assertThat(archiver.progress().insertTime().count()).isEqualTo(2);
        assertThat(ledger.book().orElseThrow().counts()).isEqualTo(new Counts(7, 0, 0, 0));
    }

    @Test
    void anUnavailableArchiveIsTriedAgainUntilItIsThere() throws InterruptedException {
        append(1, 3, "T");
        archive.down(true);
        storedWhenUp = 4;

        assertThat(archiver.next(10)).isEqualTo(3);

        assertThat(archived()).containsExactly(1L, 2L, 3L);
        assertThat(archiver.progress().retries()).isEqualTo(4);
        assertThat(pauses).hasSize(4).allSatisfy(pause -> assertThat(pause).isLessThan(Duration.ofSeconds(1)));
    }

    @Test
    void afterFiveFailuresTheBreakerAvoidsCalls() throws InterruptedException {
        append(1, 3, "T");
        archive.down(true);
        storedWhenUp = 6;

        archiver.next(10);

        assertThat(archive.storeCalls()).isEqualTo(1); // the others ended at the counts, before any storing
        assertThat(pauses.get(5)).isGreaterThan(OPEN.minusSeconds(9));
        assertThat(breaker.snapshot().failedCalls()).isEqualTo(5);
        assertThat(breaker.snapshot().rejectedCalls()).isEqualTo(1);
        assertThat(breaker.snapshot().state()).isEqualTo(Breaker.State.CLOSED);
    }

    @Test
    void whatTheArchiveRefusesIsBuriedAloneAndTheRestIsStored() throws InterruptedException {
        append(1, 20, "T");
        append(21, 21, "POISON");
        append(22, 30, "T");
        append(31, 32, "POISON");
        append(33, 40, "T");
        archive.refuse("POISON");

        assertThat(archiver.next(100)).isEqualTo(40);

        assertThat(archived()).hasSize(37).doesNotContain(21L, 31L, 32L);
        assertThat(archive.page("POISON", null, 10))
                .extracting(letter -> letter.entry().cursor().offset())
                .containsExactly(21L, 31L, 32L);
        assertThat(log.totals().backlog()).isZero();
        assertThat(archive.storeCalls()).isLessThan(40);
        assertThat(ledger.book().orElseThrow().counts()).isEqualTo(new Counts(37, 3, 0, 0));
        assertThat(breaker.snapshot().failedCalls()).isZero();
        assertThat(pauses).isEmpty();
    }

    @Test
    void aBatchOfNothingButPoisonEnds() throws InterruptedException {
        append(1, 33, "POISON");
        archive.refuse("POISON");

        assertThat(archiver.next(100)).isEqualTo(33);

        assertThat(archive.counts()).isEqualTo(new Counts(0, 33, 0, 0));
    }

    @Test
    void whatAnEarlierProcessStoredIsNotStoredTwice() throws InterruptedException {
        append(1, 9, "T");
        List<Entry> first = log.backlog().take(4);
        archive.store(first);
        archive.bury(log.backlog().take(5).getLast(), new Rejection("odd", ""));

        archiver.refresh();
        ArchiveBook book = ledger.book().orElseThrow();
        assertThat(book.ahead()).isEqualTo(5);
        assertThat(book.backlog()).isEqualTo(4);
        assertBalanced();
        archiver.next(100);

        assertThat(archive.counts()).isEqualTo(new Counts(8, 1, 0, 0));
        assertThat(ledger.book().orElseThrow().ahead()).isZero();
    }

    @Test
    void aLossIsNoticed() throws InterruptedException {
        append(1, 9, "T");
        archiver.next(5);
        log.backlog().confirm(log.backlog().take(1));

        assertThat(ledger.book().orElseThrow().balanced()).isFalse();

        archive.store(List.of(Entries.entry(6)));
    }

    @Test
    void redrivingDiscardingAndPurgingKeepTheBook() throws InterruptedException {
        append(1, 3, "T");
        append(4, 6, "POISON");
        archive.refuse("POISON");
        archiver.next(100);
        archive.acceptAll();

        ledger.redrive(new Cursor(Entries.EPOCH, 4));
        assertBalanced();
        ledger.discard(new Cursor(Entries.EPOCH, 5));
        assertBalanced();
        time.advance(Duration.ofDays(31));
        var retention = new ArchiveRetention(ArchiveConfig.defaults(), ledger, time);

        assertThat(retention.purgePortion()).isEqualTo(5);
        assertThat(retention.purgePortion()).isZero();
        assertThat(ledger.book().orElseThrow().counts()).isEqualTo(new Counts(0, 0, 4, 2));
    }

    @Test
    void aBugIsNoReasonToHoldTheBreakerOpen() {
        append(1, 1, "T");
        var broken = new BatchArchiver(
                ledger,
                log.backlog(),
                breaker,
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), new Random(1)),
                () -> {
                    throw new IllegalStateException("a bug");
                },
                this::pause);

        assertThatThrownBy(() -> broken.next(1)).isInstanceOf(IllegalStateException.class);

        assertThat(breaker.tryAcquire()).isTrue();
        breaker.onSuccess();
    }
}
