package io.atalaya.sqlite.acks;

import io.atalaya.event.Event;
import io.atalaya.event.ScopeText;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.Prepared;
import io.atalaya.sqlite.pack.EventRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;

/** Events that somebody waits for, as rows of their own. Confined to the writer, but for what is static. */
final class AckEvents {
    /** The columns that {@link #entry} reads, in its order. */
    static final String COLUMNS = "events.offset, events.at_ms, events.tenant, events.id, events.type,"
            + " events.ts_ms, events.ts_ns, events.scope, events.body";

    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Prepared insert;

    AckEvents(Connection connection) {
        insert = new Prepared(
                connection,
                "INSERT OR IGNORE INTO ack_events(offset, at_ms, tenant, id, type, ts_ms, ts_ns, scope, body)"
                        + " VALUES(?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT))");
    }

    /** Writes an event unless it is there. */
    void insert(long row, Entry entry) throws SQLException {
        Event event = entry.event();
        Instant timestamp = event.timestamp();
        int nanos = timestamp.getNano();
        PreparedStatement statement = insert.statement();
        statement.setLong(1, row);
        statement.setLong(2, entry.atMillis());
        statement.setString(3, event.tenant().value());
        statement.setString(4, event.id().value());
        statement.setString(5, event.type());
        statement.setLong(6, timestamp.getEpochSecond() * 1_000 + nanos / NANOS_PER_MILLI);
        statement.setInt(7, nanos % NANOS_PER_MILLI);
        statement.setString(8, ScopeText.write(event.scope()));
        statement.setBytes(9, closed(event.body()));
        statement.executeUpdate();
    }

    private static byte[] closed(Event.Body body) {
        byte[] open = body.open();
        byte[] closed = Arrays.copyOf(open, open.length + 1);
        closed[open.length] = '}';
        return closed;
    }

    /** Reads a row that has {@link #COLUMNS} after {@code before} others. */
    static Entry entry(ResultSet row, int before, Positions positions) throws SQLException {
        return new Entry(
                positions.cursor(row.getLong(before + 1)), row.getLong(before + 2), EventRow.read(row, before + 2));
    }
}
