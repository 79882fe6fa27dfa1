package io.atalaya.sqlite;

import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.pack.Pack;
import io.atalaya.sqlite.pack.PackBuilder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The events of the file, many in a row, as one connection sees them. Confined to the connection's owner. What stands at a
 * row number never changes, so the pack read last is kept.
 */
public final class Packs {
    private static final String COLUMNS = "SELECT first, places, text FROM packs";

    /** What is needed by the archive stays: a pack as long as one of its events does. */
    private static final String NOBODY_NEEDS_IT =
            " AND NOT EXISTS (SELECT 1 FROM archived WHERE position BETWEEN first AND first + packs.events - 1)"
                    + " AND NOT EXISTS (SELECT 1 FROM segments AS s WHERE s.first"
                    + " BETWEEN packs.first - 4095 AND packs.first + packs.events - 1"
                    + " AND s.first + s.events > packs.first)"
                    + " AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE position BETWEEN first AND first + packs.events - 1)";

    private final PackBuilder builder = new PackBuilder();
    private final Prepared insert;
    private final Prepared around;
    private final Prepared between;
    private final Prepared place;
    private final Prepared deleteWithin;
    private final Prepared delete;
    private @Nullable Pack latest;

    public Packs(Connection connection) {
        insert = new Prepared(connection, Pack.INSERT);
        around = new Prepared(connection, COLUMNS + " WHERE first <= ? ORDER BY first DESC LIMIT 1");
        between = new Prepared(
                connection,
                COLUMNS + " WHERE first >= coalesce((SELECT max(first) FROM packs WHERE first <= ?1), ?1)"
                        + " AND first <= ?2 AND first + events > ?1 ORDER BY first");
        place = new Prepared(
                connection, "SELECT first, first + events - 1 FROM packs WHERE first <= ? ORDER BY first DESC LIMIT 1");
        deleteWithin = new Prepared(
                connection,
                "DELETE FROM packs WHERE first > ?1 - " + Pack.MOST_EVENTS + " AND first <= ?2"
                        + " AND first + events - 1 BETWEEN ?1 + 1 AND ?2" + NOBODY_NEEDS_IT);
        delete = new Prepared(connection, "DELETE FROM packs WHERE first = ?" + NOBODY_NEEDS_IT);
    }

    /** The pack with the newest event of the file's own log. */
    public static Optional<Pack> newest(Connection connection) throws SQLException {
        return new Packs(connection).read(Positions.OWN_END - 1);
    }

    /** Writes events at consecutive rows, where none is. Part of a transaction. */
    public void insert(long firstRow, List<Entry> entries) throws SQLException {
        builder.clear();
        long row = firstRow;
        for (Entry entry : entries) {
            builder.add(entry.event(), entry.atMillis());
            if (builder.isFull()) {
                row = store(builder.build(row));
            }
        }
        if (!builder.isEmpty()) {
            store(builder.build(row));
        }
    }

    private long store(Pack pack) throws SQLException {
        PreparedStatement statement = insert.statement();
        pack.bind(statement);
        statement.executeUpdate();
        return pack.last() + 1;
    }

    /** The pack with the event of a row. */
    public Optional<Pack> around(long row) throws SQLException {
        Pack known = latest;
        return known != null && known.has(row) ? Optional.of(known) : read(row).filter(pack -> pack.has(row));
    }

    private Optional<Pack> read(long row) throws SQLException {
        PreparedStatement query = around.statement();
        query.setLong(1, row);
        try (ResultSet found = query.executeQuery()) {
            if (!found.next()) {
                return Optional.empty();
            }
            latest = pack(found);
            return Optional.of(latest);
        }
    }

    private static Pack pack(ResultSet row) throws SQLException {
        return new Pack(row.getLong(1), row.getBytes(2), row.getBytes(3));
    }

    /** Looks at events, until it has seen enough. */
    @FunctionalInterface
    public interface Look {
        /** Whether to go on with the next event. */
        boolean at(Pack pack, long row) throws SQLException;
    }

    /** Looks at events in order, from row to row, both included. */
    public void between(long firstRow, long lastRow, Look look) throws SQLException {
        PreparedStatement query = between.statement();
        query.setLong(1, firstRow);
        query.setLong(2, lastRow);
        try (ResultSet found = query.executeQuery()) {
            while (found.next()) {
                Pack pack = pack(found);
                long last = Math.min(pack.last(), lastRow);
                for (long row = Math.max(pack.first(), firstRow); row <= last; row++) {
                    if (!look.at(pack, row)) {
                        return;
                    }
                }
            }
        }
    }

    /** Where a pack stands. */
    private record Place(long first, long last) {}

    private Optional<Place> place(long row) throws SQLException {
        PreparedStatement query = place.statement();
        query.setLong(1, row);
        try (ResultSet found = query.executeQuery()) {
            return found.next()
                    ? Optional.of(new Place(found.getLong(1), found.getLong(2))).filter(at -> at.last() >= row)
                    : Optional.empty();
        }
    }

    /** The last row of the pack with the event of a row; {@code row - 1} when there is none. */
    public long thereUntil(long row) throws SQLException {
        return place(row).map(Place::last).orElse(row - 1);
    }

    /** Deletes packs that end between two rows, the second included, unless the archive needs them. */
    public int deleteUpTo(long after, long lastRow) throws SQLException {
        PreparedStatement rows = deleteWithin.statement();
        rows.setLong(1, after);
        rows.setLong(2, lastRow);
        return rows.executeUpdate();
    }

    /**
     * The archive needs these events no more. What the log keeps, and what shares a pack with it, it deletes itself.
     *
     * @param floor the log keeps its events behind this row
     */
    public void release(NavigableSet<Long> rows, long floor) throws SQLException {
        Long row = rows.isEmpty() ? null : rows.first();
        while (row != null) {
            Optional<Place> at = place(row);
            long last = at.map(Place::last).orElse(row);
            if (at.isPresent() && (last <= floor || last >= Positions.OWN_END)) {
                PreparedStatement statement = delete.statement();
                statement.setLong(1, at.get().first());
                statement.executeUpdate();
            }
            row = rows.higher(last);
        }
    }
}
