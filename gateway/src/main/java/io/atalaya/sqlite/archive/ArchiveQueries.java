package io.atalaya.sqlite.archive;

import io.atalaya.archive.EventKey;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.EventReader;
import io.atalaya.sqlite.SqliteStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds archived events. Immutable.
 *
 * <p>Every query goes by an index that is named, since the database knows nothing of how often values stand in it: of
 * those that a filter offers, the one with the fewest rows. Where that is few enough, they are all looked at and
 * sorted; else the index in the wanted order is walked until the page is full.
 */
final class ArchiveQueries {
    /** So many rows are looked at and sorted in a few milliseconds. */
    private static final int FEW_ROWS = 10_000;

    private static final EventReader.Limit NO_LIMIT = new EventReader.Limit(Integer.MAX_VALUE, Long.MAX_VALUE);

    private static final String FIND = """
            WITH RECURSIVE bucket(n) AS (
              SELECT (SELECT max(position) FROM archived) >> 12
              UNION ALL
              SELECT (SELECT max(position) FROM archived WHERE position < n << 12) >> 12
              FROM bucket WHERE n IS NOT NULL
            )
            SELECT %s
            FROM bucket CROSS JOIN archived CROSS JOIN events
            WHERE n IS NOT NULL AND (archived.position >> 12) = n AND archived.id_hash = ?
              AND events.offset = archived.position AND events.tenant = ? AND events.id = ?
            ORDER BY archived.at_ms DESC, archived.position DESC LIMIT 1""".formatted(EventReader.COLUMNS);

    private final SqliteStore store;
    private final Members members;

    ArchiveQueries(SqliteStore store, Members members) {
        this.store = store;
        this.members = members;
    }

    /** A condition with its values. Confined to one query. */
    private static final class Condition {
        private final StringBuilder text = new StringBuilder("1");
        private final List<Object> values = new ArrayList<>();

        Condition and(String term, Object... more) {
            text.append(" AND ").append(term);
            values.addAll(List.of(more));
            return this;
        }

        PreparedStatement prepare(Connection connection, String before, String after) throws SQLException {
            PreparedStatement statement = connection.prepareStatement(before + text + after);
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            return statement;
        }
    }

    EventPage page(EventReader reader, EventQuery query) throws SQLException {
        String time = column(query.time());
        boolean forward = query.order() == Order.OLDEST_FIRST;
        Condition condition = condition(query);
        query.after().ifPresent(key -> behind(condition, key, time, forward));
        String direction = forward ? "" : " DESC";
        String select = "SELECT %s FROM (SELECT position FROM archived INDEXED BY %s WHERE "
                .formatted(EventReader.COLUMNS, index(reader.connection(), query));
        String rest = " ORDER BY %s%s, position%s LIMIT %d OFFSET %d) CROSS JOIN events ON events.offset = position"
                .formatted(time, direction, direction, query.limit() + 1, query.skip());
        try (PreparedStatement statement = condition.prepare(reader.connection(), select, rest)) {
            return EventPage.of(query, inOrder(query, reader.read(statement, NO_LIMIT)));
        }
    }

    private static List<Entry> inOrder(EventQuery query, List<Entry> found) {
        Comparator<Entry> oldest = Comparator.comparing(entry -> EventKey.of(query.time(), entry));
        return found.stream()
                .map(ArchiveQueries::kept)
                .sorted(query.order() == Order.OLDEST_FIRST ? oldest : oldest.reversed())
                .toList();
    }

    /** As the archive gives it back: the log keeps timestamps finer than the archive orders them. */
    static Entry kept(Entry entry) {
        Event event = entry.event();
        return new Entry(
                entry.cursor(),
                entry.atMillis(),
                new Event(
                        event.tenant(),
                        event.id(),
                        event.type(),
                        event.scope(),
                        event.body(),
                        Time.EVENT.instant(Time.EVENT.of(entry)),
                        0,
                        true));
    }

    private static String column(Time time) {
        return time == Time.ARRIVAL ? "at_ms" : "ts_us";
    }

    private Condition condition(EventQuery query) {
        var condition = new Condition();
        query.tenant().ifPresent(tenant -> condition.and("tenant = ?", tenant.value()));
        query.type().ifPresent(type -> condition.and("type = ?", type));
        query.scope().forEach((member, value) -> condition.and(members.column(member) + " = ?", value));
        between(condition, query);
        return condition;
    }

    private static void between(Condition condition, EventQuery query) {
        String time = column(query.time());
        query.from().ifPresent(_ -> condition.and(time + " >= ?", query.lowest()));
        query.to().ifPresent(_ -> condition.and(time + " < ?", query.end()));
    }

    private void behind(Condition condition, EventKey key, String time, boolean forward) {
        long row = store.positions().row(key.cursor());
        // between two logs there is no row: what is behind such a place starts at it
        condition.and(
                "(%s, position) %s (?, ?)".formatted(time, forward ? ">" : "<"),
                key.value(),
                forward || store.positions().knows(key.cursor().epoch()) ? row : row + 1);
    }

    /** The index to go by. */
    private String index(Connection connection, EventQuery query) throws SQLException {
        boolean arrival = query.time() == Time.ARRIVAL;
        if (query.tenant().isEmpty()) {
            return arrival ? "archived_at" : "archived_ts";
        }
        String tenant = query.tenant().get().value();
        String best = arrival ? "archived_tenant" : "archived_tenant_ts";
        int fewest = arrival ? Integer.MAX_VALUE : FEW_ROWS;
        if (query.type().isPresent()) {
            Condition ofType = new Condition()
                    .and("tenant = ?", tenant)
                    .and("type = ?", query.type().get());
            int rows = rows(connection, "archived_type", ofType, query);
            best = rows < fewest ? "archived_type" : best;
            fewest = Math.min(fewest, rows);
        }
        for (var filter : query.scope().entrySet()) {
            String index = members.index(filter.getKey());
            Condition ofMember = new Condition()
                    .and("tenant = ?", tenant)
                    .and(members.column(filter.getKey()) + " = ?", filter.getValue());
            int rows = rows(connection, index, ofMember, query);
            best = rows < fewest ? index : best;
            fewest = Math.min(fewest, rows);
        }
        return best;
    }

    /** How many rows an index has for a condition, up to {@link #FEW_ROWS}. */
    private static int rows(Connection connection, String index, Condition condition, EventQuery query)
            throws SQLException {
        if (query.time() == Time.ARRIVAL) {
            between(condition, query);
        }
        String select = "SELECT count(*) FROM (SELECT 1 FROM archived INDEXED BY " + index + " WHERE ";
        try (PreparedStatement statement = condition.prepare(connection, select, " LIMIT " + FEW_ROWS + ")");
                ResultSet row = statement.executeQuery()) {
            return row.getInt(1);
        }
    }

    long count(EventReader reader, EventQuery query) throws SQLException {
        String select =
                "SELECT count(*) FROM archived INDEXED BY %s WHERE ".formatted(index(reader.connection(), query));
        try (PreparedStatement statement = condition(query).prepare(reader.connection(), select, "");
                ResultSet row = statement.executeQuery()) {
            return row.getLong(1);
        }
    }

    Optional<Entry> find(EventReader reader, TenantId tenant, EventId id) throws SQLException {
        try (PreparedStatement statement = reader.connection().prepareStatement(FIND)) {
            statement.setLong(1, store.file().idHash().of(tenant, id).first());
            statement.setString(2, tenant.value());
            statement.setString(3, id.value());
            return reader.read(statement, NO_LIMIT).stream()
                    .map(ArchiveQueries::kept)
                    .findFirst();
        }
    }
}
