package io.atalaya.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.DeadLetters;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.EventQuery.Time;
import io.atalaya.archive.Rejection;
import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.ScopeText;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.postgres.Tally.LogChange;
import io.atalaya.postgres.bucket.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dead letters of the archive. Thread-safe: immutable, over a thread-safe database. */
final class PostgresDeadLetters implements DeadLetters {
    private static final String BY_POSITION = "WHERE epoch = ? AND log_offset = ?";
    private static final String BURY = """
            INSERT INTO dead_letter (%s)
            SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?
            WHERE NOT EXISTS (SELECT FROM event WHERE epoch = ? AND log_offset = ?)
            ON CONFLICT (epoch, log_offset) DO NOTHING""".formatted(Rows.DEAD_LETTER);

    private final Database database;
    private final EventTable events;
    private final InstantSource clock;

    PostgresDeadLetters(Database database, EventTable events, InstantSource clock) {
        this.database = database;
        this.events = events;
        this.clock = clock;
    }

    boolean bury(Entry entry, Rejection rejection) {
        return database.write(connection -> {
            EventTable.lock(connection, List.of(entry.cursor().epoch()), true);
            Event event = entry.event();
            byte[] open = event.body().open();
            byte[] body = Arrays.copyOf(open, open.length + 1);
            body[open.length] = '}';
            boolean buried = Sql.update(
                            connection,
                            BURY,
                            entry.cursor().epoch(),
                            entry.cursor().offset(),
                            entry.atMillis(),
                            Time.EVENT.of(entry),
                            event.tenant().value(),
                            event.id().value(),
                            event.type().getBytes(UTF_8),
                            ScopeText.write(event.scope()).getBytes(UTF_8),
                            body,
                            rejection.code(),
                            rejection.text(),
                            clock.millis(),
                            entry.cursor().epoch(),
                            entry.cursor().offset())
                    > 0;
            if (buried) {
                count(connection, entry.cursor(), LogChange.BURIED);
            }
            return buried;
        });
    }

    private static void count(Connection connection, Cursor position, LogChange change) throws SQLException {
        var tally = new Tally();
        tally.log(position.epoch(), change);
        tally.write(connection);
    }

    @Override
    public List<DeadLetter> page(@Nullable String code, @Nullable Cursor after, int limit) {
        if (limit < 1 || limit > EventQuery.MAX_LIMIT) {
            throw new IllegalArgumentException("limit: %d (expected: 1 … %d)".formatted(limit, EventQuery.MAX_LIMIT));
        }
        var sql = new StringBuilder("SELECT " + Rows.DEAD_LETTER + " FROM dead_letter WHERE true");
        var parameters = new ArrayList<Object>();
        if (code != null) {
            sql.append(" AND code = ?");
            parameters.add(code);
        }
        if (after != null) {
            sql.append(" AND (epoch, log_offset) > (?, ?)");
            parameters.addAll(List.of(after.epoch(), after.offset()));
        }
        sql.append(" ORDER BY epoch, log_offset LIMIT ?");
        parameters.add(limit);
        return database.read(connection -> Sql.query(connection, sql.toString(), parameters, Rows::deadLetter));
    }

    @Override
    public Optional<DeadLetter> find(Cursor position) {
        return database.read(connection -> find(connection, position, ""));
    }

    private static Optional<DeadLetter> find(Connection connection, Cursor position, String locking)
            throws SQLException {
        String sql = "SELECT %s FROM dead_letter %s%s".formatted(Rows.DEAD_LETTER, BY_POSITION, locking);
        return Sql.query(connection, sql, List.of(position.epoch(), position.offset()), Rows::deadLetter).stream()
                .findFirst();
    }

    @Override
    public Redriven redrive(Cursor position) {
        try {
            return database.write(connection -> {
                EventTable.lock(connection, List.of(position.epoch()), true);
                Optional<DeadLetter> letter = find(connection, position, " FOR UPDATE");
                if (letter.isEmpty()) {
                    return new Redriven.Absent();
                }
                delete(connection, position);
                events.storeRedriven(connection, letter.get().entry());
                return new Redriven.Archived();
            });
        } catch (ArchiveException refusal) {
            Rejection again = refusal.rejection().orElseThrow(() -> refusal);
            return refuseAgain(position, again);
        }
    }

    private Redriven refuseAgain(Cursor position, Rejection rejection) {
        String sql = "UPDATE dead_letter SET code = ?, reason = ?, attempts = attempts + 1 " + BY_POSITION;
        int changed = database.write(connection ->
                Sql.update(connection, sql, rejection.code(), rejection.text(), position.epoch(), position.offset()));
        return changed > 0 ? new Redriven.StillRejected(rejection) : new Redriven.Absent();
    }

    @Override
    public boolean discard(Cursor position) {
        return database.write(connection -> {
            boolean deleted = delete(connection, position);
            if (deleted) {
                count(connection, position, LogChange.DISCARDED);
            }
            return deleted;
        });
    }

    private static boolean delete(Connection connection, Cursor position) throws SQLException {
        return Sql.update(connection, "DELETE FROM dead_letter " + BY_POSITION, position.epoch(), position.offset())
                > 0;
    }

    @Override
    public Summary summary() {
        return database.read(connection -> {
            var byCode = new HashMap<String, Long>();
            List<Long> oldest = Sql.query(
                    connection,
                    "SELECT code, count(*), min(buried_ms) FROM dead_letter GROUP BY code",
                    List.of(),
                    row -> {
                        byCode.put(row.getString(1), row.getLong(2));
                        return row.getLong(3);
                    });
            long total = byCode.values().stream().mapToLong(Long::longValue).sum();
            return new Summary(total, byCode, oldest.stream().min(Long::compare).map(Instant::ofEpochMilli));
        });
    }
}
