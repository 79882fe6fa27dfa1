package io.atalaya.sqlite.archive;

import io.atalaya.archive.EventKey;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Order;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.EventReader;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.SqliteStore;
import io.atalaya.sqlite.archive.Buckets.Bucket;
import io.atalaya.sqlite.segment.Filter;
import io.atalaya.sqlite.segment.Packed;
import io.atalaya.sqlite.segment.Row;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds archived events. Immutable. */
final class ArchiveQueries {
    private static final String ROWS_WITH_HASH =
            "SELECT position FROM archived INDEXED BY archived_id WHERE (position >> 12) = ? AND id_hash = ?";

    private static final String IDS =
            "SELECT first, events, hashes FROM segment_ids" + " WHERE first BETWEEN (?1 << 12) AND (?1 << 12) + 4095";

    private final SqliteStore store;
    private final Members members;

    ArchiveQueries(SqliteStore store, Members members) {
        this.store = store;
        this.members = members;
    }

    /** Finds the events of a page. */
    EventPage page(EventReader reader, EventQuery query) throws SQLException {
        return reader.atOneMoment(() -> pageNow(reader, query));
    }

    private EventPage pageNow(EventReader reader, EventQuery query) throws SQLException {
        Filter filter = Filter.of(query);
        if (query.after().isPresent()) {
            filter = filter.behind(behind(query.after().get(), query));
        }
        List<Row> rows = selection(reader.connection(), query, filter).first(query.skip(), query.limit() + 1);
        return EventPage.of(query, inOrder(query, reader.at(positions(rows))));
    }

    /** In the order in which they are stored. */
    private static List<Long> positions(List<Row> rows) {
        return rows.stream().map(Row::position).sorted().toList();
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

    private Selection selection(Connection connection, EventQuery query, Filter filter) throws SQLException {
        return new Selection(connection, store.file().idHash(), filter, members, rarest(connection, query));
    }

    private Row behind(EventKey key, EventQuery query) {
        long row = store.positions().row(key.cursor());
        // between two logs there is no row: what is behind such a place starts at it
        boolean exact = query.order() == Order.OLDEST_FIRST
                || store.positions().knows(key.cursor().epoch());
        return new Row(key.value(), exact ? row : row + 1);
    }

    /** The rows of a range by the filter that selects fewest in the newest range with rows; all of them without a filter. */
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
        return SqliteFile.number(connection, "SELECT max(position) >> 12 FROM archived");
    }

    long count(EventReader reader, EventQuery query) throws SQLException {
        return reader.atOneMoment(
                () -> selection(reader.connection(), query, Filter.of(query)).count());
    }

    /** The one that arrived last, which is mostly in the first range that has any. */
    Optional<Entry> find(EventReader reader, TenantId tenant, EventId id) throws SQLException {
        Connection connection = reader.connection();
        long hash = store.file().idHash().of(tenant, id).first();
        Entry latest = null;
        var identity = new EventLog.Identity(tenant, id);
        try (PreparedStatement rows = connection.prepareStatement(ROWS_WITH_HASH);
                PreparedStatement segments = connection.prepareStatement(IDS)) {
            for (Bucket bucket : Buckets.of(connection, Filter.of(EventQuery.everyTenant()))) {
                if (latest != null && bucket.bound() < latest.atMillis()) {
                    break;
                }
                for (Entry entry : reader.at(withHash(rows, segments, bucket.number(), hash))) {
                    latest = EventLog.Identity.of(entry.event()).equals(identity) ? later(latest, entry) : latest;
                }
            }
        }
        return Optional.ofNullable(latest).map(ArchiveQueries::kept);
    }

    private static List<Long> withHash(PreparedStatement rows, PreparedStatement segments, long bucket, long hash)
            throws SQLException {
        var positions = new ArrayList<Long>(2);
        rows.setLong(1, bucket);
        rows.setLong(2, hash);
        try (ResultSet row = rows.executeQuery()) {
            while (row.next()) {
                positions.add(row.getLong(1));
            }
        }
        segments.setLong(1, bucket);
        try (ResultSet segment = segments.executeQuery()) {
            while (segment.next()) {
                var hashes = new Packed(ByteBuffer.wrap(segment.getBytes(3)), 0);
                for (int i = 0, events = segment.getInt(2); i < events; i++) {
                    if (hashes.get(i) == hash) {
                        positions.add(segment.getLong(1) + i);
                    }
                }
            }
        }
        return positions;
    }

    private static Entry later(@Nullable Entry latest, Entry found) {
        boolean later =
                latest == null || EventKey.of(Time.ARRIVAL, found).compareTo(EventKey.of(Time.ARRIVAL, latest)) > 0;
        return later ? found : Objects.requireNonNull(latest);
    }
}
