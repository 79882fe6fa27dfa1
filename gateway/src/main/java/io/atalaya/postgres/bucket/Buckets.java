package io.atalaya.postgres.bucket;

import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Cursor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * The tables {@code event_bucket} and {@code event_place}, within a transaction of the caller's. Pure functions.
 *
 * <p>Rows are changed in the order of tables and keys, so that two writers never wait for each other in a circle; the
 * roll-ups come before.
 */
public final class Buckets {
    /** The number of an event's bucket, as SQL. */
    public static final String NUMBER = "log_offset >> " + Bucket.BITS;

    private static final int ROWS_AT_ONCE = 10_000;
    private static final String COUNT = """
            INSERT INTO event_bucket AS b (epoch, bucket, events, min_at, max_at, min_ts, max_ts)
            SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
            ON CONFLICT (epoch, bucket) DO UPDATE SET events = b.events + excluded.events,
                min_at = least(b.min_at, excluded.min_at), max_at = greatest(b.max_at, excluded.max_at),
                min_ts = least(b.min_ts, excluded.min_ts), max_ts = greatest(b.max_ts, excluded.max_ts)""";
    private static final String APPEND = """
            INSERT INTO event_place AS p (epoch, bucket, part, places)
            SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::smallint[], ?::bytea[])
            ON CONFLICT (part, epoch, bucket) DO UPDATE SET places = p.places || excluded.places""";
    private static final String PURGED = """
            UPDATE event_bucket b SET purged = b.purged + gone.events
            FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) AS gone (epoch, bucket, events)
            WHERE (b.epoch, b.bucket) = (gone.epoch, gone.bucket)""";
    private static final String FORGET = """
            WITH empty AS (
                DELETE FROM event_bucket b USING unnest(?::bigint[], ?::bigint[]) AS gone (epoch, bucket)
                WHERE (b.epoch, b.bucket) = (gone.epoch, gone.bucket) AND b.purged = b.events
                RETURNING b.epoch, b.bucket)
            DELETE FROM event_place p USING empty, generate_series(0, %d) AS one (part)
            WHERE (p.part, p.epoch, p.bucket) = (one.part::smallint, empty.epoch, empty.bucket)""".formatted(Places.PARTS - 1);
    private static final String LOOK = """
            SELECT b.epoch, b.bucket, p.part, p.places
            FROM unnest(?::bigint[], ?::bigint[]) AS b (epoch, bucket) CROSS JOIN unnest(?::smallint[]) AS one (part)
            CROSS JOIN LATERAL (
                SELECT part, places FROM event_place
                WHERE part = one.part AND epoch = b.epoch AND bucket = b.bucket OFFSET 0) p""";

    private Buckets() {}

    /** Writes what is known of events that the transaction has stored. */
    public static void write(Connection connection, Places places) throws SQLException {
        List<List<Long>> facts = new ArrayList<>();
        places.groups().forEach((bucket, group) -> {
            var row = new ArrayList<>(List.of(bucket.epoch(), bucket.number()));
            row.addAll(group.facts());
            facts.add(row);
        });
        if (!facts.isEmpty()) {
            Object[] columns = LongStream.range(0, facts.getFirst().size())
                    .mapToObj(column -> longs(facts, row -> row.get((int) column)))
                    .toArray();
            Sql.update(connection, COUNT, columns);
            append(connection, places);
        }
    }

    private record Addition(Bucket bucket, short part, byte[] lists) {}

    private static void append(Connection connection, Places places) throws SQLException {
        var additions = new ArrayList<Addition>();
        places.groups()
                .forEach((bucket, group) ->
                        group.parts((part, lists) -> additions.add(new Addition(bucket, part, lists))));
        Sql.update(
                connection,
                APPEND,
                longs(additions, one -> one.bucket().epoch()),
                longs(additions, one -> one.bucket().number()),
                additions.stream().map(Addition::part).toArray(Short[]::new),
                additions.stream().map(Addition::lists).toArray(byte[][]::new));
    }

    static <T> long[] longs(Collection<T> values, ToLongFunction<T> part) {
        return values.stream().mapToLong(part).toArray();
    }

    /** Makes events that are there already findable by a member, whose values are in a column. */
    public static void addMember(Connection connection, String member) throws SQLException {
        String column = Columns.of(member);
        String sql =
                "SELECT epoch, log_offset, %1$s FROM event WHERE %1$s IS NOT NULL ORDER BY epoch, log_offset".formatted(column);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(ROWS_AT_ONCE);
            try (ResultSet rows = statement.executeQuery()) {
                var places = new Places(List.of());
                for (int count = 1; rows.next(); count++) {
                    places.add(new Cursor(rows.getLong(1), rows.getLong(2)), Tokens.of(member, rows.getString(3)));
                    if (count % ROWS_AT_ONCE == 0) {
                        append(connection, places);
                        places = new Places(List.of());
                    }
                }
                append(connection, places);
            }
        }
    }

    /** So many events of a bucket have been deleted. */
    public record Gone(long epoch, long bucket, long events) {}

    /** Notes what the transaction has deleted, and forgets buckets of which nothing is left. */
    public static void purge(Connection connection, Collection<Gone> events) throws SQLException {
        var perBucket = new TreeMap<Bucket, Long>();
        events.forEach(one -> perBucket.merge(new Bucket(one.epoch(), one.bucket()), one.events(), Long::sum));
        if (!perBucket.isEmpty()) {
            long[] epochs = longs(perBucket.keySet(), Bucket::epoch);
            long[] numbers = longs(perBucket.keySet(), Bucket::number);
            Sql.update(connection, PURGED, epochs, numbers, longs(perBucket.values(), Long::longValue));
            Sql.update(connection, FORGET, epochs, numbers);
        }
    }

    /**
     * A bucket with the bounds of the time that is asked for.
     *
     * @param events that were ever in it
     * @param whole whether all of them still are
     */
    record Bounds(Bucket bucket, long first, long last, long events, boolean whole) {}

    /** How the bounds of a time are called. */
    static String bound(String which, Time time) {
        return which + (time == Time.ARRIVAL ? "_at" : "_ts");
    }

    /** Of each bucket that has any, the places that have every one of the tokens. */
    static Map<Bucket, BitSet> look(Connection connection, long[] tokens, Collection<Bucket> buckets)
            throws SQLException {
        var found = new HashMap<Bucket, BitSet[]>();
        Short[] parts = LongStream.of(tokens)
                .mapToObj(token -> (short) Places.part(token))
                .distinct()
                .toArray(Short[]::new);
        List<Object> parameters = List.of(longs(buckets, Bucket::epoch), longs(buckets, Bucket::number), parts);
        Sql.query(connection, LOOK, parameters, row -> {
            BitSet[] sets = found.computeIfAbsent(new Bucket(row.getLong(1), row.getLong(2)), _ -> empty(tokens.length));
            for (int i = 0; i < tokens.length; i++) {
                if (Places.part(tokens[i]) == row.getInt(3)) {
                    Places.find(row.getBytes(4), tokens[i], sets[i]);
                }
            }
            return sets;
        });
        var common = new HashMap<Bucket, BitSet>();
        found.forEach((bucket, sets) -> {
            for (int i = 1; i < sets.length; i++) {
                sets[0].and(sets[i]);
            }
            if (!sets[0].isEmpty()) {
                common.put(bucket, sets[0]);
            }
        });
        return common;
    }

    private static BitSet[] empty(int count) {
        var sets = new BitSet[count];
        for (int i = 0; i < count; i++) {
            sets[i] = new BitSet(Bucket.SIZE);
        }
        return sets;
    }
}
