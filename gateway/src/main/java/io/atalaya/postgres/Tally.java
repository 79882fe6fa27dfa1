package io.atalaya.postgres;

import io.atalaya.log.EventLog.Entry;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the roll-ups, to be written in the transaction that changes the events. Confined to one call.
 *
 * <p>Rows are changed in the order of tables and keys, so that two writers never wait for each other in a circle.
 */
final class Tally {
    private static final long MINUTE_MILLIS = 60_000;

    private final TreeMap<Key<String>, Long> types = new TreeMap<>();
    private final TreeMap<Key<String>, Long> members = new TreeMap<>();
    private final TreeMap<Key<Long>, Long> minutes = new TreeMap<>();
    private final TreeMap<Long, LogChange> logs = new TreeMap<>();

    private record Key<T extends Comparable<T>>(T first, String second) implements Comparable<Key<T>> {
        @Override
        public int compareTo(Key<T> other) {
            int byFirst = first.compareTo(other.first);
            return byFirst != 0 ? byFirst : second.compareTo(other.second);
        }
    }

    /** How the states of a log's entries change. */
    record LogChange(long archived, long deadLettered, long purged, long discarded) {
        static final LogChange ARCHIVED = new LogChange(1, 0, 0, 0);
        static final LogChange BURIED = new LogChange(0, 1, 0, 0);
        static final LogChange REDRIVEN = new LogChange(1, -1, 0, 0);
        static final LogChange DISCARDED = new LogChange(0, -1, 0, 1);

        static LogChange purged(long events) {
            return new LogChange(-events, 0, events, 0);
        }

        private LogChange plus(LogChange other) {
            return new LogChange(
                    archived + other.archived,
                    deadLettered + other.deadLettered,
                    purged + other.purged,
                    discarded + other.discarded);
        }
    }

    /** One archived event more. */
    void add(Entry entry, @Nullable String member, LogChange change) {
        String tenant = entry.event().tenant().value();
        events(tenant, entry.event().type(), member, Math.floorDiv(entry.atMillis(), MINUTE_MILLIS), 1);
        log(entry.cursor().epoch(), change);
    }

    /** So many events more, or fewer, of one kind. */
    void events(String tenant, String type, @Nullable String member, long minute, long events) {
        types.merge(new Key<>(tenant, type), events, Long::sum);
        if (member != null) {
            members.merge(new Key<>(tenant, member), events, Long::sum);
        }
        minutes.merge(new Key<>(minute, tenant), events, Long::sum);
    }

    /** Entries of a log change their state. */
    void log(long epoch, LogChange change) {
        logs.merge(epoch, change, LogChange::plus);
    }

    /** Writes the changes. */
    void write(Connection connection) throws SQLException {
        write(connection, "tally_type", "tenant, type", "text", types);
        write(connection, "tally_member", "tenant, value", "text", members);
        write(connection, "tally_minute", "minute, tenant", "bigint", minutes);
        writeLogs(connection);
    }

    private static <T extends Comparable<T>> void write(
            Connection connection, String table, String key, String firstType, Map<Key<T>, Long> changes)
            throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        String sql = """
                INSERT INTO %1$s AS t (%2$s, events) SELECT * FROM unnest(?::%3$s[], ?::text[], ?::bigint[])
                ON CONFLICT (%2$s) DO UPDATE SET events = t.events + excluded.events""".formatted(table, key, firstType);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(
                    1,
                    array(
                            connection,
                            firstType,
                            changes.keySet().stream().map(Key::first).toList()));
            statement.setArray(
                    2,
                    array(
                            connection,
                            "text",
                            changes.keySet().stream().map(Key::second).toList()));
            statement.setArray(3, array(connection, "bigint", List.copyOf(changes.values())));
            statement.executeUpdate();
        }
        if (changes.values().stream().anyMatch(change -> change < 0)) {
            deleteEmpty(connection, table, key, firstType, changes);
        }
    }

    private static <T extends Comparable<T>> void deleteEmpty(
            Connection connection, String table, String key, String firstType, Map<Key<T>, Long> changes)
            throws SQLException {
        String sql = "DELETE FROM %1$s WHERE events = 0 AND (%2$s) IN (SELECT * FROM unnest(?::%3$s[], ?::text[]))"
                .formatted(table, key, firstType);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(
                    1,
                    array(
                            connection,
                            firstType,
                            changes.keySet().stream().map(Key::first).toList()));
            statement.setArray(
                    2,
                    array(
                            connection,
                            "text",
                            changes.keySet().stream().map(Key::second).toList()));
            statement.executeUpdate();
        }
    }

    private void writeLogs(Connection connection) throws SQLException {
        if (logs.isEmpty()) {
            return;
        }
        String sql = """
                INSERT INTO log_count AS c (epoch, archived, dead_lettered, purged, discarded)
                SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                ON CONFLICT (epoch) DO UPDATE SET archived = c.archived + excluded.archived,
                    dead_lettered = c.dead_lettered + excluded.dead_lettered,
                    purged = c.purged + excluded.purged, discarded = c.discarded + excluded.discarded""";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, array(connection, "bigint", List.copyOf(logs.keySet())));
            statement.setArray(2, column(connection, LogChange::archived));
            statement.setArray(3, column(connection, LogChange::deadLettered));
            statement.setArray(4, column(connection, LogChange::purged));
            statement.setArray(5, column(connection, LogChange::discarded));
            statement.executeUpdate();
        }
    }

    private Array column(Connection connection, Function<LogChange, Long> part) throws SQLException {
        var values = new ArrayList<Long>();
        for (Map.Entry<Long, LogChange> log : logs.entrySet()) {
            values.add(part.apply(log.getValue()));
        }
        return array(connection, "bigint", values);
    }

    private static Array array(Connection connection, String type, List<?> values) throws SQLException {
        return connection.createArrayOf(type, values.toArray());
    }
}
