package io.atalaya.sqlite.archive;

import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.sqlite.segment.Filter;
import io.atalaya.sqlite.segment.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Archived events by ranges of their positions, each with its bounds of time. Stateless.
 *
 * <p>An index over all rows by the values of a member is written all over its pages; one that begins with the range is
 * written where the present range is, which stays in memory. A query looks into the ranges in the order of their bounds
 * until what is left cannot be on the page: one short look each, and time along a log rises, so it is mostly one.
 */
final class Buckets {
    /** Bits of a position within its range. */
    static final int BITS = 12;

    /** Most rows of a range. */
    static final int ROWS = 1 << BITS;

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

    /**
     * A range.
     *
     * @param bound the lowest time of its rows, or with the newest first the highest
     */
    record Bucket(long number, long bound) {
        /** Whether no row in here comes before another, in an order. */
        boolean isBehind(Row row, Order order) {
            return order == Order.OLDEST_FIRST ? bound > row.time() : bound < row.time();
        }
    }

    /** The ranges that may have rows of a filter, those first whose rows may be the first. */
    static List<Bucket> of(Connection connection, Filter filter) throws SQLException {
        String time = filter.time() == Time.ARRIVAL ? "at" : "ts";
        boolean forward = filter.order() == Order.OLDEST_FIRST;
        String bound = (forward ? "min_" : "max_") + time;
        var buckets = new ArrayList<Bucket>();
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT bucket, %1$s FROM buckets WHERE max_%2$s >= ? AND min_%2$s < ?".formatted(bound, time)
                        + " ORDER BY " + bound + (forward ? "" : " DESC"))) {
            query.setLong(1, filter.lowest());
            query.setLong(2, filter.end());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    buckets.add(new Bucket(row.getLong(1), row.getLong(2)));
                }
            }
        }
        return buckets;
    }
}
