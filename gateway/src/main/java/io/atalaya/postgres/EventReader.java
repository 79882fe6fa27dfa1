package io.atalaya.postgres;

import io.atalaya.archive.Archive.Counts;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.archive.Statistics;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Questions about the events, within a transaction of the caller's. Pure functions. */
final class EventReader {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final String COUNTS = """
            SELECT coalesce(sum(archived), 0)::bigint, coalesce(sum(dead_lettered), 0)::bigint,
                coalesce(sum(purged), 0)::bigint, coalesce(sum(discarded), 0)::bigint FROM log_count""";

    private EventReader() {}

    /** The condition of a query as SQL with its parameters; the tenant aside. */
    private static final class Condition {
        private final StringBuilder sql = new StringBuilder("true");
        private final List<Object> parameters = new ArrayList<>();

        Condition(EventQuery query) {
            String time = column(query.time());
            query.type().ifPresent(type -> and("type = ?", type));
            new TreeMap<>(query.scope()).forEach((member, value) -> and(Schema.column(member) + " = ?", value));
            query.from().ifPresent(_ -> and(time + " >= ?", query.lowest()));
            query.to().ifPresent(_ -> and(time + " < ?", query.end()));
        }

        private void and(String condition, Object... values) {
            sql.append(" AND ").append(condition);
            parameters.addAll(List.of(values));
        }

        void behind(EventQuery query) {
            String compared = query.order() == Order.NEWEST_FIRST ? "<" : ">";
            query.after()
                    .ifPresent(key -> and(
                            "(%s, epoch, log_offset) %s (?, ?, ?)".formatted(column(query.time()), compared),
                            key.value(),
                            key.cursor().epoch(),
                            key.cursor().offset()));
        }
    }

    private static String column(Time time) {
        return switch (time) {
            case ARRIVAL -> "at_ms";
            case EVENT -> "ts_us";
        };
    }

    /**
     * A page. A query over all tenants is answered tenant by tenant, each from its index, and merged.
     */
    static EventPage page(Connection connection, EventQuery query) throws SQLException {
        var condition = new Condition(query);
        condition.behind(query);
        String order = " ORDER BY %1$s %2$s, epoch %2$s, log_offset %2$s"
                .formatted(column(query.time()), query.order() == Order.NEWEST_FIRST ? "DESC" : "ASC");
        long wanted = query.limit() + 1L;
        String one = "SELECT %s FROM event WHERE %s%s".formatted(CopyRows.COLUMNS, condition.sql, order);
        var parameters = new ArrayList<>(condition.parameters);
        String sql;
        if (query.tenant().isPresent()) {
            sql = tenanted(query, one, parameters) + " LIMIT ? OFFSET ?";
        } else {
            sql = """
                    SELECT %1$s FROM (SELECT DISTINCT tenant AS whose FROM tally_type) tenants
                    CROSS JOIN LATERAL (%2$s LIMIT ?) found%3$s LIMIT ? OFFSET ?""".formatted(CopyRows.COLUMNS, one.replace("WHERE true", "WHERE tenant = whose"), order);
            parameters.add(wanted + query.skip());
        }
        parameters.add(wanted);
        parameters.add(query.skip());
        return EventPage.of(query, Rows.query(connection, sql, parameters, Rows::entry));
    }

    private static String tenanted(EventQuery query, String sql, List<Object> parameters) {
        query.tenant().ifPresent(tenant -> parameters.addFirst(tenant.value()));
        return query.tenant().isPresent() ? sql.replace("WHERE true", "WHERE tenant = ?") : sql;
    }

    /** How many events a query selects; by roll-up where neither a time nor a member narrows it. */
    static long count(Connection connection, EventQuery query) throws SQLException {
        boolean rolledUp =
                query.scope().isEmpty() && query.from().isEmpty() && query.to().isEmpty();
        var condition = new Condition(query);
        var parameters = new ArrayList<>(condition.parameters);
        String what = rolledUp ? "coalesce(sum(events), 0)::bigint FROM tally_type" : "count(*) FROM event";
        String sql = tenanted(query, "SELECT %s WHERE %s".formatted(what, condition.sql), parameters);
        return Rows.query(connection, sql, parameters, row -> row.getLong(1)).getFirst();
    }

    static Optional<Entry> find(Connection connection, TenantId tenant, EventId id) throws SQLException {
        String sql =
                "SELECT %s FROM event WHERE id = ? AND tenant = ? ORDER BY at_ms DESC, epoch DESC, log_offset DESC LIMIT 1"
                        .formatted(CopyRows.COLUMNS);
        return Rows.query(connection, sql, List.of(id.value(), tenant.value()), Rows::entry).stream()
                .findFirst();
    }

    static Counts counts(Connection connection, @Nullable Long epoch) throws SQLException {
        String sql = epoch == null ? COUNTS : COUNTS + " WHERE epoch = ?";
        List<Long> parameters = epoch == null ? List.of() : List.of(epoch);
        return Rows.query(
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
        return Rows.query(connection, sql, List.of(), row -> row.getLong(1)).getFirst();
    }

    private static Map<String, Long> largest(
            Connection connection, String table, String name, @Nullable TenantId tenant) throws SQLException {
        String sql = """
                SELECT %1$s, sum(events)::bigint FROM %2$s WHERE %3$s
                GROUP BY 1 ORDER BY 2 DESC, %1$s COLLATE "C" LIMIT %4$d""".formatted(name, table, of(tenant), Statistics.MAX_NAMES);
        var counts = new LinkedHashMap<String, Long>();
        Rows.query(connection, sql, List.of(), row -> counts.put(row.getString(1), row.getLong(2)));
        return counts;
    }

    private static List<Statistics.Hour> byHour(Connection connection, @Nullable TenantId tenant, long firstHour)
            throws SQLException {
        String sql = """
                SELECT div(minute, 60)::bigint, sum(events)::bigint FROM tally_minute
                WHERE %s AND minute >= %d GROUP BY 1 ORDER BY 1""".formatted(of(tenant), firstHour * 60);
        return Rows.query(
                connection, sql, List.of(), row -> new Statistics.Hour(row.getLong(1) * HOUR, row.getLong(2)));
    }
}
