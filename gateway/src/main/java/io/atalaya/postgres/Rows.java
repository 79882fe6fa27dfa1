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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;

/** Rows as values. Pure functions. */
final class Rows {
    /** The columns that {@link #deadLetter} reads, in their order. */
    static final String DEAD_LETTER = CopyRows.COLUMNS + ", code, reason, attempts, buried_ms";

    private Rows() {}

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
