package io.atalaya.postgres;

import io.atalaya.archive.Archive.Counts;
import io.atalaya.archive.EventKey;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.archive.Statistics;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.postgres.bucket.BucketWalk;
import io.atalaya.postgres.bucket.Columns;
import io.atalaya.postgres.bucket.Condition;
import io.atalaya.postgres.bucket.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Questions about the events, within a transaction of the caller's. Pure functions. */
final class EventReader {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final String COUNTS = """
            SELECT coalesce(sum(archived), 0)::bigint, coalesce(sum(dead_lettered), 0)::bigint,
                coalesce(sum(purged), 0)::bigint, coalesce(sum(discarded), 0)::bigint FROM log_count""";

    private static final String AT_POSITIONS = "SELECT %s FROM %s".formatted(CopyRows.COLUMNS, Sql.AT_POSITIONS);

    private EventReader() {}

    /** A page. */
    static EventPage page(Connection connection, EventQuery query) throws SQLException {
        Optional<List<EventKey>> keys = BucketWalk.page(connection, query);
        return EventPage.of(
                query,
                keys.isPresent() ? entries(connection, query.time(), keys.get()) : far(connection, query));
    }

    /** The events of these keys, in their order. */
    private static List<Entry> entries(Connection connection, Time time, List<EventKey> keys) throws SQLException {
        var byKey = new HashMap<EventKey, Entry>();
        long[] epochs = keys.stream().mapToLong(key -> key.cursor().epoch()).toArray();
        long[] offsets = keys.stream().mapToLong(key -> key.cursor().offset()).toArray();
        Sql.query(connection, AT_POSITIONS, List.of(epochs, offsets), Rows::entry)
                .forEach(entry -> byKey.put(EventKey.of(time, entry), entry));
        return keys.stream().map(byKey::get).filter(Objects::nonNull).toList();
    }

    /** Pages far from the first, by number, where times and positions differ: the database sorts all that is selected. */
    private static List<Entry> far(Connection connection, EventQuery query) throws SQLException {
        Condition condition = Condition.ofPage(query);
        var parameters = new ArrayList<>(condition.parameters());
        parameters.add(query.limit() + 1);
        parameters.add(query.skip());
        String order = " ORDER BY %1$s %2$s, epoch %2$s, log_offset %2$s LIMIT ? OFFSET ?"
                .formatted(Columns.of(query.time()), query.order() == Order.NEWEST_FIRST ? "DESC" : "ASC");
        String sql = "SELECT %s FROM event WHERE %s".formatted(CopyRows.COLUMNS, condition.sql());
        return Sql.query(connection, sql + order, parameters, Rows::entry);
    }

    /** How many events a query selects; by roll-up where neither a time nor a member narrows it. */
    static long count(Connection connection, EventQuery query) throws SQLException {
        if (!query.scope().isEmpty() || query.from().isPresent() || query.to().isPresent()) {
            return BucketWalk.count(connection, query);
        }
        Condition condition = Condition.of(query);
        String sql = "SELECT coalesce(sum(events), 0)::bigint FROM tally_type WHERE " + condition.sql();
        return Sql.query(connection, sql, condition.parameters(), row -> row.getLong(1))
                .getFirst();
    }

    static Optional<Entry> find(Connection connection, TenantId tenant, EventId id) throws SQLException {
        return entries(connection, Time.ARRIVAL, BucketWalk.find(connection, tenant, id)).stream()
                .findFirst();
    }

    static Counts counts(Connection connection, @Nullable Long epoch) throws SQLException {
        String sql = epoch == null ? COUNTS : COUNTS + " WHERE epoch = ?";
        List<Long> parameters = epoch == null ? List.of() : List.of(epoch);
        return Sql.query(
                        connection,
                        sql,
                        parameters,
                        row -> new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)))
                .getFirst();
    }

    static Statistics statistics(Connection connection, @Nullable TenantId tenant, Instant now) throws SQLException {
        long minute = Math.floorDiv(now.toEpochMilli(), MINUTE);
        long firstHour = Math.floorDiv(now.toEpochMilli(), HOUR) - 23;
        return new Statistics(
                sum(connection, "tally_type", tenant, Long.MIN_VALUE),
                largest(connection, "tally_type", "type", tenant),
                largest(connection, "tally_member", "value", tenant),
                sum(connection, "tally_minute", tenant, minute - 24 * 60),
                sum(connection, "tally_minute", tenant, minute - 60),
                byHour(connection, tenant, firstHour));
    }

    private static String of(@Nullable TenantId tenant) {
        return tenant == null ? "true" : "tenant = '%s'".formatted(tenant.value());
    }

    private static long sum(Connection connection, String table, @Nullable TenantId tenant, long afterMinute)
            throws SQLException {
        String time = afterMinute == Long.MIN_VALUE ? "true" : "minute > " + afterMinute;
        String sql =
                "SELECT coalesce(sum(events), 0)::bigint FROM %s WHERE %s AND %s".formatted(table, of(tenant), time);
        return Sql.query(connection, sql, List.of(), row -> row.getLong(1)).getFirst();
    }

    private static Map<String, Long> largest(
            Connection connection, String table, String name, @Nullable TenantId tenant) throws SQLException {
        String sql = """
                SELECT %1$s, sum(events)::bigint FROM %2$s WHERE %3$s
                GROUP BY 1 ORDER BY 2 DESC, %1$s COLLATE "C" LIMIT %4$d""".formatted(name, table, of(tenant), Statistics.MAX_NAMES);
        var counts = new LinkedHashMap<String, Long>();
        Sql.query(connection, sql, List.of(), row -> counts.put(row.getString(1), row.getLong(2)));
        return counts;
    }

    private static List<Statistics.Hour> byHour(Connection connection, @Nullable TenantId tenant, long firstHour)
            throws SQLException {
        String sql = """
                SELECT div(minute, 60)::bigint, sum(events)::bigint FROM tally_minute
                WHERE %s AND minute >= %d GROUP BY 1 ORDER BY 1""".formatted(of(tenant), firstHour * 60);
        return Sql.query(
                connection, sql, List.of(), row -> new Statistics.Hour(row.getLong(1) * HOUR, row.getLong(2)));
    }
}
