package io.atalaya.sqlite.archive;

import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Archived rows by ranges of their positions, each with its bounds of time. Stateless.
 *
 * <p>An index over all rows by the values of a member is written all over its pages; one that begins with the range is
 * written where the present range is, which stays in memory. A query looks into the ranges in the order of their bounds
 * until what is left cannot be on the page: one short look each, and time along a log rises, so it is mostly one.
 */
final class Buckets {
    /** Bits of a position within its range. */
    static final int BITS = 12;

    /** The rows of the range that is the first parameter, by their positions. */
    static final String BY_POSITION = "archived NOT INDEXED WHERE position BETWEEN (?1 << 12) AND (?1 << 12) + 4095";

    private Buckets() {}

    /** The rows of the range that is the first parameter, by an index. */
    static String by(String index) {
        return "archived INDEXED BY " + index + " WHERE (position >> 12) = ?1";
    }

    static long of(long row) {
        return row >> BITS;
    }

    /** A row with the time that the query goes by. */
    record Row(long time, long position) {
        private static final Comparator<Row> OLDEST =
                Comparator.comparingLong(Row::time).thenComparingLong(Row::position);

        static Comparator<Row> comparator(Order order) {
            return order == Order.OLDEST_FIRST ? OLDEST : OLDEST.reversed();
        }
    }

    /** A range and the bound by which it is ordered. */
    record Bucket(long number, long first) {}

    static String column(Time time) {
        return time == Time.ARRIVAL ? "at_ms" : "ts_us";
    }

    /** The first rows in an order, at most {@code most}. */
    static List<Row> first(Connection connection, Selection selection, int most) throws SQLException {
        Comparator<Row> order = Row.comparator(selection.order());
        var best = new PriorityQueue<Row>(order.reversed());
        String sql = "SELECT %1$s, position FROM %2$s ORDER BY %1$s%3$s, position%3$s LIMIT %4$d"
                .formatted(
                        column(selection.time()),
                        selection.from(),
                        selection.order() == Order.OLDEST_FIRST ? "" : " DESC",
                        most);
        try (PreparedStatement look = selection.condition().prepare(connection, sql)) {
            for (Bucket bucket : all(connection, selection)) {
                if (best.size() == most && isBehind(bucket, best.element(), selection.order())) {
                    break;
                }
                look(look, bucket, best, most);
            }
        }
        var rows = new ArrayList<>(best);
        rows.sort(order);
        return rows;
    }

    private static void look(PreparedStatement look, Bucket bucket, PriorityQueue<Row> best, int most)
            throws SQLException {
        look.setLong(1, bucket.number());
        try (ResultSet found = look.executeQuery()) {
            while (found.next()) {
                best.add(new Row(found.getLong(1), found.getLong(2)));
                if (best.size() > most) {
                    best.remove();
                }
            }
        }
    }

    private static boolean isBehind(Bucket bucket, Row worst, Order order) {
        return order == Order.OLDEST_FIRST ? bucket.first() > worst.time() : bucket.first() < worst.time();
    }

    /** How many rows are selected. */
    static long count(Connection connection, Selection selection) throws SQLException {
        long count = 0;
        try (PreparedStatement look =
                selection.condition().prepare(connection, "SELECT count(*) FROM " + selection.from())) {
            for (Bucket bucket : all(connection, selection)) {
                look.setLong(1, bucket.number());
                try (ResultSet found = look.executeQuery()) {
                    count += found.getLong(1);
                }
            }
        }
        return count;
    }

    /** The ranges that may have selected rows, those first whose rows may be the first. */
    static List<Bucket> all(Connection connection, Selection selection) throws SQLException {
        String time = selection.time() == Time.ARRIVAL ? "at" : "ts";
        String first = selection.order() == Order.OLDEST_FIRST ? "min_" + time : "max_" + time + " DESC";
        var buckets = new ArrayList<Bucket>();
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT bucket, %s FROM buckets WHERE max_%s >= ?".formatted(first.replace(" DESC", ""), time)
                        + " AND min_%s < ? ORDER BY %s".formatted(time, first))) {
            query.setLong(1, selection.lowest());
            query.setLong(2, selection.end());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    buckets.add(new Bucket(row.getLong(1), row.getLong(2)));
                }
            }
        }
        return buckets;
    }

    /**
     * Which rows, in which order.
     *
     * @param from {@link #BY_POSITION} or {@link #by}
     * @param lowest the lowest time that can be selected
     * @param end the lowest time beyond
     */
    record Selection(Time time, Order order, String from, Condition condition, long lowest, long end) {
        /** Without the ranges that are wholly before a time in the order. */
        Selection startingAt(long value) {
            return order == Order.OLDEST_FIRST
                    ? new Selection(time, order, from, condition, Math.max(lowest, value), end)
                    : new Selection(time, order, from, condition, lowest, Math.min(end - 1, value) + 1);
        }
    }
}
