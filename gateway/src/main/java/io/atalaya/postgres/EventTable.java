package io.atalaya.postgres;

import io.atalaya.archive.Archive.Purged;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.EventQuery;
import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.postgres.Tally.LogChange;
import io.atalaya.postgres.bucket.Buckets;
import io.atalaya.postgres.bucket.Buckets.Gone;
import io.atalaya.postgres.bucket.Places;
import io.atalaya.postgres.bucket.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the events and their roll-ups, within a transaction of the caller's. Immutable.
 *
 * <p>Storing holds an advisory lock on each log that is shared among those who store and exclusive for who buries, so
 * that an entry cannot become both at the same time.
 */
final class EventTable {
    private static final String CREATE_INCOMING =
            "CREATE TEMPORARY TABLE IF NOT EXISTS incoming (LIKE event) ON COMMIT DELETE ROWS";
    private static final String ANY_DEAD =
            "SELECT 1 FROM dead_letter WHERE epoch = ? AND log_offset BETWEEN ? AND ? LIMIT 1";
    private static final String PURGE_LETTERS = """
            WITH old AS (
                SELECT epoch, log_offset FROM dead_letter WHERE at_ms < ?
                ORDER BY at_ms, epoch, log_offset LIMIT ? FOR UPDATE SKIP LOCKED)
            DELETE FROM dead_letter d USING old WHERE (d.epoch, d.log_offset) = (old.epoch, old.log_offset)
            RETURNING d.epoch""";

    private final List<String> filters;
    private final @Nullable String member;
    private final String storeMissing;
    private final String purgeEvents;

    EventTable(ArchiveFields fields) {
        this.filters = fields.filters();
        this.member = fields.statistics().orElse(null);
        this.storeMissing = """
            INSERT INTO event (%1$s) SELECT %1$s FROM pg_temp.incoming i
            WHERE NOT EXISTS (SELECT FROM dead_letter d WHERE (d.epoch, d.log_offset) = (i.epoch, i.log_offset))
            ON CONFLICT (epoch, log_offset) DO NOTHING RETURNING epoch, log_offset""".formatted(CopyRows.columns(filters));
        this.purgeEvents = """
            WITH old AS (
                SELECT first.epoch, first.log_offset FROM (SELECT epoch FROM log_count WHERE archived > 0) log
                CROSS JOIN LATERAL (
                    SELECT e.epoch, e.log_offset, e.at_ms FROM event e WHERE e.epoch = log.epoch
                    ORDER BY e.epoch, e.log_offset LIMIT ?) first
                WHERE first.at_ms < ? ORDER BY first.at_ms, first.epoch, first.log_offset LIMIT ?),
            gone AS (
                DELETE FROM event e USING old WHERE (e.epoch, e.log_offset) = (old.epoch, old.log_offset)
                RETURNING e.epoch, e.tenant, e.type, e.at_ms, %s AS member, e.%s AS bucket)
            SELECT epoch, tenant, type, div(at_ms, 60000)::bigint, member, count(*), bucket FROM gone
            GROUP BY 1, 2, 3, 4, 5, 7""".formatted(
                        member == null ? "NULL::text" : "e.scope::jsonb ->> '%s'".formatted(member), Buckets.NUMBER);
    }

    /** Locks logs until the end of the transaction. */
    static void lock(Connection connection, Collection<Long> epochs, boolean exclusive) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (long epoch : epochs.stream().sorted().toList()) {
                statement.execute("SELECT pg_advisory_xact_lock%s(%d)".formatted(exclusive ? "" : "_shared", epoch));
            }
        }
    }

    /** The entries with each position once, in their order, and the offsets that each log has among them. */
    private static Collection<Entry> distinct(List<Entry> entries, Map<Long, LongSummaryStatistics> offsets) {
        var distinct = new LinkedHashMap<Cursor, Entry>(entries.size() * 2);
        for (Entry entry : entries) {
            distinct.putIfAbsent(entry.cursor(), entry);
            offsets.computeIfAbsent(entry.cursor().epoch(), _ -> new LongSummaryStatistics())
                    .accept(entry.cursor().offset());
        }
        return distinct.values();
    }

    /**
     * Stores entries in the hope that all are new, which they are but for what was interrupted.
     *
     * @return whether they were tried; a unique violation tells too that they are not all new
     */
    boolean storeNew(Connection connection, List<Entry> entries) throws SQLException {
        var offsets = new TreeMap<Long, LongSummaryStatistics>();
        Collection<Entry> distinct = distinct(entries, offsets);
        lock(connection, offsets.keySet(), false);
        for (var log : offsets.entrySet()) {
            var range = List.of(
                    log.getKey(), log.getValue().getMin(), log.getValue().getMax());
            if (distinct.size() < entries.size()
                    || !Sql.query(connection, ANY_DEAD, range, row -> row.getInt(1))
                            .isEmpty()) {
                return false;
            }
        }
        CopyRows.copy(connection, "event", filters, entries);
        record(connection, entries, LogChange.ARCHIVED);
        return true;
    }

    /** Stores those of the entries that are neither archived nor dead letters; answers how many. */
    int storeMissing(Connection connection, List<Entry> entries) throws SQLException {
        var offsets = new TreeMap<Long, LongSummaryStatistics>();
        var distinct = new ArrayList<>(distinct(entries, offsets));
        lock(connection, offsets.keySet(), false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE_INCOMING);
        }
        CopyRows.copy(connection, "pg_temp.incoming", filters, distinct);
        Set<Cursor> stored = new HashSet<>(
                Sql.query(connection, storeMissing, List.of(), row -> new Cursor(row.getLong(1), row.getLong(2))));
        distinct.removeIf(entry -> !stored.contains(entry.cursor()));
        record(connection, distinct, LogChange.ARCHIVED);
        return stored.size();
    }

    /** Archives what was a dead letter until now. */
    void storeRedriven(Connection connection, Entry entry) throws SQLException {
        CopyRows.copy(connection, "event", filters, List.of(entry));
        record(connection, List.of(entry), LogChange.REDRIVEN);
    }

    /** What follows from events that are there now: they are counted and can be found. */
    private void record(Connection connection, List<Entry> entries, LogChange change) throws SQLException {
        var tally = new Tally();
        var places = new Places(filters);
        for (Entry entry : entries) {
            tally.add(entry, member == null ? null : entry.event().scope().get(member), change);
            places.add(entry);
        }
        tally.write(connection);
        Buckets.write(connection, places);
    }

    /**
     * As {@link io.atalaya.archive.Archive#purge}. Arrival never falls along a log, so the oldest events of a log are its
     * first.
     */
    Purged purge(Connection connection, Instant before, int most) throws SQLException {
        long beforeMillis = EventQuery.everyTenant().before(before).end();
        var tally = new Tally();
        List<Gone> gone =
                Sql.query(connection, purgeEvents, List.of(most, beforeMillis, most), row -> forget(row, tally));
        int events = (int) gone.stream().mapToLong(Gone::events).sum();
        int letters = 0;
        if (events < most) {
            List<Long> epochs =
                    Sql.query(connection, PURGE_LETTERS, List.of(beforeMillis, most - events), row -> row.getLong(1));
            epochs.forEach(epoch -> tally.log(epoch, LogChange.DISCARDED));
            letters = epochs.size();
        }
        tally.write(connection);
        Buckets.purge(connection, gone);
        return new Purged(events, letters);
    }

    private static Gone forget(ResultSet row, Tally tally) throws SQLException {
        int count = row.getInt(6);
        tally.events(row.getString(2), row.getString(3), row.getString(5), row.getLong(4), -count);
        tally.log(row.getLong(1), LogChange.purged(count));
        return new Gone(row.getLong(1), row.getLong(7), count);
    }
}
