package io.atalaya.sqlite.segment;

import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which archived events are selected, in terms of what the archive keeps of each. Immutable.
 *
 * @param equal values that columns must have: {@link #TENANT}, {@link #TYPE}, or a member of the scope
 * @param time the time that bounds and order go by
 * @param lowest the lowest time selected
 * @param end the lowest time beyond
 * @param behind only what is behind this row in the order
 */
public record Filter(Map<String, String> equal, Time time, Order order, long lowest, long end, Optional<Row> behind) {
    /** Names of columns; no member of a scope has such a name. */
    public static final String TENANT = "$tenant";

    public static final String TYPE = "$type";

    public Filter {
        equal = Map.copyOf(equal);
    }

    /** What a query selects, without the part behind a key. */
    public static Filter of(EventQuery query) {
        var equal = new HashMap<>(query.scope());
        query.tenant().ifPresent(tenant -> equal.put(TENANT, tenant.value()));
        query.type().ifPresent(type -> equal.put(TYPE, type));
        return new Filter(equal, query.time(), query.order(), query.lowest(), query.end(), Optional.empty());
    }

    /** What arrived before an instant, oldest first. */
    public static Filter before(long millis) {
        return new Filter(Map.of(), Time.ARRIVAL, Order.OLDEST_FIRST, Long.MIN_VALUE, millis, Optional.empty());
    }

    /** The part of it behind a row. */
    public Filter behind(Row row) {
        boolean forward = order == Order.OLDEST_FIRST;
        return new Filter(
                equal,
                time,
                order,
                forward ? Math.max(lowest, row.time()) : lowest,
                forward ? end : Math.min(end - 1, row.time()) + 1,
                Optional.of(row));
    }

    /** Whether times and position are selected, the values of columns aside. */
    boolean selects(Row row) {
        return row.time() >= lowest
                && row.time() < end
                && (behind.isEmpty() || Row.comparator(order).compare(behind.get(), row) < 0);
    }
}
