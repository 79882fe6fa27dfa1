package io.atalaya.sqlite;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.ScopeText;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads rows back as events. Confined to one reader at a time. */
public final class EventReader implements AutoCloseable {
    /** The columns that {@link #entry} reads, in its order. */
    public static final String COLUMNS = "events.offset, events.at_ms, events.tenant, events.id, events.type,"
            + " events.ts_ms, events.ts_ns, events.scope, events.body";

    private static final int REPEATED_VALUES = 1_024;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Connection connection;
    private final Positions positions;
    private final Prepared ofTenant;
    private final Prepared ofAll;

    /** Few tenants, types and scopes stand in many rows. */
    private final Map<String, TenantId> tenants = new HashMap<>();

    private final Map<String, String> types = new HashMap<>();
    private final Map<String, Map<String, String>> scopes = new HashMap<>();

    public EventReader(Connection connection, Positions positions) {
        this.connection = connection;
        this.positions = positions;
        String between = "SELECT " + COLUMNS + " FROM events WHERE offset > ?1 AND offset <= ?2";
        ofTenant = new Prepared(connection, between + " AND tenant = ?3 ORDER BY offset LIMIT ?4");
        ofAll = new Prepared(connection, between + " ORDER BY offset LIMIT ?3");
    }

    public Connection connection() {
        return connection;
    }

    /** Several reads that belong together. */
    @FunctionalInterface
    public interface Reads<T> {
        T run() throws SQLException;
    }

    /** Runs reads that all see the file as it is when the first begins. */
    public <T> T atOneMoment(Reads<T> reads) throws SQLException {
        SqliteFile.execute(connection, "BEGIN");
        try {
            return reads.run();
        } finally {
            SqliteFile.execute(connection, "COMMIT");
        }
    }

    /** A tenant's events after {@code after} and up to {@code to}, until there are {@code max} or so many bytes. */
    public List<Entry> ofTenant(TenantId tenant, long after, long to, Limit limit) throws SQLException {
        PreparedStatement query = ofTenant.statement();
        query.setLong(1, after);
        query.setLong(2, to);
        query.setString(3, tenant.value());
        query.setInt(4, limit.events());
        return read(query, limit);
    }

    /** As {@link #ofTenant}, whoever's they are. */
    public List<Entry> ofAll(long after, long to, Limit limit) throws SQLException {
        PreparedStatement query = ofAll.statement();
        query.setLong(1, after);
        query.setLong(2, to);
        query.setInt(3, limit.events());
        return read(query, limit);
    }

    /**
     * Where a read ends.
     *
     * @param bytes of bodies; the event that reaches it is the last
     */
    public record Limit(int events, long bytes) {
        /** Whether a read that brought these may have left some out. */
        public boolean reachedBy(List<Entry> entries) {
            return entries.size() >= events
                    || entries.stream()
                                    .mapToLong(e -> e.event().body().open().length)
                                    .sum()
                            >= bytes;
        }
    }

    /** Reads rows of {@link #COLUMNS}. */
    public List<Entry> read(PreparedStatement query, Limit limit) throws SQLException {
        var entries = new ArrayList<Entry>();
        long bytes = 0;
        try (ResultSet rows = query.executeQuery()) {
            while (bytes < limit.bytes() && rows.next()) {
                Entry entry = entry(rows, 0);
                bytes += entry.event().body().open().length;
                entries.add(entry);
            }
        }
        return entries;
    }

    /** Reads a row that has {@link #COLUMNS} after {@code before} others. */
    public Entry entry(ResultSet row, int before) throws SQLException {
        var event = new Event(
                repeated(tenants, row.getString(before + 3), TenantId::new),
                new EventId(row.getString(before + 4)),
                repeated(types, row.getString(before + 5), Function.identity()),
                repeated(scopes, row.getString(before + 8), ScopeText::read),
                open(row.getBytes(before + 9)),
                Instant.ofEpochMilli(row.getLong(before + 6)).plusNanos(row.getInt(before + 7) % NANOS_PER_MILLI),
                0,
                true);
        return new Entry(positions.cursor(row.getLong(before + 1)), row.getLong(before + 2), event);
    }

    private static Event.Body open(byte[] closed) {
        return new Event.Body(Arrays.copyOf(closed, closed.length - 1));
    }

    private static <T> T repeated(Map<String, T> known, String text, Function<String, T> make) {
        if (known.size() >= REPEATED_VALUES) {
            known.clear();
        }
        return known.computeIfAbsent(text, make);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
