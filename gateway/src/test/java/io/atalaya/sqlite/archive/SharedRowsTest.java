package io.atalaya.sqlite.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.archive.Rejection;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.log.LogConfig;
import io.atalaya.sqlite.EventReader;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.log.SqliteEventLog;
import io.atalaya.sqlite.segment.Filter;
import io.atalaya.sqlite.segment.Row;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One row an event, which is there as long as the log or the archive needs it. */
@Timeout(60)
class SharedRowsTest {
    private static final TenantId TENANT = new TenantId("1");
    private static final ArchiveFields BY_BRANCH = new ArchiveFields(List.of("branch_id"), Optional.of("branch_id"));

    private static final int RANGE = Buckets.ROWS;

    @TempDir
    private Path directory;

    private long millis = 1_000_000;

    private SqliteEventLog open(int maxEvents) {
        var config = new LogConfig(maxEvents, 1L << 30, Duration.ofHours(24), Duration.ofHours(24), 1_000_000, true);
        return SqliteEventLog.open(directory, config, () -> Instant.ofEpochMilli(millis), _ -> {});
    }

    private SqliteArchive archive(SqliteEventLog log, ArchiveFields fields) {
        return new SqliteArchive(log, fields, () -> Instant.ofEpochMilli(millis), SqliteArchive.SHORTEST_RUN);
    }

    private void append(EventLog log, int from, int to) {
        millis++;
        log.append(IntStream.range(from, to).mapToObj(this::event).toList())
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private Event event(int number) {
        return new Event(
                TENANT,
                new EventId("e" + number),
                "TYPE",
                Map.of("branch_id", Integer.toString(number % 3), "sector_id", Integer.toString(number % 5)),
                new Event.Body("{\"n\":%d".formatted(number).getBytes(StandardCharsets.UTF_8)),
                Instant.ofEpochMilli(millis),
                0,
                true);
    }

    /** Archives everything. */
    private static void drain(SqliteEventLog log, Archive archive) {
        EventLog.Backlog backlog = log.backlog();
        for (List<Entry> taken = backlog.take(1_000); !taken.isEmpty(); taken = backlog.take(1_000)) {
            archive.store(taken);
            backlog.confirm(taken);
        }
    }

    /** What the file has, each event as a text. */
    private static List<String> read(SqliteEventLog log) {
        return log
                .store()
                .readers()
                .read(reader -> reader.ofAll(0, 5_000, new EventReader.Limit(5_000, Long.MAX_VALUE)))
                .stream()
                .map(entry -> entry.cursor() + " " + entry.atMillis() + " " + entry.event())
                .toList();
    }

    private static long rows(SqliteEventLog log, String table) {
        return log.store().transact(connection -> SqliteFile.number(connection, "SELECT count(*) FROM " + table));
    }

    @Test
    void storingConfirmsInTheSameTransaction() {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 2_500);

            archive.store(log.backlog().take(2_500));

            assertThat(log.totals().confirmed())
                    .as("whoever counts what is archived says when it counts")
                    .isZero();
            assertThat(rows(log, "events")).isEqualTo(2_500);
        }
        try (var log = open(1_000_000)) {
            assertThat(log.totals().confirmed()).isEqualTo(2_500);
            assertThat(archive(log, BY_BRANCH).counts().archived()).isEqualTo(2_500);
        }
    }

    @Test
    void aLatePageLooksIntoNoRangeThatIsWhollyOnEarlierOnes() {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            for (int first = 0; first < 4 * RANGE; first += RANGE) {
                append(log, first, first + RANGE);
            }
            drain(log, archive);

            assertThat(ranges(archive, Order.NEWEST_FIRST, Long.MAX_VALUE))
                    .containsExactlyInAnyOrder(4L, 3L, 2L, 1L, 0L);
            assertThat(ranges(archive, Order.NEWEST_FIRST, millis - 2)).containsExactlyInAnyOrder(2L, 1L, 0L);
            assertThat(ranges(archive, Order.OLDEST_FIRST, millis)).containsExactlyInAnyOrder(3L, 4L);
        }
    }

    /** The numbers of the ranges that a page behind a time looks into. */
    private static List<Long> ranges(SqliteArchive archive, Order order, long behind) {
        Filter filter = new Filter(Map.of(), Time.ARRIVAL, order, Long.MIN_VALUE, Long.MAX_VALUE, Optional.empty())
                .behind(new Row(behind, 0));
        return archive.read(reader -> Buckets.of(reader.connection(), filter)).stream()
                .map(Buckets.Bucket::number)
                .toList();
    }

    @Test
    void whatIsArchivedOutOfTurnConfirmsNothingBeforeIt() {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 5);
            List<Entry> all = log.backlog().take(10);

            archive.store(all.subList(2, 5));
            archive.store(all.subList(0, 2));
        }
        try (var log = open(1_000_000)) {
            assertThat(log.totals().confirmed()).isEqualTo(2);
            assertThat(log.backlog().take(10))
                    .extracting(entry -> entry.cursor().offset())
                    .containsExactly(3L, 4L, 5L);
        }
    }

    @Test
    void theLogForgetsWhatTheArchiveKeeps() {
        try (var log = open(100)) {
            var archive = archive(log, BY_BRANCH);
            for (int from = 0; from < 9_000; from += 1_000) {
                append(log, from, from + 1_000);
                drain(log, archive);
            }
            append(log, 9_000, 9_001);

            assertThat(log.totals().retained()).isEqualTo(100);
            var first = new Cursor(log.head(TENANT).epoch(), 0);
            assertThat(log.read(TENANT, first, 10)).isInstanceOf(Slice.Gap.class);
            assertThat(rows(log, "events")).isEqualTo(9_001);
            assertThat(archive.find(TENANT, new EventId("e0"))).isPresent();
            assertThat(archive.count(EventQuery.of(TENANT).where("branch_id", "2")))
                    .isEqualTo(3_000);
        }
    }

    @Test
    void aRowGoesWhenNeitherNeedsItAnyMore() {
        try (var log = open(100)) {
            var archive = archive(log, BY_BRANCH);
            for (int from = 0; from < 9_000; from += 1_000) {
                append(log, from, from + 1_000);
                drain(log, archive);
            }
            long purged =
                    archive.purge(Instant.ofEpochMilli(millis + 1), 20_000).events();

            assertThat(purged).isEqualTo(9_000);
            append(log, 9_000, 9_001);
            assertThat(rows(log, "events")).isBetween(100L, 5_000L);
            assertThat(log.totals().retained()).isEqualTo(100);
        }
    }

    @Test
    void aDeadLetterKeepsItsRow() {
        try (var log = open(1)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 1);
            Entry entry = log.backlog().take(1).getFirst();
            archive.bury(entry, new Rejection("odd", "of the test"));
            log.backlog().confirm(List.of(entry));
            for (int from = 1; from < 9_001; from += 1_000) {
                append(log, from, from + 1_000);
                log.backlog().confirm(log.backlog().take(1_000));
            }

            assertThat(archive.deadLetters().find(entry.cursor()))
                    .hasValueSatisfying(
                            letter -> assertThat(letter.entry().event().id()).isEqualTo(new EventId("e0")));
        }
    }

    @Test
    void aPartOfASegmentGoesAndTheRestIsFoundAsBefore() {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 1_000);
            drain(log, archive);
            assertThat(rows(log, "segments")).isEqualTo(1);
            assertThat(rows(log, "archived")).isZero();

            assertThat(archive.purge(Instant.ofEpochMilli(millis + 1), 400).events())
                    .isEqualTo(400);

            assertThat(rows(log, "segments")).isZero();
            assertThat(rows(log, "archived")).isEqualTo(600);
            assertThat(archive.find(TENANT, new EventId("e399"))).isEmpty();
            assertThat(archive.find(TENANT, new EventId("e400"))).isPresent();
            assertThat(archive.count(EventQuery.of(TENANT).where("branch_id", "1")))
                    .isEqualTo(200);
        }
    }

    @Test
    void aSegmentGoesAsAWhole() {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 1_000);
            drain(log, archive);
            append(log, 1_000, 2_000);
            drain(log, archive);

            assertThat(archive.purge(Instant.ofEpochMilli(millis), 5_000).events())
                    .isEqualTo(1_000);

            assertThat(rows(log, "segments")).isEqualTo(1);
            assertThat(rows(log, "segment_ids")).isEqualTo(1);
            assertThat(rows(log, "segment_sieves")).isEqualTo(1);
            assertThat(archive.counts()).isEqualTo(new Archive.Counts(1_000, 0, 1_000, 0));
            assertThat(archive.statistics(TENANT, Instant.ofEpochMilli(millis)).total())
                    .isEqualTo(1_000);
            assertThat(archive.store(log.backlog().take(1_000))).isZero();
        }
    }

    private static void sql(SqliteEventLog log, String... statements) {
        log.store().transact(connection -> {
            for (String statement : statements) {
                SqliteFile.execute(connection, statement);
            }
            return statements;
        });
    }

    @Test
    void longQueriesHoldUpNeitherReplaysNorTheArchivesWriter() throws Exception {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 9_000);
            int readers = log.store().readers().size();
            var begun = new CountDownLatch(readers);
            var ended = new CountDownLatch(1);
            for (int i = 0; i < readers; i++) {
                Thread.startVirtualThread(() -> archive.read(reader -> {
                    begun.countDown();
                    return endsWith(ended);
                }));
            }
            begun.await();

            var first = new Cursor(log.head(TENANT).epoch(), 0);
            var read = CompletableFuture.supplyAsync(() -> log.read(TENANT, first, 10), Thread::startVirtualThread);
            var taken = CompletableFuture.supplyAsync(() -> log.backlog().take(10), Thread::startVirtualThread);

            assertThat(read.orTimeout(10, TimeUnit.SECONDS).join()).isInstanceOf(Slice.Entries.class);
            assertThat(taken.orTimeout(10, TimeUnit.SECONDS).join()).hasSize(10);
            ended.countDown();
        }
    }

    private static boolean endsWith(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void aSegmentWhoseSieveDeniesWhatIsAskedForIsNotRead() {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 1_000);
            drain(log, archive);
            sql(log, "UPDATE segments SET words = x'', columns = x''");

            assertThat(archive.events(EventQuery.of(TENANT).where("branch_id", "3"))
                            .entries())
                    .isEmpty();
            assertThat(archive.count(EventQuery.of(TENANT).where("branch_id", "3")))
                    .isZero();
            assertThatThrownBy(() -> archive.count(EventQuery.of(TENANT).where("branch_id", "2")))
                    .isInstanceOf(BufferUnderflowException.class);
        }
    }

    @Test
    void aFileOfAnOlderVersionIsBroughtUpToDate() {
        List<String> before;
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 1_000);
            drain(log, archive);
            before = read(log);
            sql(
                    log,
                    """
                    CREATE TABLE rows(offset INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, tenant TEXT NOT NULL,
                      id TEXT NOT NULL, type TEXT NOT NULL, ts_ms INTEGER NOT NULL, ts_ns INTEGER NOT NULL,
                      scope TEXT NOT NULL, body TEXT NOT NULL) STRICT""",
                    "INSERT INTO rows SELECT offset, at_ms, tenant, id, type, ts_ms, ts_ns, scope, body FROM events",
                    "DROP VIEW events",
                    "DROP TABLE packs",
                    "ALTER TABLE rows RENAME TO events",
                    "DROP TABLE segment_sieves",
                    "DROP TABLE ack_shares",
                    "DROP INDEX acks_owner",
                    "DROP INDEX acks_tenant",
                    "DELETE FROM meta WHERE name = 'segments_have'",
                    "PRAGMA user_version = 4");
        }
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);

            assertThat(read(log)).hasSize(1_000).isEqualTo(before);
            assertThat(archive.find(TENANT, new EventId("e999"))).isPresent();
            assertThat(archive.count(EventQuery.of(TENANT).where("branch_id", "2")))
                    .isEqualTo(333);
            assertThat(rows(log, "segment_sieves")).isEqualTo(1);
            sql(log, "DELETE FROM segment_sieves");
            assertThat(archive.count(EventQuery.of(TENANT).where("branch_id", "2")))
                    .as("without a sieve")
                    .isEqualTo(333);
        }
    }

    @Test
    void pagesGoThroughSegmentsAndRowsAlike() {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            for (int from = 0; from < 30_000; from += 1_000) {
                append(log, from, from + 1_000);
                drain(log, archive);
            }
            append(log, 30_000, 30_100);
            drain(log, archive);

            EventQuery all = EventQuery.of(TENANT).limitedTo(1_000);
            assertThat(archive.count(all)).isEqualTo(30_100);
            assertThat(archive.events(all.skipping(25_000)).entries())
                    .extracting(entry -> entry.event().id().value())
                    .containsExactlyElementsOf(IntStream.range(0, 1_000)
                            .mapToObj(i -> "e" + (30_099 - 25_000 - i))
                            .toList());
            assertThat(archive.events(all.skipping(30_000)).entries()).hasSize(100);
        }
    }

    @Test
    void otherMembersAreIndexedFromTheEventsThatAreThere() {
        try (var log = open(1_000_000)) {
            var archive = archive(log, BY_BRANCH);
            append(log, 0, 30);
            drain(log, archive);
            append(log, 30, 630);
            drain(log, archive);
            assertThat(rows(log, "segments")).isEqualTo(1);
            assertThat(rows(log, "archived")).isEqualTo(30);
        }
        var bySector = new ArchiveFields(List.of("sector_id"), Optional.of("sector_id"));
        try (var log = open(1_000_000)) {
            var archive = archive(log, bySector);

            assertThat(archive.count(EventQuery.of(TENANT).where("sector_id", "4")))
                    .isEqualTo(126);
            assertThat(archive.statistics(TENANT, Instant.ofEpochMilli(millis)).byMember())
                    .isEqualTo(Map.of("0", 126L, "1", 126L, "2", 126L, "3", 126L, "4", 126L));
        }
    }
}
