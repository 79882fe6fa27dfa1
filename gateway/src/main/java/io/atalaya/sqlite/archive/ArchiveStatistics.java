package io.atalaya.sqlite.archive;

import io.atalaya.archive.Archive.Counts;
import io.atalaya.archive.Statistics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Reads what {@link Tally} writes. Stateless. */
final class ArchiveStatistics {
    private static final int MINUTES_OF_AN_HOUR = 60;
    private static final int HOURS = 24;
    private static final long HOUR_MILLIS = 3_600_000;

    private ArchiveStatistics() {}

    /** @param tenant {@link Tally#EVERY_TENANT} for all */
    static Statistics of(Connection connection, String tenant, Instant now) throws SQLException {
        long total = names(connection, tenant, Tally.TOTAL).getOrDefault("", 0L);
        return minutes(connection, tenant, now, total);
    }

    private static Map<String, Long> names(Connection connection, String tenant, String kind) throws SQLException {
        var names = new HashMap<String, Long>();
        try (PreparedStatement query = connection.prepareStatement("SELECT name, events FROM tallies"
                + " WHERE tenant = ? AND kind = ? ORDER BY events DESC, name LIMIT " + Statistics.MAX_NAMES)) {
            query.setString(1, tenant);
            query.setString(2, kind);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    names.put(row.getString(1), row.getLong(2));
                }
            }
        }
        return names;
    }

    private static Statistics minutes(Connection connection, String tenant, Instant now, long total)
            throws SQLException {
        long minute = Tally.minuteOf(now.toEpochMilli());
        long hour = Math.floorDiv(minute, MINUTES_OF_AN_HOUR);
        long day = 0;
        long lastHour = 0;
        var hours = new TreeMap<Long, Long>();
        try (PreparedStatement query =
                connection.prepareStatement("SELECT minute, events FROM minutes WHERE tenant = ? AND minute > ?")) {
            query.setString(1, tenant);
            query.setLong(2, minute - (HOURS + 1) * MINUTES_OF_AN_HOUR);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    long at = row.getLong(1);
                    long events = row.getLong(2);
                    day += at > minute - HOURS * MINUTES_OF_AN_HOUR ? events : 0;
                    lastHour += at > minute - MINUTES_OF_AN_HOUR ? events : 0;
                    hours.merge(Math.floorDiv(at, MINUTES_OF_AN_HOUR), events, Long::sum);
                }
            }
        }
        return new Statistics(
                total,
                names(connection, tenant, Tally.TYPE),
                names(connection, tenant, Tally.MEMBER),
                day,
                lastHour,
                hours.tailMap(hour - HOURS, false).entrySet().stream()
                        .map(one -> new Statistics.Hour(one.getKey() * HOUR_MILLIS, one.getValue()))
                        .toList());
    }

    static Counts counts(Connection connection, String where) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        "SELECT total(archived), total(dead_lettered), total(purged), total(discarded)"
                                + " FROM archive_counts" + where);
                ResultSet row = query.executeQuery()) {
            return new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
        }
    }
}
