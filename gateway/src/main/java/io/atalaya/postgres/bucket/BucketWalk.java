package io.atalaya.postgres.bucket;

import io.atalaya.archive.EventKey;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.postgres.bucket.Buckets.Bounds;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the buckets in the order of a query until what is left cannot be on the page. Confined to one query, whose
 * transaction sees one snapshot.
 *
 * <p>First it looks for what the query asks in a few buckets, then in more and more at once: what is frequent is found in
 * the first, what is rare costs little to look for.
 */
public final class BucketWalk {
    private static final int FIRST_LOOK = 8;
    private static final int LOOK_GROWTH = 8;
    private static final int WIDEST_LOOK = 512;
    private static final int MOST_PASSED = 20_000;

    /** Above, the events of a bucket are read in a row. */
    private static final int FEW_PLACES = Bucket.SIZE / 8;

    private static final String IN_BUCKET =
            "(SELECT * FROM event WHERE epoch = ? AND log_offset BETWEEN ? AND ?) found";

    private final Connection connection;
    private final EventQuery query;
    private final long[] tokens;
    private final Condition condition;
    private final Deque<Hits> ahead = new ArrayDeque<>();
    private int seen;

    private BucketWalk(Connection connection, EventQuery query, long[] tokens, Condition condition) {
        this.connection = connection;
        this.query = query;
        this.tokens = tokens;
        this.condition = condition;
    }

    /** Candidates of one bucket. */
    private record Hits(Bounds bounds, BitSet places) {
        long count() {
            return places.cardinality();
        }
    }

    /**
     * The keys of a page and, where there is more, one more; empty when so many rows would have to be passed over one by one
     * that the database should do it.
     */
    public static Optional<List<EventKey>> page(Connection connection, EventQuery query) throws SQLException {
        var walk = new BucketWalk(connection, query, Tokens.of(query), Condition.ofPage(query));
        int skip = query.skip() - walk.passOver(query.skip());
        if (skip > MOST_PASSED) {
            return Optional.empty();
        }
        return Optional.of(
                walk.first(skip + query.limit() + 1).stream().skip(skip).toList());
    }

    /** The position of the event of that id that arrived last, or nothing. */
    public static List<EventKey> find(Connection connection, TenantId tenant, EventId id) throws SQLException {
        var condition = Condition.of(EventQuery.of(tenant));
        condition.and("id = ?", id.value());
        var tokens = new long[] {Tokens.of(id)};
        return new BucketWalk(connection, EventQuery.of(tenant), tokens, condition).first(1);
    }

    /**
     * Passes over whole buckets at the beginning, as long as none of their rows can come behind a row of another; answers how
     * many rows that were, at most {@code most}.
     */
    private int passOver(int most) throws SQLException {
        int passed = 0;
        for (Hits hits = peek(); hits != null && query.after().isEmpty(); hits = peek()) {
            ahead.remove();
            Hits following = peek();
            boolean alone = following == null || isBefore(hits.bounds(), following.bounds());
            if (!alone || !isCertain(hits.bounds()) || passed + count(hits) > most) {
                ahead.addFirst(hits);
                break;
            }
            passed += (int) count(hits);
        }
        return passed;
    }

    /** Whether its rows come before those of a later bucket, and of all that are later still. */
    private boolean isBefore(Bounds bounds, Bounds later) {
        boolean forward = query.order() == Order.OLDEST_FIRST;
        int byTime = forward ? Long.compare(later.first(), bounds.last()) : Long.compare(bounds.first(), later.last());
        int byPosition = later.bucket().compareTo(bounds.bucket());
        return byTime > 0 || (byTime == 0 && (forward ? byPosition > 0 : byPosition < 0));
    }

    /** Whether every event with the tokens is there and in the range of times. */
    private boolean isCertain(Bounds bounds) {
        return bounds.whole() && bounds.first() >= query.lowest() && bounds.last() < query.end();
    }

    private long count(Hits hits) {
        return tokens.length == 0 ? hits.bounds().events() : hits.count();
    }

    /** The next bucket that has the tokens, which stays the next; null behind the last. */
    private @Nullable Hits peek() throws SQLException {
        if (ahead.isEmpty()) {
            ahead.addAll(next(seen == 0 ? FIRST_LOOK : seen * LOOK_GROWTH));
        }
        return ahead.peek();
    }

    private List<EventKey> first(int most) throws SQLException {
        Comparator<EventKey> order =
                query.order() == Order.OLDEST_FIRST ? Comparator.naturalOrder() : Comparator.reverseOrder();
        var best = new PriorityQueue<>(order.reversed());
        var waiting = new ArrayList<Hits>();
        long candidates = 0;
        for (Hits hits = peek(); hits != null; hits = peek()) {
            if (best.size() == most && isBehind(hits.bounds(), best.element())) {
                break;
            }
            waiting.add(ahead.remove());
            candidates += hits.count();
            if (best.size() + candidates >= most || ahead.isEmpty()) {
                take(waiting, most, best);
                candidates = 0;
            }
        }
        return sorted(best, order);
    }

    private static List<EventKey> sorted(PriorityQueue<EventKey> best, Comparator<EventKey> order) {
        return best.stream().sorted(order).toList();
    }

    private boolean isBehind(Bounds bounds, EventKey worst) {
        return query.order() == Order.OLDEST_FIRST ? bounds.first() > worst.value() : bounds.last() < worst.value();
    }

    /** The next buckets in the order of their bounds, with the places in question; those without any are left out. */
    private List<Hits> next(int most) throws SQLException {
        List<Hits> hits = List.of();
        for (int width = most; hits.isEmpty(); width = LOOK_GROWTH * Math.min(width, WIDEST_LOOK)) {
            List<Bounds> buckets = buckets(Math.min(width, WIDEST_LOOK));
            if (buckets.isEmpty()) {
                return hits;
            }
            seen += buckets.size();
            hits = hits(buckets);
        }
        return hits;
    }

    private List<Hits> hits(List<Bounds> buckets) throws SQLException {
        if (tokens.length == 0) {
            var all = new BitSet();
            all.set(0, Bucket.SIZE);
            return buckets.stream().map(bounds -> new Hits(bounds, all)).toList();
        }
        Map<Bucket, BitSet> found = Buckets.look(
                connection, tokens, buckets.stream().map(Bounds::bucket).toList());
        var hits = new ArrayList<Hits>();
        for (Bounds bounds : buckets) {
            BitSet places = found.get(bounds.bucket());
            if (places != null) {
                hits.add(new Hits(bounds, places));
            }
        }
        return hits;
    }

    private List<Bounds> buckets(int most) throws SQLException {
        boolean forward = query.order() == Order.OLDEST_FIRST;
        String first = Buckets.bound("min", query.time());
        String last = Buckets.bound("max", query.time());
        var parameters = new ArrayList<Object>(List.of(query.lowest(), query.end()));
        query.after().ifPresent(key -> parameters.add(key.value()));
        parameters.addAll(List.of(most, seen));
        String sql =
                "SELECT epoch, bucket, %1$s, %2$s, events, purged = 0 FROM event_bucket WHERE %2$s >= ? AND %1$s < ?"
                        .formatted(first, last);
        String behind = forward ? last + " >= ?" : first + " <= ?";
        String order = " ORDER BY %1$s %2$s, epoch %2$s, bucket %2$s LIMIT ? OFFSET ?"
                .formatted(forward ? first : last, forward ? "ASC" : "DESC");
        return Sql.query(
                connection,
                sql + (query.after().isPresent() ? " AND " + behind : "") + order,
                parameters,
                row -> new Bounds(
                        new Bucket(row.getLong(1), row.getLong(2)),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getBoolean(6)));
    }

    /** Takes the best keys of the buckets that wait. */
    private void take(List<Hits> waiting, int most, PriorityQueue<EventKey> best) throws SQLException {
        String what =
                "SELECT %1$s, epoch, log_offset FROM %3$s WHERE %4$s ORDER BY 1 %2$s, 2 %2$s, 3 %2$s LIMIT " + most;
        String direction = query.order() == Order.OLDEST_FIRST ? "ASC" : "DESC";
        for (Source source : sources(waiting)) {
            String sql = what.formatted(Columns.of(query.time()), direction, source.sql(), condition.sql());
            for (EventKey key : Sql.query(
                    connection,
                    sql,
                    source.parameters(condition),
                    row -> new EventKey(query.time(), row.getLong(1), new Cursor(row.getLong(2), row.getLong(3))))) {
                best.add(key);
                if (best.size() > most) {
                    best.remove();
                }
            }
        }
        waiting.clear();
    }

    /** Some events, as SQL. */
    private record Source(String sql, List<Object> places) {
        List<Object> parameters(Condition condition) {
            var all = new ArrayList<>(places);
            all.addAll(condition.parameters());
            return all;
        }
    }

    /** Those that are few in their bucket all at once, those that are many bucket by bucket. */
    private static List<Source> sources(List<Hits> waiting) {
        var sources = new ArrayList<Source>();
        var few = new ArrayList<Cursor>();
        for (Hits hits : waiting) {
            Bucket bucket = hits.bounds().bucket();
            if (hits.count() > FEW_PLACES) {
                sources.add(new Source(
                        IN_BUCKET, List.of(bucket.epoch(), bucket.offset(0), bucket.offset(Bucket.SIZE - 1))));
            } else {
                hits.places().stream().forEach(place -> few.add(new Cursor(bucket.epoch(), bucket.offset(place))));
            }
        }
        if (!few.isEmpty()) {
            sources.add(new Source(
                    Sql.AT_POSITIONS, List.of(Buckets.longs(few, Cursor::epoch), Buckets.longs(few, Cursor::offset))));
        }
        return sources;
    }

    /** How many events a query selects; its page aside. */
    public static long count(Connection connection, EventQuery query) throws SQLException {
        var all = new EventQuery(
                query.tenant(),
                query.type(),
                query.scope(),
                query.time(),
                query.from(),
                query.to(),
                query.order(),
                Optional.empty(),
                query.limit(),
                0);
        return new BucketWalk(connection, all, Tokens.of(all), Condition.of(all)).count();
    }

    private long count() throws SQLException {
        long count = 0;
        var doubtful = new ArrayList<Hits>();
        for (List<Hits> look = next(WIDEST_LOOK); !look.isEmpty(); look = next(WIDEST_LOOK)) {
            for (Hits hits : look) {
                if (isCertain(hits.bounds())) {
                    count += count(hits);
                } else {
                    doubtful.add(hits);
                }
            }
            for (Source source : sources(doubtful)) {
                String sql = "SELECT count(*) FROM %s WHERE %s".formatted(source.sql(), condition.sql());
                count += Sql.query(connection, sql, source.parameters(condition), row -> row.getLong(1))
                        .getFirst();
            }
            doubtful.clear();
        }
        return count;
    }
}
