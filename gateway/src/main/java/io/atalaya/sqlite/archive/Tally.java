package io.atalaya.sqlite.archive;

import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.Prepared;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a transaction changes in counts and statistics, gathered and then written. Confined to one transaction. */
final class Tally {
    static final String TOTAL = "total";
    static final String TYPE = "type";
    static final String MEMBER = "member";
    static final String EVERY_TENANT = "";

    private static final long MINUTE_MILLIS = 60_000;

    private final Map<Minute, Long> minutes = new HashMap<>();
    private final Map<Name, Long> names = new HashMap<>();
    private final Map<Long, Map<State, Integer>> counts = new HashMap<>();
    private final Map<Long, Bucket> buckets = new HashMap<>();

    /** Confined to the tally. */
    private static final class Bucket {
        private long events;
        private long minAt = Long.MAX_VALUE;
        private long maxAt = Long.MIN_VALUE;
        private long minTs = Long.MAX_VALUE;
        private long maxTs = Long.MIN_VALUE;
    }

    private record Minute(String tenant, long minute) {}

    private record Name(String tenant, String kind, String name) {}

    /** The columns of {@code archive_counts}. */
    enum State {
        ARCHIVED,
        DEAD_LETTERED,
        PURGED,
        DISCARDED
    }

    static long minuteOf(long atMillis) {
        return Math.floorDiv(atMillis, MINUTE_MILLIS);
    }

    /** So many entries more, or less, are in a state. */
    void count(long row, State state, int more) {
        counts.computeIfAbsent(Positions.label(row), _ -> new EnumMap<>(State.class))
                .merge(state, more, Integer::sum);
    }

    /** An event that statistics cover comes (1) or goes (-1). */
    void event(long atMillis, String tenant, String type, @Nullable String counted, int more) {
        for (String whose : new String[] {EVERY_TENANT, tenant}) {
            minutes.merge(new Minute(whose, minuteOf(atMillis)), (long) more, Long::sum);
            names.merge(new Name(whose, TOTAL, ""), (long) more, Long::sum);
            names.merge(new Name(whose, TYPE, type), (long) more, Long::sum);
            if (counted != null) {
                names.merge(new Name(whose, MEMBER, counted), (long) more, Long::sum);
            }
        }
    }

    /** An event is counted by a member's value, and has been counted otherwise already. */
    void member(String tenant, String counted) {
        names.merge(new Name(EVERY_TENANT, MEMBER, counted), 1L, Long::sum);
        names.merge(new Name(tenant, MEMBER, counted), 1L, Long::sum);
    }

    /** An archived row comes. */
    void comes(long row, long atMillis, long tsMicros) {
        Bucket bucket = buckets.computeIfAbsent(Buckets.of(row), _ -> new Bucket());
        bucket.events++;
        bucket.minAt = Math.min(bucket.minAt, atMillis);
        bucket.maxAt = Math.max(bucket.maxAt, atMillis);
        bucket.minTs = Math.min(bucket.minTs, tsMicros);
        bucket.maxTs = Math.max(bucket.maxTs, tsMicros);
    }

    /** An archived row goes; the bounds stay. */
    void goes(long row) {
        buckets.computeIfAbsent(Buckets.of(row), _ -> new Bucket()).events--;
    }

    /** Writes everything; part of the writer's transaction. */
    void write(Statements statements) throws SQLException {
        PreparedStatement minute = statements.minute.statement();
        for (Map.Entry<Minute, Long> one : minutes.entrySet()) {
            minute.setString(1, one.getKey().tenant());
            minute.setLong(2, one.getKey().minute());
            minute.setLong(3, one.getValue());
            minute.executeUpdate();
        }
        PreparedStatement name = statements.name.statement();
        for (Map.Entry<Name, Long> one : names.entrySet()) {
            name.setString(1, one.getKey().tenant());
            name.setString(2, one.getKey().kind());
            name.setString(3, one.getKey().name());
            name.setLong(4, one.getValue());
            name.executeUpdate();
        }
        PreparedStatement bucket = statements.bucket.statement();
        for (Map.Entry<Long, Bucket> one : buckets.entrySet()) {
            bucket.setLong(1, one.getKey());
            bucket.setLong(2, one.getValue().events);
            bucket.setLong(3, one.getValue().minAt);
            bucket.setLong(4, one.getValue().maxAt);
            bucket.setLong(5, one.getValue().minTs);
            bucket.setLong(6, one.getValue().maxTs);
            bucket.executeUpdate();
        }
        PreparedStatement count = statements.count.statement();
        for (Map.Entry<Long, Map<State, Integer>> one : counts.entrySet()) {
            count.setLong(1, one.getKey());
            count.setInt(2, one.getValue().getOrDefault(State.ARCHIVED, 0));
            count.setInt(3, one.getValue().getOrDefault(State.DEAD_LETTERED, 0));
            count.setInt(4, one.getValue().getOrDefault(State.PURGED, 0));
            count.setInt(5, one.getValue().getOrDefault(State.DISCARDED, 0));
            count.executeUpdate();
        }
        if (minutes.values().stream().anyMatch(more -> more < 0)) {
            statements.noMinutes.statement().executeUpdate();
            statements.noNames.statement().executeUpdate();
            statements.noBuckets.statement().executeUpdate();
        }
    }

    /** The statements of one connection. Confined to its owner. */
    static final class Statements {
        private final Prepared minute;
        private final Prepared name;
        private final Prepared count;
        private final Prepared noMinutes;
        private final Prepared noNames;
        private final Prepared bucket;
        private final Prepared noBuckets;

        Statements(Connection connection) {
            String more = " DO UPDATE SET events = events + excluded.events";
            minute = new Prepared(
                    connection,
                    "INSERT INTO minutes(tenant, minute, events) VALUES(?, ?, ?) ON CONFLICT(tenant, minute)" + more);
            name = new Prepared(
                    connection,
                    "INSERT INTO tallies(tenant, kind, name, events) VALUES(?, ?, ?, ?)"
                            + " ON CONFLICT(tenant, kind, name)" + more);
            count = new Prepared(
                    connection,
                    "INSERT INTO archive_counts(label, archived, dead_lettered, purged, discarded)"
                            + " VALUES(?, ?, ?, ?, ?) ON CONFLICT(label) DO UPDATE SET"
                            + " archived = archived + excluded.archived,"
                            + " dead_lettered = dead_lettered + excluded.dead_lettered,"
                            + " purged = purged + excluded.purged, discarded = discarded + excluded.discarded");
            bucket = new Prepared(
                    connection,
                    "INSERT INTO buckets(bucket, events, min_at, max_at, min_ts, max_ts) VALUES(?, ?, ?, ?, ?, ?)"
                            + " ON CONFLICT(bucket) DO UPDATE SET events = events + excluded.events,"
                            + " min_at = min(min_at, excluded.min_at), max_at = max(max_at, excluded.max_at),"
                            + " min_ts = min(min_ts, excluded.min_ts), max_ts = max(max_ts, excluded.max_ts)");
            noBuckets = new Prepared(connection, "DELETE FROM buckets WHERE events = 0");
            noMinutes = new Prepared(connection, "DELETE FROM minutes WHERE events = 0");
            noNames = new Prepared(connection, "DELETE FROM tallies WHERE events = 0");
        }
    }
}
