package io.atalaya.sqlite;

import io.atalaya.event.Event;
import io.atalaya.event.ScopeText;
import io.atalaya.log.EventLog.Entry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Writes events of the file's own log as rows, many with one statement. Confined to the writer. */
public final class EventInsert {
    private static final int ROWS = 32;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Prepared many;
    private final Prepared one;
    private final Prepared missing;

    /** @param table one with the columns of {@code events} */
    public EventInsert(Connection connection, String table) {
        many = new Prepared(connection, sql(table, ROWS));
        one = new Prepared(connection, sql(table, 1));
        missing = new Prepared(connection, sql(table, 1).replace("INSERT", "INSERT OR IGNORE"));
    }

    /** Offset and time of all rows are parameters 1 and 2. */
    private static String sql(String table, int rows) {
        var sql = new StringBuilder(
                "INSERT INTO " + table + "(offset, at_ms, tenant, id, type, ts_ms, ts_ns, scope, body)");
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
    public void insert(List<Entry> entries) throws SQLException {
        int at = 0;
        for (; at + ROWS <= entries.size(); at += ROWS) {
            List<Entry> rows = entries.subList(at, at + ROWS);
            insert(many.statement(), rows.getFirst().cursor().offset(), rows);
        }
        for (; at < entries.size(); at++) {
            insert(one.statement(), entries.get(at).cursor().offset(), entries.subList(at, at + 1));
        }
    }

    /** Writes an event of any log, unless its row is there already. */
    public void insertMissing(long row, Entry entry) throws SQLException {
        insert(missing.statement(), row, List.of(entry));
    }

    private static void insert(PreparedStatement statement, long firstRow, List<Entry> entries) throws SQLException {
        statement.setLong(1, firstRow);
        statement.setLong(2, entries.getFirst().atMillis());
        int parameter = 3;
        for (Entry entry : entries) {
            Event event = entry.event();
            statement.setString(parameter++, event.tenant().value());
            statement.setString(parameter++, event.id().value());
            statement.setString(parameter++, event.type());
            Instant timestamp = event.timestamp();
            long seconds = timestamp.getEpochSecond();
            int nanos = timestamp.getNano();
            statement.setLong(parameter++, seconds * 1_000 + nanos / NANOS_PER_MILLI);
            statement.setInt(parameter++, nanos % NANOS_PER_MILLI);
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
