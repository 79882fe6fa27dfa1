package io.atalaya.sqlite.segment;

import io.atalaya.archive.EventQuery.Order;
import java.util.Comparator;

/** Where an archived event stands: the time that a query goes by, and its row number. Immutable. */
public record Row(long time, long position) {
    private static final Comparator<Row> OLDEST =
            Comparator.comparingLong(Row::time).thenComparingLong(Row::position);
    private static final Comparator<Row> NEWEST = OLDEST.reversed();

    /** The order in which a query shows them. */
    public static Comparator<Row> comparator(Order order) {
        return order == Order.OLDEST_FIRST ? OLDEST : NEWEST;
    }
}
