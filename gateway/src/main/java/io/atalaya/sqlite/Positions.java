package io.atalaya.sqlite;

import io.atalaya.event.Cursor;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/**
 * Log positions as row numbers, in their order: the log of the file itself has its offsets, events that the archive
 * takes from other logs (or from a log that another store keeps) stand in ranges of their own. Thread-safe: readers see
 * an unmodifiable map, which is replaced when another log is met.
 */
public final class Positions {
    private static final int OFFSET_BITS = 42;
    private static final long LABELS = 1L << 20;

    /** The first row number beyond those of the log of the file. */
    public static final long OWN_END = 1L << OFFSET_BITS;

    /** Epochs to labels, the upper bits of row numbers; ordered alike. */
    private volatile TreeMap<Long, Long> labels;

    public Positions(Connection connection, long ownEpoch) throws SQLException {
        var known = new TreeMap<Long, Long>();
        try (Statement statement = connection.createStatement();
                ResultSet log = statement.executeQuery("SELECT epoch, label FROM logs")) {
            while (log.next()) {
                known.put(log.getLong(1), log.getLong(2));
            }
        }
        known.put(ownEpoch, 0L);
        labels = known;
    }

    /** Whether positions of this epoch have row numbers. */
    public boolean knows(long epoch) {
        return labels.containsKey(epoch);
    }

    /**
     * The row number of a position. That of a log never met stands between those of its neighbours, where no event is.
     */
    public long row(Cursor position) {
        Long label = labels.get(position.epoch());
        if (label != null) {
            return (label << OFFSET_BITS) + Math.min(position.offset(), OWN_END - 1);
        }
        Map.Entry<Long, Long> below = labels.lowerEntry(position.epoch());
        return below == null ? Long.MIN_VALUE : (below.getValue() << OFFSET_BITS) + OWN_END - 1;
    }

    /** The position of a row that is there. */
    public Cursor cursor(long row) {
        long label = row >> OFFSET_BITS;
        for (Map.Entry<Long, Long> log : labels.entrySet()) {
            if (log.getValue() == label) {
                return new Cursor(log.getKey(), row & (OWN_END - 1));
            }
        }
        throw new IllegalStateException("row %d: of no known log (expected: one of %s)".formatted(row, labels));
    }

    /** The key of a row's log in tables that count by log. */
    public static long label(long row) {
        return row >> OFFSET_BITS;
    }

    /** Gives a log its range; called by the writer, in a transaction of its own. */
    public void add(Connection connection, long epoch) throws SQLException {
        var known = new TreeMap<>(labels);
        if (known.containsKey(epoch)) {
            return;
        }
        Map.Entry<Long, Long> below = known.lowerEntry(epoch);
        Map.Entry<Long, Long> above = known.higherEntry(epoch);
        long low = below == null ? -LABELS : below.getValue();
        long high = above == null ? LABELS : above.getValue();
        long label = low + (high - low) / 2;
        if (label == low || label == high) {
            throw new SQLException(
                    "archive: no room for events of another log between %s and %s".formatted(below, above));
        }
        SqliteFile.execute(connection, "INSERT INTO logs(label, epoch) VALUES(%d, %d)".formatted(label, epoch));
        known.put(epoch, label);
        labels = known;
    }
}
