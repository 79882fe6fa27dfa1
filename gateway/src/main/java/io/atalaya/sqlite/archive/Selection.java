package io.atalaya.sqlite.archive;

import io.atalaya.archive.EventQuery.Order;
import io.atalaya.sqlite.IdHash;
import io.atalaya.sqlite.archive.Buckets.Bucket;
import io.atalaya.sqlite.segment.Filter;
import io.atalaya.sqlite.segment.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** The archived events that a filter selects, wherever they are kept. Confined to one query. */
final class Selection {
    /** With so many rows in memory, those that are passed over are looked for. */
    private static final int MANY_ROWS = 20_000;

    private final Connection connection;
    private final Filter filter;
    private final IdHash hash;
    private final Order order;
    private final Condition condition;
    private final String from;

    /**
     * @param hash of the file
     * @param from {@link Buckets#BY_POSITION} or {@link Buckets#by}
     */
    Selection(Connection connection, IdHash hash, Filter filter, Members members, String from) {
        this.connection = connection;
        this.hash = hash;
        this.filter = filter;
        this.order = filter.order();
        this.condition = Condition.of(filter, members);
        this.from = from;
    }

    /** The best rows so far. Confined to one call. */
    private static final class Best {
        private final Comparator<Row> order;
        private PriorityQueue<Row> worstFirst;
        private long skip;
        private long most;
        private long many = MANY_ROWS;

        Best(Comparator<Row> order, long skip, long limit) {
            this.order = order;
            this.skip = skip;
            this.most = skip + limit;
            this.worstFirst = new PriorityQueue<>(order.reversed());
        }

        boolean isFull() {
            return worstFirst.size() >= most;
        }

        Row worst() {
            return worstFirst.element();
        }

        void add(Row row) {
            if (!isFull()) {
                worstFirst.add(row);
            } else if (order.compare(row, worst()) < 0) {
                worstFirst.remove();
                worstFirst.add(row);
            }
        }

        /** Nothing that comes is before rows of which this is true: of those, the ones to be skipped need no room. */
        void forgetSkipped(Bucket next, Order direction) {
            if (skip == 0 || worstFirst.size() < many) {
                return;
            }
            List<Row> rows = sorted();
            int gone = 0;
            while (gone < Math.min(skip, rows.size()) && next.isBehind(rows.get(gone), direction)) {
                gone++;
            }
            skip -= gone;
            most -= gone;
            worstFirst = new PriorityQueue<>(order.reversed());
            worstFirst.addAll(rows.subList(gone, rows.size()));
            many = Math.max(MANY_ROWS, 2L * worstFirst.size());
        }

        private List<Row> sorted() {
            var rows = new ArrayList<>(worstFirst);
            rows.sort(order);
            return rows;
        }

        List<Row> rest() {
            return sorted().stream().skip(skip).toList();
        }
    }

    /** Rows in the order of the filter, without the first {@code skip}, at most {@code limit}. */
    List<Row> first(int skip, int limit) throws SQLException {
        var best = new Best(Row.comparator(order), skip, limit);
        String sql = "SELECT %1$s, position FROM %2$s ORDER BY %1$s%3$s, position%3$s LIMIT %4$d"
                .formatted(
                        Condition.timeColumn(filter),
                        from,
                        order == Order.OLDEST_FIRST ? "" : " DESC",
                        (long) skip + limit);
        try (PreparedStatement rows = condition.prepare(connection, sql);
                var segments = new SegmentSearch(connection, filter, hash)) {
            for (Bucket bucket : Buckets.of(connection, filter)) {
                if (best.isFull() && bucket.isBehind(best.worst(), order)) {
                    break;
                }
                best.forgetSkipped(bucket, order);
                rows.setLong(1, bucket.number());
                try (ResultSet found = rows.executeQuery()) {
                    while (found.next()) {
                        best.add(new Row(found.getLong(1), found.getLong(2)));
                    }
                }
                segments.in(bucket, best::add);
            }
        }
        return best.rest();
    }

    /** Counts rows. Confined to one call. */
    private static final class Counter implements Consumer<Row> {
        private long rows;

        @Override
        public void accept(Row row) {
            rows++;
        }
    }

    /** How many rows are selected. */
    long count() throws SQLException {
        var counter = new Counter();
        try (PreparedStatement rows = condition.prepare(connection, "SELECT count(*) FROM " + from);
                var segments = new SegmentSearch(connection, filter, hash)) {
            for (Bucket bucket : Buckets.of(connection, filter)) {
                rows.setLong(1, bucket.number());
                try (ResultSet found = rows.executeQuery()) {
                    counter.rows += found.getLong(1);
                }
                segments.in(bucket, counter);
            }
        }
        return counter.rows;
    }
}
