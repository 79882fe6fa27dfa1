package io.atalaya.sqlite.archive;

import io.atalaya.archive.ArchiveFields;
import io.atalaya.sqlite.Meta;
import io.atalaya.sqlite.SqliteFile;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which column of {@code archived} holds which member of the scope. Immutable. */
record Members(Map<String, Integer> slots) {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    private static final String STATISTICS_MEMBER = "statistics_member";

    Members {
        slots = Map.copyOf(slots);
    }

    /** The name of the column. */
    String column(String member) {
        return "m" + slots.get(member);
    }

    /** The index by range of positions and member. */
    String index(String member) {
        return "archived_" + column(member);
    }

    /**
     * Brings columns and indexes of rows, and their tallies, in line with the members wanted; where they have changed, by
     * reading all events again. Part of the writer's transaction.
     */
    static Members arrange(Connection connection, ArchiveFields fields) throws SQLException {
        Map<String, Integer> known = known(connection);
        for (Map.Entry<String, Integer> one : known.entrySet()) {
            if (!fields.filters().contains(one.getKey())) {
                drop(connection, one.getKey(), one.getValue());
            }
        }
        known.keySet().retainAll(fields.filters());
        for (String member : fields.filters()) {
            if (!known.containsKey(member)) {
                int slot = freeSlot(known);
                add(connection, member, slot);
                known.put(member, slot);
            }
        }
        if (countDiffers(connection, fields)) {
            count(connection, fields.statistics().orElse(""));
        }
        return new Members(known);
    }

    private static Map<String, Integer> known(Connection connection) throws SQLException {
        var known = new HashMap<String, Integer>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT member, slot FROM archive_members")) {
            while (row.next()) {
                known.put(row.getString(1), row.getInt(2));
            }
        }
        return known;
    }

    private static int freeSlot(Map<String, Integer> known) {
        int slot = 0;
        while (known.containsValue(slot)) {
            slot++;
        }
        return slot;
    }

    private static void drop(Connection connection, String member, int slot) throws SQLException {
        SqliteFile.execute(connection, "DROP INDEX archived_m" + slot);
        SqliteFile.execute(connection, "UPDATE archived SET m%d = NULL WHERE m%d IS NOT NULL".formatted(slot, slot));
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM archive_members WHERE member = ?")) {
            delete.setString(1, member);
            delete.executeUpdate();
        }
    }

    private static void add(Connection connection, String member, int slot) throws SQLException {
        LOG.atInfo().addKeyValue("member", member).log("archive: indexing a member of the events");
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO archive_members(member, slot) VALUES(?, ?)")) {
            insert.setString(1, member);
            insert.setInt(2, slot);
            insert.executeUpdate();
        }
        SqliteFile.execute(connection, "UPDATE archived SET m%d = %s".formatted(slot, valueOf(member)));
        SqliteFile.execute(
                connection,
                "CREATE INDEX archived_m%d ON archived(position >> 12, m%d) WHERE m%d IS NOT NULL"
                        .formatted(slot, slot, slot));
    }

    /** A member's value in the event of an archived row; names of members need no quoting. */
    private static String valueOf(String member) {
        return "(SELECT json_extract(text, '$[' || (archived.position - first) || '][3].%s') FROM packs"
                        .formatted(member)
                + " WHERE first = (SELECT max(first) FROM packs WHERE first <= archived.position))";
    }

    /** Whether statistics have counted by another member so far. */
    static boolean countDiffers(Connection connection, ArchiveFields fields) throws SQLException {
        byte[] before = Meta.bytes(connection, STATISTICS_MEMBER);
        return before == null
                || !new String(before, StandardCharsets.UTF_8)
                        .equals(fields.statistics().orElse(""));
    }

    private static void count(Connection connection, String member) throws SQLException {
        SqliteFile.execute(
                connection, "UPDATE archived SET counted = " + (member.isEmpty() ? "NULL" : valueOf(member)));
        SqliteFile.execute(connection, "DELETE FROM tallies WHERE kind = 'member'");
        String tally = "INSERT INTO tallies(tenant, kind, name, events) SELECT %s, 'member', counted, count(*)"
                + " FROM archived WHERE counted IS NOT NULL GROUP BY 1, 3";
        SqliteFile.execute(connection, tally.formatted("tenant"));
        SqliteFile.execute(connection, tally.formatted("''"));
        Meta.write(connection, STATISTICS_MEMBER, member);
    }
}
