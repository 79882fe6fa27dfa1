package io.atalaya.sqlite.archive;

import io.atalaya.archive.Archive.Purged;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.Rejection;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.EventInsert;
import io.atalaya.sqlite.IdHash;
import io.atalaya.sqlite.Meta;
import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.Prepared;
import io.atalaya.sqlite.SqliteStore;
import io.atalaya.sqlite.archive.Tally.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Changes what is archived. Confined to the writer; every method is part of one of its transactions. */
final class ArchiveRows {
    private static final int ROWS = 16;

    private final Connection connection;
    private final Positions positions;
    private final IdHash hash;
    private final ArchiveFields fields;
    private final List<String> members;
    private final EventInsert events;
    private final Tally.Statements tallies;
    private final Prepared many;
    private final Prepared one;
    private final Prepared taken;
    private final Prepared present;
    private final Prepared bury;
    private final Prepared archived;
    private final Prepared oldestLetters;
    private final Prepared forget;
    private final Prepared forgetLetter;
    private final Prepared forgetEvent;

    ArchiveRows(Connection connection, SqliteStore store, ArchiveFields fields, Members columns) {
        this.connection = connection;
        this.positions = store.positions();
        this.hash = store.file().idHash();
        this.fields = fields;
        this.members = List.copyOf(new TreeMap<>(columns.slots()).keySet());
        this.events = new EventInsert(connection, "events");
        this.tallies = new Tally.Statements(connection);
        many = new Prepared(connection, insert(columns, ROWS));
        one = new Prepared(connection, insert(columns, 1));
        taken = new Prepared(
                connection,
                "SELECT position FROM archived WHERE position BETWEEN ?1 AND ?2"
                        + " UNION ALL SELECT position FROM dead_letters WHERE position BETWEEN ?1 AND ?2");
        present = new Prepared(connection, "SELECT count(*) FROM events WHERE offset BETWEEN ? AND ?");
        bury = new Prepared(
                connection,
                "INSERT INTO dead_letters(position, at_ms, code, text, attempts, buried_ms) VALUES(?, ?, ?, ?, 1, ?)");
        archived = new Prepared(connection, "SELECT at_ms, tenant, type, counted FROM archived WHERE position = ?");
        oldestLetters = new Prepared(
                connection, "SELECT position FROM dead_letters WHERE at_ms < ? ORDER BY at_ms, position LIMIT ?");
        forget = new Prepared(connection, "DELETE FROM archived WHERE position = ?");
        forgetLetter = new Prepared(connection, "DELETE FROM dead_letters WHERE position = ?");
        forgetEvent = new Prepared(connection, "DELETE FROM events WHERE offset = ?");
    }

    private String insert(Members columns, int rows) {
        var sql = new StringBuilder("INSERT INTO archived(position, at_ms, ts_us, tenant, type, id_hash, counted");
        members.forEach(member -> sql.append(", ").append(columns.column(member)));
        String row = "(?, ?, ?, ?, ?, ?, ?" + ", ?".repeat(members.size()) + ")";
        return sql.append(") VALUES")
                .append(String.join(",", java.util.Collections.nCopies(rows, row)))
                .toString();
    }

    /** Archives what is neither archived nor buried. Returns how many that were. */
    int store(List<Entry> entries) throws SQLException {
        Map<Long, Entry> fresh = fresh(entries);
        if (fresh.isEmpty()) {
            return 0;
        }
        keepEvents(fresh);
        insert(fresh);
        var tally = new Tally();
        fresh.forEach((row, entry) -> {
            tally.count(row, State.ARCHIVED, 1);
            count(tally, row, entry);
        });
        tally.write(tallies);
        return fresh.size();
    }

    private void count(Tally tally, long row, Entry entry) {
        tally.comes(row, entry.atMillis(), EventQuery.Time.EVENT.of(entry));
        Event event = entry.event();
        String counted = fields.statistics().map(event.scope()::get).orElse(null);
        tally.event(entry.atMillis(), event.tenant().value(), event.type(), counted, 1);
    }

    /** By row number, each once. */
    private Map<Long, Entry> fresh(List<Entry> entries) throws SQLException {
        var fresh = new TreeMap<Long, Entry>();
        for (Entry entry : entries) {
            fresh.putIfAbsent(positions.row(entry.cursor()), entry);
        }
        if (fresh.isEmpty()) {
            return fresh;
        }
        if (isDense(fresh)) {
            fresh.keySet().removeAll(takenBetween(fresh.firstKey(), fresh.lastKey()));
        } else {
            var takenRows = new ArrayList<Long>();
            for (long row : fresh.keySet()) {
                takenRows.addAll(takenBetween(row, row));
            }
            takenRows.forEach(fresh::remove);
        }
        return fresh;
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
        return found;
    }

    /** The log of this file has written its events itself; those of another log are written here. */
    private void keepEvents(Map<Long, Entry> fresh) throws SQLException {
        var rows = new TreeMap<>(fresh);
        if (isDense(rows) && presentBetween(rows.firstKey(), rows.lastKey()) == rows.lastKey() - rows.firstKey() + 1) {
            return;
        }
        for (Map.Entry<Long, Entry> one : rows.entrySet()) {
            events.insertMissing(one.getKey(), one.getValue());
        }
    }

    private long presentBetween(long first, long last) throws SQLException {
        PreparedStatement query = present.statement();
        query.setLong(1, first);
        query.setLong(2, last);
        try (ResultSet row = query.executeQuery()) {
            return row.getLong(1);
        }
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

    private void insert(Map<Long, Entry> fresh) throws SQLException {
        var rows = List.copyOf(fresh.entrySet());
        int at = 0;
        for (; at + ROWS <= rows.size(); at += ROWS) {
            insert(many.statement(), rows.subList(at, at + ROWS));
        }
        for (; at < rows.size(); at++) {
            insert(one.statement(), rows.subList(at, at + 1));
        }
    }

    private void insert(PreparedStatement statement, List<Map.Entry<Long, Entry>> rows) throws SQLException {
        int parameter = 1;
        for (Map.Entry<Long, Entry> row : rows) {
            Entry entry = row.getValue();
            Event event = entry.event();
            statement.setLong(parameter++, row.getKey());
            statement.setLong(parameter++, entry.atMillis());
            statement.setLong(parameter++, EventQuery.Time.EVENT.of(entry));
            statement.setString(parameter++, event.tenant().value());
            statement.setString(parameter++, event.type());
            statement.setLong(parameter++, hash.of(event.tenant(), event.id()).first());
            statement.setString(
                    parameter++, fields.statistics().map(event.scope()::get).orElse(null));
            for (String member : members) {
                statement.setString(parameter++, event.scope().get(member));
            }
        }
        statement.executeUpdate();
    }

    /** Keeps an event as a dead letter. Whether it is a new one. */
    boolean bury(Entry entry, Rejection rejection, long nowMillis) throws SQLException {
        Map<Long, Entry> fresh = fresh(List.of(entry));
        if (fresh.isEmpty()) {
            return false;
        }
        keepEvents(fresh);
        long row = fresh.keySet().iterator().next();
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
        insert(Map.of(row, entry));
        var tally = new Tally();
        tally.count(row, State.DEAD_LETTERED, -1);
        tally.count(row, State.ARCHIVED, 1);
        count(tally, row, entry);
        tally.write(tallies);
        return true;
    }

    /** Deletes a dead letter. Whether there was one. */
    boolean discard(long row) throws SQLException {
        if (update(forgetLetter, row) == 0) {
            return false;
        }
        var tally = new Tally();
        discarded(tally, row, Meta.number(connection, Meta.FLOOR));
        tally.write(tallies);
        return true;
    }

    private void discarded(Tally tally, long row, long floor) throws SQLException {
        tally.count(row, State.DEAD_LETTERED, -1);
        tally.count(row, State.DISCARDED, 1);
        releaseEvent(row, floor);
    }

    /** What the log still keeps, it deletes itself. */
    private void releaseEvent(long row, long floor) throws SQLException {
        if (row <= floor || row >= Positions.OWN_END) {
            update(forgetEvent, row);
        }
    }

    Purged purge(long beforeMillis, int most) throws SQLException {
        long floor = Meta.number(connection, Meta.FLOOR);
        var tally = new Tally();
        var oldest = new Buckets.Selection(
                EventQuery.Time.ARRIVAL,
                EventQuery.Order.OLDEST_FIRST,
                Buckets.BY_POSITION,
                new Condition().and("at_ms < ?", beforeMillis),
                Long.MIN_VALUE,
                beforeMillis);
        List<Buckets.Row> rows = Buckets.first(connection, oldest, most);
        for (Buckets.Row row : rows) {
            purge(row.position(), tally);
            releaseEvent(row.position(), floor);
        }
        List<Long> letters = rows.size() < most ? oldestLetters(beforeMillis, most - rows.size()) : List.of();
        for (long row : letters) {
            update(forgetLetter, row);
            discarded(tally, row, floor);
        }
        tally.write(tallies);
        return new Purged(rows.size(), letters.size());
    }

    private void purge(long position, Tally tally) throws SQLException {
        PreparedStatement query = archived.statement();
        query.setLong(1, position);
        try (ResultSet row = query.executeQuery()) {
            tally.event(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), -1);
        }
        tally.goes(position);
        tally.count(position, State.ARCHIVED, -1);
        tally.count(position, State.PURGED, 1);
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
