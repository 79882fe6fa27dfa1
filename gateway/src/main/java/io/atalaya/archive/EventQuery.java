package io.atalaya.archive;

import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which events, in which order, and which part of them. Immutable. Made from {@link #of} or {@link #everyTenant} by
 * narrowing.
 *
 * @param tenant whose events; empty for everybody's, which is for operators alone
 * @param type exactly this event type
 * @param scope members of the event's scope with the value that each must have, in canonical text form; events without
 *     the member are not selected. Only {@link ArchiveFields#filters} may be used
 * @param time which of the two times {@code from}, {@code to} and the order go by
 * @param from the earliest time selected
 * @param to the earliest time not selected any more
 * @param order by time, and by log position where times are equal
 * @param after only events behind this key in the order of the query; a key of another {@code time} is refused
 * @param limit most events of a page, 1 … {@link #MAX_LIMIT}
 * @param skip events to pass over first, 0 … {@link #MAX_SKIP}: for page numbers, whose cost grows with the page
 */
public record EventQuery(
        Optional<TenantId> tenant,
        Optional<String> type,
        Map<String, String> scope,
        Time time,
        Optional<Instant> from,
        Optional<Instant> to,
        Order order,
        Optional<EventKey> after,
        int limit,
        int skip) {
    /** Most events of a page. */
    public static final int MAX_LIMIT = 1_000;

    /** Most events to pass over. */
    public static final int MAX_SKIP = 10_000_000;

    private static final int DEFAULT_LIMIT = 100;

    public EventQuery {
        scope = Map.copyOf(scope);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit: %d (expected: 1 … %d)".formatted(limit, MAX_LIMIT));
        }
        if (skip < 0 || skip > MAX_SKIP) {
            throw new IllegalArgumentException("skip: %d (expected: 0 … %d)".formatted(skip, MAX_SKIP));
        }
        if (after.isPresent() && after.get().time() != time) {
            throw new IllegalArgumentException("after: a key of %s time (expected: one of %s time)"
                    .formatted(after.get().time(), time));
        }
    }

    /** All events of a tenant, newest arrival first, in pages of 100. */
    public static EventQuery of(TenantId tenant) {
        return selecting(Optional.of(tenant));
    }

    /** All events of all tenants, newest arrival first, in pages of 100. */
    public static EventQuery everyTenant() {
        return selecting(Optional.empty());
    }

    private static EventQuery selecting(Optional<TenantId> tenant) {
        return new EventQuery(
                tenant,
                Optional.empty(),
                Map.of(),
                Time.ARRIVAL,
                Optional.empty(),
                Optional.empty(),
                Order.NEWEST_FIRST,
                Optional.empty(),
                DEFAULT_LIMIT,
                0);
    }

    /** Narrowed to one event type. */
    public EventQuery ofType(String value) {
        return new EventQuery(tenant, Optional.of(value), scope, time, from, to, order, after, limit, skip);
    }

    /** Narrowed to events whose {@code member} has this value. */
    public EventQuery where(String member, String value) {
        var narrowed = new HashMap<>(scope);
        narrowed.put(member, value);
        return new EventQuery(tenant, type, narrowed, time, from, to, order, after, limit, skip);
    }

    /** By another time; to be called before {@link #behind}. */
    public EventQuery by(Time value) {
        return new EventQuery(tenant, type, scope, value, from, to, order, after, limit, skip);
    }

    /** Not before an instant, which is included. */
    public EventQuery notBefore(Instant value) {
        return new EventQuery(tenant, type, scope, time, Optional.of(value), to, order, after, limit, skip);
    }

    /** Before an instant, which is excluded. */
    public EventQuery before(Instant value) {
        return new EventQuery(tenant, type, scope, time, from, Optional.of(value), order, after, limit, skip);
    }

    /** In another order; to be called before {@link #behind}. */
    public EventQuery in(Order value) {
        return new EventQuery(tenant, type, scope, time, from, to, value, after, limit, skip);
    }

    /** The part behind a key. */
    public EventQuery behind(EventKey value) {
        return new EventQuery(tenant, type, scope, time, from, to, order, Optional.of(value), limit, skip);
    }

    /** In pages of another size. */
    public EventQuery limitedTo(int value) {
        return new EventQuery(tenant, type, scope, time, from, to, order, after, value, skip);
    }

    /** Without the first events. */
    public EventQuery skipping(int value) {
        return new EventQuery(tenant, type, scope, time, from, to, order, after, limit, value);
    }

    /** Whether an entry is selected, page aside: the definition that stores translate into SQL. */
    public boolean selects(Entry entry) {
        long value = time.of(entry);
        return (tenant.isEmpty() || tenant.get().equals(entry.event().tenant()))
                && (type.isEmpty() || type.get().equals(entry.event().type()))
                && entry.event().scope().entrySet().containsAll(scope.entrySet())
                && value >= lowest()
                && value < end();
    }

    /** The lowest time value selected, in the unit of {@link #time}; {@link Long#MIN_VALUE} without a bound. */
    public long lowest() {
        return from.map(time::firstAtOrAfter).orElse(Long.MIN_VALUE);
    }

    /** The lowest time value beyond those selected, in the unit of {@link #time}; {@link Long#MAX_VALUE} without one. */
    public long end() {
        return to.map(time::firstAtOrAfter).orElse(Long.MAX_VALUE);
    }

    /** The two times of an archived event, each as an integer. */
    public enum Time {
        /** When the log took it: {@link Entry#atMillis}, in milliseconds since 1970 UTC. */
        ARRIVAL(1_000),
        /** The event's own timestamp, in microseconds since 1970 UTC, rounded down. */
        EVENT(1_000_000);

        private final long unitsPerSecond;

        Time(long unitsPerSecond) {
            this.unitsPerSecond = unitsPerSecond;
        }

        /** The time of an entry. */
        public long of(Entry entry) {
            return switch (this) {
                case ARRIVAL -> entry.atMillis();
                case EVENT -> floor(entry.event().timestamp());
            };
        }

        /** The instant that a value stands for. */
        public Instant instant(long value) {
            return Instant.ofEpochSecond(
                    Math.floorDiv(value, unitsPerSecond),
                    Math.floorMod(value, unitsPerSecond) * (1_000_000_000 / unitsPerSecond));
        }

        /** The lowest value that does not lie before an instant. */
        public long firstAtOrAfter(Instant instant) {
            long floor = floor(instant);
            return instant(floor).isBefore(instant) ? floor + 1 : floor;
        }

        private long floor(Instant instant) {
            return Math.addExact(
                    Math.multiplyExact(instant.getEpochSecond(), unitsPerSecond),
                    instant.getNano() / (1_000_000_000 / unitsPerSecond));
        }
    }

    /** The order of a query. */
    public enum Order {
        /** Latest time first. */
        NEWEST_FIRST,
        /** Earliest time first. */
        OLDEST_FIRST
    }
}
