package io.atalaya.sqlite.log;

import io.atalaya.sqlite.Prepared;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Stored chunks as one connection sees them; the one read last is kept. Confined to the connection's owner. */
final class Chunks {
    private final Prepared around;
    private Chunk latest = new Chunk(1);

    Chunks(Connection connection) {
        around = new Prepared(
                connection,
                "SELECT first_offset, facts FROM chunks WHERE first_offset <= ? ORDER BY first_offset DESC LIMIT 1");
    }

    /**
     * The stored chunk with the facts of an event.
     *
     * @throws SQLException also when there is none
     */
    Chunk around(long offset) throws SQLException {
        if (!latest.has(offset)) {
            PreparedStatement query = around.statement();
            query.setLong(1, offset);
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    latest = Chunk.read(row.getLong(1), row.getBytes(2));
                }
            }
            if (!latest.has(offset)) {
                throw new SQLException("no chunk has event %d (expected: every stored event in one)".formatted(offset));
            }
        }
        return latest;
    }

    /** Stores a chunk; part of the writer's transaction. */
    static void insert(Connection connection, Chunk chunk) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO chunks(first_offset, events, bytes, facts) VALUES(?, ?, ?, ?)")) {
            insert.setLong(1, chunk.firstOffset());
            insert.setInt(2, chunk.size());
            insert.setLong(3, chunk.bytes());
            insert.setBytes(4, chunk.toBytes());
            insert.executeUpdate();
        }
    }

    /** Removes the chunks that end before an event, but never the newest; part of the writer's transaction. */
    static void deleteBefore(Connection connection, long offset) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM chunks WHERE first_offset + events <= ?"
                        + " AND first_offset < (SELECT max(first_offset) FROM chunks)")) {
            delete.setLong(1, offset);
            delete.executeUpdate();
        }
    }
}
