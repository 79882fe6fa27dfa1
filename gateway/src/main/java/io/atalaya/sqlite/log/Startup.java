package io.atalaya.sqlite.log;

import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.sqlite.IdHash;
import io.atalaya.sqlite.Packs;
import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.SqliteFile;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Brings what is kept in memory back from a file. Stateless. */
final class Startup {
    /** The newest event whose facts are stored. */
    static final String COVERED = "SELECT first_offset + events - 1 FROM chunks ORDER BY first_offset DESC LIMIT 1";

    private Startup() {}

    /** The facts of the events that were stored since the last chunk was. */
    static Chunk uncovered(Connection connection, IdHash hash) throws SQLException {
        long covered = SqliteFile.number(connection, COVERED);
        var facts = new Chunk(covered + 1);
        new Packs(connection).between(covered + 1, Positions.OWN_END - 1, (pack, row) -> {
            facts.add(
                    hash.of(new TenantId(pack.tenant(row)), new EventId(pack.id(row))),
                    pack.atMillis(row),
                    pack.bodyBytes(row));
            return true;
        });
        return facts;
    }

    /** The ids remembered: at most so many and a chunk, those of the uncovered events included. */
    static IdWindow ids(Connection connection, Chunk uncovered, int max) throws SQLException {
        long from = uncovered.lastOffset() - max + 1;
        long first = uncovered.firstOffset();
        var ids = new IdWindow(first);
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT first_offset, facts FROM chunks WHERE first_offset + events > ? ORDER BY first_offset")) {
            query.setLong(1, from);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    Chunk chunk = Chunk.read(row.getLong(1), row.getBytes(2));
                    ids = ids.size() == 0 ? new IdWindow(chunk.firstOffset()) : ids;
                    add(ids, chunk);
                }
            }
        }
        add(ids, uncovered);
        return ids;
    }

    private static void add(IdWindow ids, Chunk chunk) {
        for (long offset = chunk.firstOffset(); offset <= chunk.lastOffset(); offset++) {
            ids.add(chunk.fingerprint(offset).first());
        }
    }
}
