package io.atalaya.sqlite.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.archive.Archive.Purged;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.Rejection;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.EventReader;
import io.atalaya.sqlite.Meta;
import io.atalaya.sqlite.Packs;
import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.Prepared;
import io.atalaya.sqlite.archive.ArchiveBatch.Placed;
import io.atalaya.sqlite.archive.Tally.State;
import io.atalaya.sqlite.segment.Filter;
import io.atalaya.sqlite.segment.Row;
import io.atalaya.sqlite.segment.Segment;
import io.atalaya.sqlite.segment.Sieve;
import io.atalaya.sqlite.segment.Words;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** Changes what is archived. Confined to the writer; every method is part of one of its transactions. */
final class ArchiveRows {
    private static final int ROWS = 16;
    private static final EventReader.Limit ALL = new EventReader.Limit(Integer.MAX_VALUE, Long.MAX_VALUE);

    /** What every segment is known to have. */
    private static final String SEGMENTS_HAVE = "segments_have";

    private final Connection connection;
    private final Positions positions;
    private final ArchiveBatch.Maker maker;
    private final EventReader reader;
    private final Segments segments;
    private final Members columns;
    private final Packs packs;
    private final Tally.Statements tallies;
    private final Prepared many;
    private final Prepared one;
    private final Prepared taken;
    private final Prepared bury;
    private final Prepared archived;
    private final Prepared oldestLetters;
    private final Prepared forget;
    private final Prepared forgetLetter;

    ArchiveRows(Connection connection, ArchiveBatch.Maker maker, Members columns) {
        this.connection = connection;
        this.positions = maker.positions();
        this.maker = maker;
        this.columns = columns;
        this.reader = new EventReader(connection, positions);
        this.segments = new Segments(connection);
        this.packs = new Packs(connection);
        this.tallies = new Tally.Statements(connection);
        many = new Prepared(connection, insert(ROWS));
        one = new Prepared(connection, insert(1));
        taken = new Prepared(
                connection,
                "SELECT position FROM archived WHERE position BETWEEN ?1 AND ?2"
                        + " UNION ALL SELECT position FROM dead_letters WHERE position BETWEEN ?1 AND ?2");
        bury = new Prepared(
                connection,
                "INSERT INTO dead_letters(position, at_ms, code, text, attempts, buried_ms) VALUES(?, ?, ?, ?, 1, ?)");
        archived = new Prepared(connection, "SELECT at_ms, tenant, type, counted FROM archived WHERE position = ?");
        oldestLetters = new Prepared(
                connection, "SELECT position FROM dead_letters WHERE at_ms < ? ORDER BY at_ms, position LIMIT ?");
        forget = new Prepared(connection, "DELETE FROM archived WHERE position = ?");
        forgetLetter = new Prepared(connection, "DELETE FROM dead_letters WHERE position = ?");
    }

    private String insert(int rows) {
        var sql = new StringBuilder("INSERT INTO archived(position, at_ms, ts_us, tenant, type, id_hash, counted");
        maker.members().forEach(member -> sql.append(", ").append(columns.column(member)));
        String row = "(?, ?, ?, ?, ?, ?, ?" + ", ?".repeat(maker.members().size()) + ")";
        return sql.append(") VALUES")
                .append(String.join(",", java.util.Collections.nCopies(rows, row)))
                .toString();
    }

    /** Archives what is neither archived nor buried. Returns how many that were. */
    int store(ArchiveBatch wanted) throws SQLException {
        ArchiveBatch batch = fresh(wanted);
        if (batch.entries().isEmpty()) {
            return 0;
        }
        keepEvents(batch.entries());
        for (Segment segment : batch.segments()) {
            segments.put(segment);
        }
        insert(batch.rows());
        batch.tally().write(tallies);
        return batch.entries().size();
    }

    private ArchiveBatch fresh(ArchiveBatch wanted) throws SQLException {
        NavigableMap<Long, Entry> entries = wanted.entries();
        if (entries.isEmpty()) {
            return wanted;
        }
        var known = new ArrayList<Long>();
        if (isDense(entries)) {
            known.addAll(takenBetween(entries.firstKey(), entries.lastKey()));
        } else {
            for (long row : entries.keySet()) {
                known.addAll(takenBetween(row, row));
            }
        }
        if (known.isEmpty()) {
            return wanted;
        }
        var fresh = new TreeMap<>(entries);
        known.forEach(fresh::remove);
        return maker.of(fresh);
    }

    private static boolean isDense(NavigableMap<Long, Entry> rows) {
        return rows.lastKey() - rows.firstKey() < 2L * rows.size();
    }

    private List<Long> takenBetween(long first, long last) throws SQLException {
        PreparedStatement query = taken.statement();
        query.setLong(1, first);
        query.setLong(2, last);
        var found = new ArrayList<Long>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                found.add(row.getLong(1));
            }
        }
        for (Segments.Run run : segments.between(first, last)) {
            LongStream.rangeClosed(Math.max(first, run.first()), Math.min(last, run.last()))
                    .forEach(found::add);
        }
        return found;
    }

    /** The log of this file has written its events itself; those of another log are written here. */
    private void keepEvents(NavigableMap<Long, Entry> rows) throws SQLException {
        var missing = new ArrayList<Entry>();
        long there = Long.MIN_VALUE;
        long before = Long.MIN_VALUE;
        for (Map.Entry<Long, Entry> one : rows.entrySet()) {
            long row = one.getKey();
            there = row > there ? packs.thereUntil(row) : there;
            if (row <= there || row != before + 1) {
                packs.insert(before + 1 - missing.size(), missing);
                missing.clear();
            }
            if (row > there) {
                missing.add(one.getValue());
            }
            before = row;
        }
        packs.insert(before + 1 - missing.size(), missing);
    }

    /** Notes how far the log of this file has been taken without a gap. Returns that offset. */
    long confirm(List<Entry> entries) throws SQLException {
        long before = Meta.number(connection, Meta.CONFIRMED);
        long confirmed = before;
        for (long row : entries.stream()
                .mapToLong(entry -> positions.row(entry.cursor()))
                .filter(row -> row > before && row < Positions.OWN_END)
                .sorted()
                .toArray()) {
            if (row > confirmed + 1) {
                break;
            }
            confirmed = row;
        }
        if (confirmed > before) {
            Meta.write(connection, Meta.CONFIRMED, confirmed);
        }
        return confirmed;
    }

    private void insert(List<Placed> rows) throws SQLException {
        int at = 0;
        for (; at + ROWS <= rows.size(); at += ROWS) {
            insert(many.statement(), rows.subList(at, at + ROWS));
        }
        for (; at < rows.size(); at++) {
            insert(one.statement(), rows.subList(at, at + 1));
        }
    }

    private void insert(PreparedStatement statement, List<Placed> rows) throws SQLException {
        int parameter = 1;
        for (Placed placed : rows) {
            Entry entry = placed.entry();
            Event event = entry.event();
            statement.setLong(parameter++, placed.row());
            statement.setLong(parameter++, entry.atMillis());
            statement.setLong(parameter++, EventQuery.Time.EVENT.of(entry));
            statement.setString(parameter++, event.tenant().value());
            statement.setString(parameter++, event.type());
            statement.setLong(
                    parameter++, maker.hash().of(event.tenant(), event.id()).first());
            statement.setString(
                    parameter++,
                    maker.fields().statistics().map(event.scope()::get).orElse(null));
            for (String member : maker.members()) {
                statement.setString(parameter++, event.scope().get(member));
            }
        }
        statement.executeUpdate();
    }

    /** Keeps an event as a dead letter. Whether it is a new one. */
    boolean bury(Entry entry, Rejection rejection, long nowMillis) throws SQLException {
        NavigableMap<Long, Entry> fresh = fresh(maker.of(List.of(entry))).entries();
        if (fresh.isEmpty()) {
            return false;
        }
        keepEvents(fresh);
        long row = fresh.firstKey();
        PreparedStatement statement = bury.statement();
        statement.setLong(1, row);
        statement.setLong(2, entry.atMillis());
        statement.setString(3, rejection.code());
        statement.setString(4, rejection.text());
        statement.setLong(5, nowMillis);
        statement.executeUpdate();
        var tally = new Tally();
        tally.count(row, State.DEAD_LETTERED, 1);
        tally.write(tallies);
        return true;
    }

    /** Archives a dead letter. Whether there was one. */
    boolean redrive(Entry entry) throws SQLException {
        long row = positions.row(entry.cursor());
        if (update(forgetLetter, row) == 0) {
            return false;
        }
        insert(List.of(new Placed(row, entry)));
        var tally = new Tally();
        tally.count(row, State.DEAD_LETTERED, -1);
        tally.count(row, State.ARCHIVED, 1);
        maker.count(tally, row, entry);
        tally.write(tallies);
        return true;
    }

    /** Deletes a dead letter. Whether there was one. */
    boolean discard(long row) throws SQLException {
        if (update(forgetLetter, row) == 0) {
            return false;
        }
        var tally = new Tally();
        discarded(tally, row);
        tally.write(tallies);
        release(new TreeSet<>(Set.of(row)));
        return true;
    }

    private static void discarded(Tally tally, long row) {
        tally.count(row, State.DEAD_LETTERED, -1);
        tally.count(row, State.DISCARDED, 1);
    }

    private void release(NavigableSet<Long> gone) throws SQLException {
        packs.release(gone, Meta.number(connection, Meta.FLOOR));
    }

    Purged purge(long beforeMillis, int most) throws SQLException {
        var tally = new Tally();
        var oldest = new Selection(connection, maker.hash(), Filter.before(beforeMillis), columns, Buckets.BY_POSITION);
        List<Row> rows = oldest.first(0, most);
        var going = new TreeSet<Long>();
        rows.forEach(row -> going.add(row.position()));
        Set<Long> gone = purgeSegments(going, tally);
        for (long row : going) {
            if (!gone.contains(row)) {
                purge(row, tally);
            }
        }
        List<Long> letters = rows.size() < most ? oldestLetters(beforeMillis, most - rows.size()) : List.of();
        for (long row : letters) {
            update(forgetLetter, row);
            discarded(tally, row);
            going.add(row);
        }
        tally.write(tallies);
        release(going);
        return new Purged(rows.size(), letters.size());
    }

    /** Segments of which all rows go, go as a whole; those of which some go become rows. Returns the rows gone. */
    private Set<Long> purgeSegments(NavigableSet<Long> going, Tally tally) throws SQLException {
        var gone = new HashSet<Long>();
        for (long at = Long.MIN_VALUE; going.higher(at) != null; ) {
            long next = Objects.requireNonNull(going.higher(at));
            at = next;
            for (Segments.Run run : segments.between(next, next)) {
                List<Entry> entries = entries(run);
                segments.delete(run);
                if (going.subSet(run.first(), true, run.last(), true).size() < run.events()) {
                    insert(placed(entries));
                } else {
                    forget(entries, tally);
                    gone.addAll(going.subSet(run.first(), true, run.last(), true));
                }
                at = run.last();
            }
        }
        return gone;
    }

    private void forget(List<Entry> entries, Tally tally) {
        for (Placed placed : placed(entries)) {
            maker.tally(tally, placed.entry(), -1);
            gone(tally, placed.row());
        }
    }

    private static void gone(Tally tally, long row) {
        tally.goes(row);
        tally.count(row, State.ARCHIVED, -1);
        tally.count(row, State.PURGED, 1);
    }

    private List<Placed> placed(List<Entry> entries) {
        return entries.stream()
                .map(entry -> new Placed(positions.row(entry.cursor()), entry))
                .toList();
    }

    private List<Entry> entries(Segments.Run run) throws SQLException {
        List<Entry> entries = reader.ofAll(run.first() - 1, run.last(), ALL);
        if (entries.size() != run.events()) {
            throw new SQLException(
                    "archive: %d events from %d (expected: %d)".formatted(entries.size(), run.first(), run.events()));
        }
        return entries;
    }

    /**
     * Brings segments in line with the members that events are found and counted by, reading the events again where their
     * segments do not have them all.
     *
     * @param recount whether events have not been counted by this member yet
     */
    void renewSegments(boolean recount) throws SQLException {
        String wanted = "sieves, members: " + String.join(",", maker.members());
        byte[] before = Meta.bytes(connection, SEGMENTS_HAVE);
        if (!recount && before != null && new String(before, UTF_8).equals(wanted)) {
            return;
        }
        var tally = new Tally();
        long behind = Long.MIN_VALUE;
        for (var next = segments.next(behind); next.isPresent(); next = segments.next(behind)) {
            Segments.Run run = next.get().run();
            behind = run.first();
            renew(next.get());
            if (recount) {
                entries(run).forEach(entry -> maker.recount(tally, entry));
            }
        }
        tally.write(tallies);
        Meta.write(connection, SEGMENTS_HAVE, wanted);
    }

    private void renew(Segments.Worded segment) throws SQLException {
        Segments.Run run = segment.run();
        if (Words.names(segment.words()).containsAll(maker.members())) {
            segments.putSieve(run.first(), Sieve.of(segment.words(), maker.hash()));
        } else {
            segments.put(maker.segment(run.first(), entries(run)));
        }
    }

    private void purge(long position, Tally tally) throws SQLException {
        PreparedStatement query = archived.statement();
        query.setLong(1, position);
        try (ResultSet row = query.executeQuery()) {
            tally.event(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), -1);
        }
        gone(tally, position);
        update(forget, position);
    }

    private List<Long> oldestLetters(long beforeMillis, int most) throws SQLException {
        PreparedStatement query = oldestLetters.statement();
        query.setLong(1, beforeMillis);
        query.setInt(2, most);
        var rows = new ArrayList<Long>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                rows.add(row.getLong(1));
            }
        }
        return rows;
    }

    private static int update(Prepared statement, long row) throws SQLException {
        PreparedStatement update = statement.statement();
        update.setLong(1, row);
        return update.executeUpdate();
    }
}
