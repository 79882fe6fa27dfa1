package io.atalaya.sqlite.pack;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.ScopeText;
import io.atalaya.event.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;

/** An event as a row of its own: tenant, id, type, ts_ms, ts_ns, scope, body. Stateless. */
public final class EventRow {
    private EventRow() {}

    /** Reads a row that has these columns after {@code before} others. */
    public static Event read(ResultSet row, int before) throws SQLException {
        byte[] body = row.getBytes(before + 7);
        return new Event(
                new TenantId(row.getString(before + 1)),
                new EventId(row.getString(before + 2)),
                row.getString(before + 3),
                ScopeText.read(row.getString(before + 6)),
                new Event.Body(Arrays.copyOf(body, body.length - 1)),
                Instant.ofEpochMilli(row.getLong(before + 4)).plusNanos(row.getInt(before + 5)),
                0,
                true);
    }
}
