package io.atalaya.sqlite;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.ScopeText;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.pack.Pack;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads what is stored as events. Confined to one reader at a time. */
public final class EventReader implements AutoCloseable {
    private static final int REPEATED_VALUES = 1_024;

    private final Connection connection;
    private final Positions positions;
    private final Packs packs;

    /** Few tenants, types and scopes stand in many events. */
    private final Map<String, TenantId> tenants = new HashMap<>();

    private final Map<String, String> types = new HashMap<>();
    private final Map<String, Map<String, String>> scopes = new HashMap<>();

    public EventReader(Connection connection, Positions positions) {
        this.connection = connection;
        this.positions = positions;
        this.packs = new Packs(connection);
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
        byte[] name = tenant.value().getBytes(StandardCharsets.ISO_8859_1);
        return read(after, to, limit, (pack, row) -> pack.isOf(name, row));
    }

    /** As {@link #ofTenant}, whoever's they are. */
    public List<Entry> ofAll(long after, long to, Limit limit) throws SQLException {
        return read(after, to, limit, (_, _) -> true);
    }

    @FunctionalInterface
    private interface Wanted {
        boolean is(Pack pack, long row);
    }

    private List<Entry> read(long after, long to, Limit limit, Wanted wanted) throws SQLException {
        var entries = new ArrayList<Entry>();
        var bytes = new long[1];
        packs.between(after + 1, to, (pack, row) -> {
            if (wanted.is(pack, row)) {
                entries.add(entry(pack, row));
                bytes[0] += pack.bodyBytes(row);
            }
            return entries.size() < limit.events() && bytes[0] < limit.bytes();
        });
        return entries;
    }

    /** The events of rows, in their order; rows without one are passed over. */
    public List<Entry> at(Collection<Long> rows) throws SQLException {
        var entries = new ArrayList<Entry>(rows.size());
        for (long row : rows) {
            packs.around(row).ifPresent(pack -> entries.add(entry(pack, row)));
        }
        return entries;
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

    private Entry entry(Pack pack, long row) {
        var event = new Event(
                repeated(tenants, pack.tenant(row), TenantId::new),
                new EventId(pack.id(row)),
                repeated(types, pack.quotedType(row), ScopeText::unquoted),
                repeated(scopes, pack.scope(row), ScopeText::read),
                new Event.Body(pack.openBody(row)),
                pack.timestamp(row),
                0,
                true);
        return new Entry(positions.cursor(row), pack.atMillis(row), event);
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
