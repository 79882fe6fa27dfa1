package io.atalaya.sqlite.pack;

import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import io.atalaya.event.ScopeText;
import io.atalaya.event.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;

/** Moves the events of a file that has a row for each into packs. Stateless. */
public final class RowsToPacks {
    private RowsToPacks() {}

    /** Fills {@code packs} from {@code events}. Part of a transaction. */
    public static void convert(Connection connection) throws SQLException {
        var builder = new PackBuilder();
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery("SELECT offset, at_ms, tenant, id, type, ts_ms, ts_ns, scope, body"
                        + " FROM events ORDER BY offset");
                PreparedStatement insert = connection.prepareStatement(Pack.INSERT)) {
            long first = 0;
            long next = 0;
            while (row.next()) {
                long offset = row.getLong(1);
                if (builder.isFull() || offset != next) {
                    store(builder, first, insert);
                    first = offset;
                }
                builder.add(event(row), row.getLong(2));
                next = offset + 1;
            }
            store(builder, first, insert);
        }
    }

    private static void store(PackBuilder builder, long first, PreparedStatement insert) throws SQLException {
        if (!builder.isEmpty()) {
            builder.build(first).bind(insert);
            insert.executeUpdate();
        }
    }

    private static Event event(ResultSet row) throws SQLException {
        byte[] body = row.getBytes(9);
        return new Event(
                new TenantId(row.getString(3)),
                new EventId(row.getString(4)),
                row.getString(5),
                ScopeText.read(row.getString(8)),
                new Event.Body(Arrays.copyOf(body, body.length - 1)),
                Instant.ofEpochMilli(row.getLong(6)).plusNanos(row.getInt(7)),
                0,
                true);
    }
}
