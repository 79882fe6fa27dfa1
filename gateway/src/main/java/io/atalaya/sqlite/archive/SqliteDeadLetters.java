package io.atalaya.sqlite.archive;

import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.DeadLetters;
import io.atalaya.archive.Rejection;
import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.EventReader;
import io.atalaya.sqlite.SqliteStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Dead letters as rows that point at the events. Thread-safe: immutable; changes are made by the writer. */
final class SqliteDeadLetters implements DeadLetters {
    private final SqliteArchive archive;
    private final SqliteStore store;

    SqliteDeadLetters(SqliteArchive archive, SqliteStore store) {
        this.archive = archive;
        this.store = store;
    }

    private record Letter(long row, Rejection rejection, int attempts, Instant buried) {}

    @Override
    public List<DeadLetter> page(@Nullable String code, @Nullable Cursor after, int limit) {
        long behind = after == null ? Long.MIN_VALUE : store.positions().row(after);
        return archive.read(reader -> {
            var letters = new ArrayList<DeadLetter>();
            for (Letter letter : letters(reader, code, behind, limit)) {
                entry(reader, letter.row())
                        .ifPresent(entry -> letters.add(
                                new DeadLetter(entry, letter.rejection(), letter.attempts(), letter.buried())));
            }
            return letters;
        });
    }

    private static List<Letter> letters(EventReader reader, @Nullable String code, long behind, int limit)
            throws SQLException {
        try (PreparedStatement query = reader.connection()
                .prepareStatement("SELECT position, code, text, attempts, buried_ms FROM dead_letters"
                        + " WHERE position > ?1 AND (?2 IS NULL OR code = ?2) ORDER BY position LIMIT ?3")) {
            query.setLong(1, behind);
            query.setString(2, code);
            query.setInt(3, limit);
            var letters = new ArrayList<Letter>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    letters.add(new Letter(
                            row.getLong(1),
                            new Rejection(row.getString(2), row.getString(3)),
                            row.getInt(4),
                            Instant.ofEpochMilli(row.getLong(5))));
                }
            }
            return letters;
        }
    }

    private static Optional<Entry> entry(EventReader reader, long row) throws SQLException {
        return reader.at(List.of(row)).stream().map(ArchiveQueries::kept).findFirst();
    }

    @Override
    public Optional<DeadLetter> find(Cursor position) {
        if (!store.positions().knows(position.epoch())) {
            return Optional.empty();
        }
        long row = store.positions().row(position);
        return archive.read(reader -> {
            List<Letter> letters = letters(reader, null, row - 1, 1);
            if (letters.isEmpty() || letters.getFirst().row() != row) {
                return Optional.empty();
            }
            Letter letter = letters.getFirst();
            return entry(reader, row)
                    .map(entry -> new DeadLetter(entry, letter.rejection(), letter.attempts(), letter.buried()));
        });
    }

    @Override
    public Redriven redrive(Cursor position) {
        Optional<DeadLetter> letter = find(position);
        if (letter.isEmpty()) {
            return new Redriven.Absent();
        }
        try {
            return archive.redrive(letter.get().entry()) ? new Redriven.Archived() : new Redriven.Absent();
        } catch (ArchiveException refusal) {
            Rejection again = refusal.rejection().orElseThrow(() -> refusal);
            archive.write(connection -> {
                try (PreparedStatement update = connection.prepareStatement(
                        "UPDATE dead_letters SET code = ?, text = ?, attempts = attempts + 1 WHERE position = ?")) {
                    update.setString(1, again.code());
                    update.setString(2, again.text());
                    update.setLong(3, store.positions().row(position));
                    return update.executeUpdate();
                }
            });
            return new Redriven.StillRejected(again);
        }
    }

    @Override
    public boolean discard(Cursor position) {
        return archive.discard(position);
    }

    @Override
    public Summary summary() {
        return archive.read(reader -> {
            var byCode = new HashMap<String, Long>();
            long total = 0;
            Instant oldest = null;
            try (PreparedStatement query = reader.connection()
                            .prepareStatement("SELECT code, count(*), min(buried_ms) FROM dead_letters GROUP BY code");
                    ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    byCode.put(row.getString(1), row.getLong(2));
                    total += row.getLong(2);
                    Instant buried = Instant.ofEpochMilli(row.getLong(3));
                    oldest = oldest == null || buried.isBefore(oldest) ? buried : oldest;
                }
            }
            return new Summary(total, byCode, Optional.ofNullable(oldest));
        });
    }
}
