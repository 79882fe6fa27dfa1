package io.atalaya.sqlite.pack;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

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
                builder.add(EventRow.read(row, 2), row.getLong(2));
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
}
