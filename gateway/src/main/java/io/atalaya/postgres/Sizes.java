package io.atalaya.postgres;

import io.atalaya.archive.Archive.Relation;
import io.atalaya.archive.Archive.Size;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;

/** What the archive takes of the server's disk. Pure functions. */
final class Sizes {
    /** There are fewer tables and indexes; what else somebody puts into the schema shall not become series without end. */
    private static final int MOST = 50;

    private Sizes() {}

    static Size of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long all;
            try (ResultSet rows = statement.executeQuery("SELECT pg_database_size(current_database())")) {
                rows.next();
                all = rows.getLong(1);
            }
            var relations = new ArrayList<Relation>();
            try (ResultSet rows = statement.executeQuery("""
                    SELECT c.relname, c.relkind = 'i',
                           CASE WHEN c.relkind = 'i' THEN pg_relation_size(c.oid) ELSE pg_table_size(c.oid) END
                    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = '%s' AND c.relkind IN ('r', 'i') ORDER BY 3 DESC, 1 LIMIT %d""".formatted(Schema.NAME, MOST))) {
                while (rows.next()) {
                    relations.add(new Relation(rows.getString(1), rows.getBoolean(2), rows.getLong(3)));
                }
            }
            return new Size(all, relations);
        }
    }
}
