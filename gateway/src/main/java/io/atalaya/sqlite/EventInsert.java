package io.atalaya.sqlite;

import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/** Writes events as rows, many with one statement. Confined to the writer. */
final class EventInsert {
    private static final int ROWS = 32;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Prepared many;
    private final Prepared one;

    EventInsert(Connection connection) {
        many = new Prepared(connection, sql(ROWS));
        one = new Prepared(connection, sql(1));
    }

    /** Offset and time of all rows are parameters 1 and 2. */
    private static String sql(int rows) {
        var sql = new StringBuilder("INSERT INTO events(offset, at_ms, tenant, id, type, ts_ms, ts_ns, scope, body)");
        int parameter = 3;
        for (int row = 0; row < rows; row++) {
            sql.append(row == 0 ? " VALUES" : ",").append("(?1+").append(row).append(",?2");
            for (int column = 0; column < 6; column++) {
                sql.append(",?").append(parameter++);
            }
            sql.append(",CAST(?").append(parameter++).append(" AS TEXT))");
        }
        return sql.toString();
    }

    /** Writes events with neighbouring offsets and one time. */
    void insert(List<Entry> entries) throws SQLException {
        int at = 0;
        for (; at + ROWS <= entries.size(); at += ROWS) {
            insert(many.statement(), entries.subList(at, at + ROWS));
        }
        for (; at < entries.size(); at++) {
            insert(one.statement(), entries.subList(at, at + 1));
        }
    }

    private static void insert(PreparedStatement statement, List<Entry> entries) throws SQLException {
        statement.setLong(1, entries.getFirst().cursor().offset());
        statement.setLong(2, entries.getFirst().atMillis());
        int parameter = 3;
        for (Entry entry : entries) {
            Event event = entry.event();
            statement.setString(parameter++, event.tenant().value());
            statement.setString(parameter++, event.id().value());
            statement.setString(parameter++, event.type());
            statement.setLong(parameter++, event.timestamp().toEpochMilli());
            statement.setInt(parameter++, event.timestamp().getNano() % NANOS_PER_MILLI);
            statement.setString(parameter++, ScopeText.write(event.scope()));
            statement.setBytes(parameter++, closed(event.body()));
        }
        statement.executeUpdate();
    }

    private static byte[] closed(Event.Body body) {
        byte[] open = body.open();
        byte[] closed = Arrays.copyOf(open, open.length + 1);
        closed[open.length] = '}';
        return closed;
    }
}
