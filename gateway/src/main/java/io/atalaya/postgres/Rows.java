package io.atalaya.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.archive.DeadLetters.DeadLetter;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.archive.Rejection;
import io.atalaya.event.Cursor;
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
import java.util.List;

/** Rows as values, and questions with their parameters. Pure functions. */
final class Rows {
    /** The columns that {@link #deadLetter} reads, in their order. */
    static final String DEAD_LETTER = CopyRows.COLUMNS + ", code, reason, attempts, buried_ms";

    private Rows() {}

    /** Makes a value of a row. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    static <T> List<T> query(Connection connection, String sql, List<?> parameters, Reader<T> reader)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            var found = new ArrayList<T>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
            }
            return found;
        }
    }

    /** How many rows were changed. */
    static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, Arrays.asList(parameters));
            return statement.executeUpdate();
        }
    }

    private static void set(PreparedStatement statement, List<?> parameters) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            statement.setObject(i + 1, parameters.get(i));
        }
    }

    /** Reads a row of {@code event}. */
    static Entry entry(ResultSet row) throws SQLException {
        return entry(row, row.getString(7), row.getString(8), row.getString(9).getBytes(UTF_8));
    }

    /** Reads a row of {@code dead_letter}. */
    static DeadLetter deadLetter(ResultSet row) throws SQLException {
        Entry entry =
                entry(row, new String(row.getBytes(7), UTF_8), new String(row.getBytes(8), UTF_8), row.getBytes(9));
        return new DeadLetter(
                entry,
                new Rejection(row.getString(10), row.getString(11)),
                row.getInt(12),
                Instant.ofEpochMilli(row.getLong(13)));
    }

    /** @param body with its closing brace */
    private static Entry entry(ResultSet row, String type, String scope, byte[] body) throws SQLException {
        Event event = new Event(
                new TenantId(row.getString(5)),
                new EventId(row.getString(6)),
                type,
                ScopeText.read(scope),
                new Event.Body(Arrays.copyOf(body, body.length - 1)),
                Time.EVENT.instant(row.getLong(4)),
                0,
                true);
        return new Entry(new Cursor(row.getLong(1), row.getLong(2)), row.getLong(3), event);
    }
}
