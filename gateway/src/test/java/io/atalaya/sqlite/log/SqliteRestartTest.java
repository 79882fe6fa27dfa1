package io.atalaya.sqlite.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Appended;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.EventLog.Slice;
import io.atalaya.log.LogConfig;
import io.atalaya.log.LogException;
import io.atalaya.sqlite.Schema;
import io.atalaya.sqlite.SqliteFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What outlives a log that was closed, and what happens when its file is not as it was left. */
@Timeout(60)
class SqliteRestartTest {
    private static final TenantId TENANT = new TenantId("1");
    private static final LogConfig ROOMY = config(1_000_000, 1_000_000, false);

    @TempDir
    private Path directory;

    private long millis = 1_000_000;

    private static LogConfig config(int events, int ids, boolean archived) {
        return new LogConfig(events, 1L << 30, Duration.ofHours(24), Duration.ofHours(1), ids, archived);
    }

    private SqliteEventLog open(LogConfig config) {
        return SqliteEventLog.open(directory, config, () -> Instant.ofEpochMilli(millis), _ -> {});
    }

    private static Event event(String id) {
        return new Event(
                TENANT,
                new EventId(id),
                "ORDER_READY",
                Map.of("branch_id", "3", "sector_id", "5"),
                new Event.Body(
                        "{\"id\":\"%s\",\"dish\":\"ñoquis\"".formatted(id).getBytes(StandardCharsets.UTF_8)),
                Instant.ofEpochSecond(1_700_000_000, 123_456_789),
                5,
                true);
    }

    private static List<Appended> append(EventLog log, String... ids) {
        return append(log, List.of(ids));
    }

    private static List<Appended> append(EventLog log, List<String> ids) {
        return log.append(ids.stream().map(SqliteRestartTest::event).toList())
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static List<String> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "e" + i).toList();
    }

    private static List<Entry> read(EventLog log, long after) {
        var all = new ArrayList<Entry>();
        Cursor head = log.head(TENANT);
        var at = new Cursor(head.epoch(), after);
        while (at.offset() < head.offset()) {
            var slice = (Slice.Entries) log.read(TENANT, at, 10_000);
            all.addAll(slice.entries());
            at = slice.through();
        }
        return all;
    }

    private static List<String> ids(List<Entry> entries) {
        return entries.stream().map(entry -> entry.event().id().value()).toList();
    }

    @Test
    void everythingIsThereAfterARestart() {
        Cursor second;
        EventLog.Totals totals;
        try (var log = open(ROOMY)) {
            second = append(log, "a", "b", "c").get(1).cursor();
            log.backlog().confirm(log.backlog().take(1));
            totals = log.totals();
        }

        try (var log = open(ROOMY)) {
            assertThat(log.totals()).isEqualTo(totals);
            assertThat(ids(read(log, 0))).containsExactly("a", "b", "c");
            assertThat(read(log, 0).get(1).cursor()).isEqualTo(second);
            assertThat(read(log, 0).getFirst().event())
                    .usingRecursiveComparison()
                    .ignoringFields("acceptedNanos")
                    .isEqualTo(event("a"));
            assertThat(ids(log.backlog().take(9))).containsExactly("b", "c");
            assertThat(append(log, "b")).containsExactly(new Appended.Duplicate(second));
            assertThat(append(log, "d").getFirst().cursor().offset()).isEqualTo(4);
        }
    }

    @Test
    void aMemoryThatWasStoredInChunksAndARestIsWholeAfterARestart() {
        List<String> all = numbered(0, 3 * Chunk.EVENTS + 100);
        EventLog.Totals totals;
        try (var log = open(ROOMY)) {
            for (int from = 0; from < all.size(); from += 1_000) {
                append(log, all.subList(from, Math.min(all.size(), from + 1_000)));
            }
            totals = log.totals();
        }

        try (var log = open(ROOMY)) {
            assertThat(log.totals()).isEqualTo(totals);
            assertThat(append(log, all)).hasOnlyElementsOfType(Appended.Duplicate.class);
            assertThat(ids(read(log, 0))).isEqualTo(all);
        }
    }

    @Test
    void whatIsBeyondTheBoundsIsDeletedAndStillADuplicateAfterARestart() {
        LogConfig small = config(100, 1_000_000, false);
        List<String> all = numbered(0, 12_000);
        EventLog.Totals totals;
        try (var log = open(small)) {
            for (int from = 0; from < all.size(); from += 500) {
                append(log, all.subList(from, from + 500));
            }
            totals = log.totals();
            assertThat(totals.retained()).isEqualTo(100);
            long rows = log.store().transact(c -> SqliteFile.number(c, "SELECT count(*) FROM events"));
            assertThat(rows).isBetween(100L, 4_000L);
        }

        try (var log = open(small)) {
            assertThat(log.totals()).isEqualTo(totals);
            assertThat(append(log, "e0", "e6000", "e11999"))
                    .extracting(outcome -> outcome.cursor().offset())
                    .containsExactly(1L, 6_001L, 12_000L);
            assertThat(log.read(TENANT, new Cursor(log.head(TENANT).epoch(), 0), 10))
                    .isInstanceOfSatisfying(
                            Slice.Gap.class,
                            gap -> assertThat(gap.resumeAfter().offset()).isEqualTo(11_900));
        }
    }

    @Test
    void idsAreForgottenAfterTheWindowAndByNumberAlsoAcrossARestart() {
        try (var log = open(ROOMY)) {
            append(log, "old");
            millis += Duration.ofMinutes(30).toMillis();
            append(log, "new");
        }
        millis += Duration.ofMinutes(30).toMillis();
        try (var log = open(ROOMY)) {
            assertThat(append(log, "old").getFirst()).isInstanceOf(Appended.Stored.class);
            assertThat(append(log, "new").getFirst()).isInstanceOf(Appended.Duplicate.class);
            append(log, numbered(0, 10));
        }
        try (var log = open(config(1_000_000, 10, false))) {
            assertThat(append(log, "e0").getFirst()).isInstanceOf(Appended.Duplicate.class);
            assertThat(append(log, "new").getFirst()).isInstanceOf(Appended.Stored.class);
        }
    }

    @Test
    void aClockThatWasSetBackWhileItWasStoppedForgetsAndRepeatsNothing() {
        Cursor first;
        try (var log = open(ROOMY)) {
            first = append(log, "a").getFirst().cursor();
        }
        millis = 1_000;
        try (var log = open(ROOMY)) {
            assertThat(append(log, "a")).containsExactly(new Appended.Duplicate(first));
            assertThat(append(log, "b").getFirst().cursor().offset()).isEqualTo(2);

            assertThat(ids(read(log, 0))).containsExactly("a", "b");
            assertThat(read(log, 0)).extracting(Entry::atMillis).isSorted();
        }
    }

    @Test
    void aRestoredBackupTakesANewEpoch() throws IOException {
        Path backup = directory.resolveSibling(directory.getFileName() + ".backup");
        Cursor lost;
        try (var log = open(ROOMY)) {
            append(log, "a");
        }
        Files.copy(directory.resolve("atalaya.db"), backup);
        try (var log = open(ROOMY)) {
            lost = append(log, "b").getFirst().cursor();
        }
        Files.move(backup, directory.resolve("atalaya.db"), StandardCopyOption.REPLACE_EXISTING);

        try (var log = open(ROOMY)) {
            Cursor other = append(log, "c").getFirst().cursor();
            assertThat(other.offset()).isEqualTo(lost.offset());
            assertThat(other.epoch()).isNotEqualTo(lost.epoch());
            assertThat(log.read(TENANT, lost, 10))
                    .isInstanceOfSatisfying(
                            Slice.Gap.class, gap -> assertThat(gap.reason()).isEqualTo(Slice.Reason.EPOCH));
            assertThat(ids(read(log, 0))).containsExactly("a", "c");
        }
    }

    @Test
    void aFileThatComesWithoutItsMarkTakesANewEpoch() throws IOException {
        long epoch;
        try (var log = open(ROOMY)) {
            epoch = append(log, "a").getFirst().cursor().epoch();
        }
        Files.delete(directory.resolve("atalaya.db.mark"));

        try (var log = open(ROOMY)) {
            assertThat(log.head(TENANT).epoch()).isNotEqualTo(epoch);
        }
    }

    @Test
    void itsEpochStaysWhenNothingIsMissing() {
        long epoch;
        try (var log = open(ROOMY)) {
            epoch = append(log, "a").getFirst().cursor().epoch();
        }
        try (var log = open(ROOMY)) {
            assertThat(log.head(TENANT)).isEqualTo(new Cursor(epoch, 1));
        }
    }

    @Test
    void aSecondGatewayIsKeptOut() {
        try (var log = open(ROOMY)) {
            assertThatThrownBy(() -> open(ROOMY))
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("in use by another gateway");
            append(log, "a");
        }
        open(ROOMY).close();
    }

    @Test
    void aFileOfANewerVersionIsRefusedAndLeftAlone() throws SQLException {
        open(ROOMY).close();
        sql("PRAGMA user_version = 99");

        assertThatThrownBy(() -> open(ROOMY))
                .isInstanceOf(LogException.class)
                .hasMessageContaining("schema version 99")
                .hasMessageContaining("expected: at most " + Schema.VERSION);
        sql("PRAGMA user_version = " + Schema.VERSION);
        open(ROOMY).close();
    }

    @Test
    void aDatabaseOfAnotherProgramIsRefused() throws SQLException {
        sql("CREATE TABLE somebody(x)");

        assertThatThrownBy(() -> open(ROOMY)).isInstanceOf(LogException.class).hasMessageContaining("another program");
    }

    @Test
    void aFileThatIsNoDatabaseIsRefused() throws IOException {
        Files.writeString(directory.resolve("atalaya.db"), "x".repeat(10_000));

        assertThatThrownBy(() -> open(ROOMY)).isInstanceOf(LogException.class).hasMessageContaining("atalaya.db");
    }

    @Test
    void anOperatorCanReadTheEventsWithSql() throws SQLException {
        try (var log = open(ROOMY)) {
            append(log, "a");
        }

        assertThat(value("SELECT json_extract(body, '$.dish') FROM events WHERE tenant = '1' AND id = 'a'"))
                .isEqualTo("ñoquis");
        assertThat(value("SELECT json_extract(scope, '$.sector_id') FROM events"))
                .isEqualTo("5");
        assertThat(value("SELECT id, type, body FROM events"
                        + " WHERE pack > (SELECT max(first) FROM packs) - 300 ORDER BY offset DESC LIMIT 10"))
                .isEqualTo("a");
        assertThat(value("SELECT datetime(ts_ms / 1000, 'unixepoch') FROM events"))
                .isEqualTo("2023-11-14 22:13:20");
    }

    @Test
    void aFullDiskRefusesAppendsUntilThereIsRoomAgain() {
        try (var log = open(ROOMY)) {
            append(log, "a");
            long pages = log.store().transact(c -> SqliteFile.number(c, "PRAGMA page_count"));
            log.store().transact(c -> SqliteFile.number(c, "PRAGMA max_page_count = " + (pages + 2)));

            assertThatThrownBy(() -> append(log, numbered(0, 5_000)))
                    .hasCauseInstanceOf(LogException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            LogException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(LogException.Reason.UNAVAILABLE));
            assertThat(log.totals().logged()).isEqualTo(1);
            assertThat(ids(read(log, 0))).containsExactly("a");

            log.store().transact(c -> SqliteFile.number(c, "PRAGMA max_page_count = 1000000"));
            assertThat(append(log, numbered(0, 5_000))).hasOnlyElementsOfType(Appended.Stored.class);
            assertThat(read(log, 0)).hasSize(5_001);
        }
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = connection()) {
            SqliteFile.execute(connection, statement);
        }
    }

    private String value(String query) throws SQLException {
        try (Connection connection = connection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            return row.getString(1);
        }
    }

    private Connection connection() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("atalaya.db"));
    }
}
