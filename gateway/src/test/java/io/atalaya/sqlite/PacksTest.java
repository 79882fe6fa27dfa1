package io.atalaya.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacksTest {
    @TempDir
    Path directory;

    private SqliteFile file;
    private Connection connection;
    private Packs packs;

    @BeforeEach
    void open() throws SQLException {
        file = SqliteFile.open(directory);
        connection = file.writer();
        packs = new Packs(connection);
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
        file.close();
    }

    private static Entry entry(long number) {
        return new Entry(
                new Cursor(1, 1),
                number,
                new Event(
                        new TenantId("t"),
                        new EventId("e" + number),
                        "TYPE",
                        Map.of(),
                        new Event.Body("{".getBytes(UTF_8)),
                        Instant.EPOCH,
                        0,
                        true));
    }

    private void insert(long first, int events) throws SQLException {
        packs.insert(
                first,
                LongStream.range(first, first + events)
                        .mapToObj(PacksTest::entry)
                        .toList());
    }

    /** The rows of events from here to there, as their contents tell. */
    private List<Long> between(long first, long last) throws SQLException {
        var rows = new ArrayList<Long>();
        packs.between(first, last, (pack, row) -> {
            assertThat(pack.id(row)).isEqualTo("e" + row);
            return rows.add(row);
        });
        return rows;
    }

    @Test
    void manyEventsAreSeveralPacksAndReadAsOneRun() throws SQLException {
        insert(5, 1_000);

        assertThat(SqliteFile.number(connection, "SELECT count(*) FROM packs")).isBetween(4L, 20L);
        assertThat(between(1, 2_000))
                .isEqualTo(LongStream.range(5, 1_005).boxed().toList());
        assertThat(between(300, 302)).containsExactly(300L, 301L, 302L);
        assertThat(packs.around(4)).isEmpty();
        assertThat(packs.around(1_005)).isEmpty();
        assertThat(packs.around(1_004).orElseThrow().id(1_004)).isEqualTo("e1004");
        assertThat(packs.thereUntil(4)).isEqualTo(3);
        assertThat(packs.thereUntil(5)).isGreaterThan(5);
        assertThat(Packs.newest(connection).orElseThrow().last()).isEqualTo(1_004);
    }

    @Test
    void aLookEndsWhenItHasSeenEnough() throws SQLException {
        insert(1, 600);
        var seen = new ArrayList<Long>();

        packs.between(1, 600, (_, row) -> seen.add(row) && seen.size() < 3);

        assertThat(seen).containsExactly(1L, 2L, 3L);
    }

    @RepeatedTest(20)
    void packsGoWhenNobodyNeedsAnyOfTheirEvents(RepetitionInfo repetition) throws SQLException {
        var random = new Random(repetition.getCurrentRepetition());
        var last = new TreeMap<Long, Long>();
        long row = random.nextBoolean() ? 1 : Positions.OWN_END + 1;
        long begin = row;
        for (int pack = 0; pack < 40; pack++) {
            row += random.nextLong(3) * random.nextInt(50);
            int events = 1 + random.nextInt(pack % 5 == 0 ? 250 : 20);
            insert(row, events);
            last.put(row, row + events - 1);
            row += events;
        }
        NavigableSet<Long> needed = needs(random, begin, row);
        long after = random.nextLong(begin, row);
        long to = random.nextLong(after, row);

        packs.deleteUpTo(after, to);
        last.entrySet()
                .removeIf(pack -> pack.getValue() > after
                        && pack.getValue() <= to
                        && isFree(pack.getKey(), pack.getValue(), needed));
        expect(last);

        long floor = random.nextLong(begin, row);
        var released = new TreeSet<Long>();
        for (int i = random.nextInt(30); i > 0; i--) {
            released.add(random.nextLong(begin, row));
        }
        packs.release(released, floor);
        last.entrySet()
                .removeIf(pack -> !released.subSet(pack.getKey(), true, pack.getValue(), true)
                                .isEmpty()
                        && (pack.getValue() <= floor || pack.getValue() >= Positions.OWN_END)
                        && isFree(pack.getKey(), pack.getValue(), needed));
        expect(last);
    }

    /** Some events that the archive needs, in each of its three ways. */
    private NavigableSet<Long> needs(Random random, long begin, long end) throws SQLException {
        var needed = new TreeSet<Long>();
        for (int i = 0; i < 12; i++) {
            long at = random.nextLong(begin, end);
            int events = 1;
            switch (i % 3) {
                case 0 ->
                    execute("INSERT OR IGNORE INTO archived(position, at_ms, ts_us, tenant, type, id_hash)"
                            + " VALUES(%d, 0, 0, 't', 'TYPE', 0)".formatted(at));
                case 1 ->
                    execute("INSERT OR IGNORE INTO dead_letters(position, at_ms, code, text, attempts, buried_ms)"
                            + " VALUES(%d, 0, '', '', 1, 0)".formatted(at));
                default -> {
                    events = 1 + random.nextInt(60);
                    execute("INSERT OR REPLACE INTO segments(first, events, words, columns) VALUES(%d, %d, x'', x'')"
                            .formatted(at, events));
                }
            }
            LongStream.range(at, at + events).forEach(needed::add);
        }
        return needed;
    }

    private static boolean isFree(long first, long last, NavigableSet<Long> needed) {
        return needed.subSet(first, true, last, true).isEmpty();
    }

    private void execute(String sql) throws SQLException {
        SqliteFile.execute(connection, sql);
    }

    private void expect(SortedMap<Long, Long> last) throws SQLException {
        var rows = new ArrayList<Long>();
        last.forEach((from, to) -> LongStream.rangeClosed(from, to).forEach(rows::add));
        assertThat(between(Long.MIN_VALUE + 1, Long.MAX_VALUE - 1)).isEqualTo(rows);
    }
}
