package io.atalaya.sqlite.archive;

import io.atalaya.sqlite.Prepared;
import io.atalaya.sqlite.segment.Segment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The tables of segments, as their writer sees them. Confined to the writer; every method is part of a transaction. */
final class Segments {
    private final Prepared insert;
    private final Prepared insertSieve;
    private final Prepared insertIds;
    private final List<Prepared> delete;
    private final Prepared between;
    private final Prepared all;

    /** The rows of a segment. Immutable. */
    record Run(long first, int events) {
        long last() {
            return first + events - 1;
        }
    }

    Segments(Connection connection) {
        insert = new Prepared(
                connection, "INSERT OR REPLACE INTO segments(first, events, words, columns) VALUES(?, ?, ?, ?)");
        insertIds =
                new Prepared(connection, "INSERT OR REPLACE INTO segment_ids(first, events, hashes) VALUES(?, ?, ?)");
        insertSieve = new Prepared(connection, "INSERT OR REPLACE INTO segment_sieves(first, sieve) VALUES(?, ?)");
        delete = Stream.of("segments", "segment_sieves", "segment_ids")
                .map(table -> new Prepared(connection, "DELETE FROM " + table + " WHERE first = ?"))
                .toList();
        between = new Prepared(
                connection,
                "SELECT first, events FROM segments WHERE first BETWEEN ?1 - %d AND ?2 AND first + events > ?1"
                        .formatted(Buckets.ROWS - 1));
        all = new Prepared(
                connection, "SELECT first, events, words FROM segments WHERE first > ? ORDER BY first LIMIT 1");
    }

    /** Writes a segment, also over one of the same events. */
    void put(Segment segment) throws SQLException {
        PreparedStatement statement = insert.statement();
        statement.setLong(1, segment.first());
        statement.setInt(2, segment.events());
        statement.setBytes(3, segment.words());
        statement.setBytes(4, segment.columns());
        statement.executeUpdate();
        putSieve(segment.first(), segment.sieve());
        statement = insertIds.statement();
        statement.setLong(1, segment.first());
        statement.setInt(2, segment.events());
        statement.setBytes(3, segment.hashes());
        statement.executeUpdate();
    }

    /** Writes the sieve of a segment that is there. */
    void putSieve(long first, byte[] sieve) throws SQLException {
        PreparedStatement statement = insertSieve.statement();
        statement.setLong(1, first);
        statement.setBytes(2, sieve);
        statement.executeUpdate();
    }

    void delete(Run run) throws SQLException {
        for (Prepared table : delete) {
            PreparedStatement statement = table.statement();
            statement.setLong(1, run.first());
            statement.executeUpdate();
        }
    }

    /** The segments that have a row of [{@code first}, {@code last}]. */
    List<Run> between(long first, long last) throws SQLException {
        PreparedStatement query = between.statement();
        query.setLong(1, first);
        query.setLong(2, last);
        var runs = new ArrayList<Run>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                runs.add(new Run(row.getLong(1), row.getInt(2)));
            }
        }
        return runs;
    }

    /** A segment with its words. Immutable. */
    @SuppressWarnings("ArrayRecordComponent") // never modified
    record Worded(Run run, byte[] words) {}

    /** The first segment behind a row. */
    Optional<Worded> next(long behind) throws SQLException {
        PreparedStatement query = all.statement();
        query.setLong(1, behind);
        try (ResultSet row = query.executeQuery()) {
            return row.next()
                    ? Optional.of(new Worded(new Run(row.getLong(1), row.getInt(2)), row.getBytes(3)))
                    : Optional.empty();
        }
    }
}
