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
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.SqliteStore;
import io.atalaya.sqlite.archive.Buckets.Row;
import io.atalaya.sqlite.archive.Buckets.Selection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds archived events. Immutable. */
final class ArchiveQueries {
    private static final EventReader.Limit NO_LIMIT = new EventReader.Limit(Integer.MAX_VALUE, Long.MAX_VALUE);

    /** So many rows are passed over in memory; more by the database, which then sorts everything that is selected. */
    private static final int FEW_ROWS = 20_000;

    private static final String FIND = "SELECT " + EventReader.COLUMNS
            + " FROM buckets CROSS JOIN archived INDEXED BY archived_id CROSS JOIN events"
            + " WHERE (archived.position >> 12) = +bucket AND archived.id_hash = ?"
            + " AND events.offset = archived.position AND events.tenant = ? AND events.id = ?"
            + " ORDER BY archived.at_ms DESC, archived.position DESC LIMIT 1";

    private final SqliteStore store;
    private final Members members;

    ArchiveQueries(SqliteStore store, Members members) {
        this.store = store;
        this.members = members;
    }

    EventPage page(EventReader reader, EventQuery query) throws SQLException {
        int most = query.skip() + query.limit() + 1;
        Selection all = selection(reader.connection(), query);
        query.after().ifPresent(key -> behind(all.condition(), key, query));
        Selection selection = query.after().map(key -> all.startingAt(key.value())).orElse(all);
        List<Row> rows = most <= FEW_ROWS
                ? Buckets.first(reader.connection(), selection, most).stream()
                        .skip(query.skip())
                        .toList()
                : far(reader.connection(), selection, query);
        return EventPage.of(query, inOrder(query, events(reader, rows)));
    }

    /** Pages far from the first, by number: their cost grows with the number. */
    private static List<Row> far(Connection connection, Selection selection, EventQuery query) throws SQLException {
        String column = Buckets.column(query.time());
        String direction = query.order() == Order.OLDEST_FIRST ? "" : " DESC";
        String sql = "SELECT %1$s, position FROM archived NOT INDEXED WHERE ?1 = 0 ORDER BY %1$s%2$s, position%2$s"
                .formatted(column, direction);
        try (PreparedStatement look = selection
                .condition()
                .prepare(connection, sql + " LIMIT %d OFFSET %d".formatted(query.limit() + 1, query.skip()))) {
            look.setLong(1, 0);
            var rows = new ArrayList<Row>();
            try (ResultSet found = look.executeQuery()) {
                while (found.next()) {
                    rows.add(new Row(found.getLong(1), found.getLong(2)));
                }
            }
            return rows;
        }
    }

    private static List<Entry> events(EventReader reader, List<Row> rows) throws SQLException {
        try (PreparedStatement query = reader.connection()
                .prepareStatement("SELECT " + EventReader.COLUMNS
                        + " FROM json_each(?) CROSS JOIN events ON events.offset = json_each.value")) {
            query.setString(
                    1,
                    rows.stream().map(row -> Long.toString(row.position())).collect(Collectors.joining(",", "[", "]")));
            return reader.read(query, NO_LIMIT);
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

    private Selection selection(Connection connection, EventQuery query) throws SQLException {
        return new Selection(
                query.time(), query.order(), rarest(connection, query), condition(query), query.lowest(), query.end());
    }

    private Condition condition(EventQuery query) {
        var condition = new Condition();
        String time = Buckets.column(query.time());
        query.tenant().ifPresent(tenant -> condition.and("tenant = ?", tenant.value()));
        query.type().ifPresent(type -> condition.and("type = ?", type));
        query.scope().forEach((member, value) -> condition.and(members.column(member) + " = ?", value));
        query.from().ifPresent(_ -> condition.and(time + " >= ?", query.lowest()));
        query.to().ifPresent(_ -> condition.and(time + " < ?", query.end()));
        return condition;
    }

    private void behind(Condition condition, EventKey key, EventQuery query) {
        boolean forward = query.order() == Order.OLDEST_FIRST;
        long row = store.positions().row(key.cursor());
        // between two logs there is no row: what is behind such a place starts at it
        boolean exact = forward || store.positions().knows(key.cursor().epoch());
        condition.and(
                "(%s, position) %s (?, ?)".formatted(Buckets.column(query.time()), forward ? ">" : "<"),
                key.value(),
                exact ? row : row + 1);
    }

    /** The rows of a range by the filter that selects fewest in the newest range; all of them without a filter. */
    private String rarest(Connection connection, EventQuery query) throws SQLException {
        String best = Buckets.BY_POSITION;
        long fewest = Long.MAX_VALUE;
        if (query.type().isPresent() && query.tenant().isPresent()) {
            best = Buckets.by("archived_type");
            fewest = newest(
                    connection,
                    best,
                    new Condition()
                            .and("tenant = ?", query.tenant().get().value())
                            .and("type = ?", query.type().get()));
        }
        for (var filter : query.scope().entrySet()) {
            String from = Buckets.by(members.index(filter.getKey()));
            long rows = newest(
                    connection, from, new Condition().and(members.column(filter.getKey()) + " = ?", filter.getValue()));
            if (rows <= fewest) {
                best = from;
                fewest = rows;
            }
        }
        return best;
    }

    private static long newest(Connection connection, String from, Condition condition) throws SQLException {
        try (PreparedStatement look = condition.prepare(connection, "SELECT count(*) FROM " + from)) {
            look.setLong(1, newestBucket(connection));
            try (ResultSet found = look.executeQuery()) {
                return found.getLong(1);
            }
        }
    }

    private static long newestBucket(Connection connection) throws SQLException {
        return SqliteFile.number(connection, "SELECT max(bucket) FROM buckets");
    }

    long count(EventReader reader, EventQuery query) throws SQLException {
        return Buckets.count(reader.connection(), selection(reader.connection(), query));
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
