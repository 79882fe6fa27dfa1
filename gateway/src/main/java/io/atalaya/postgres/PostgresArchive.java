package io.atalaya.postgres;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.DeadLetters;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.Rejection;
import io.atalaya.archive.Statistics;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The archive in PostgreSQL 15 or newer. Thread-safe: immutable, over a pool of connections. The database need not be
 * there when it is made; until it is, every call fails with {@code UNAVAILABLE}.
 */
public final class PostgresArchive implements Archive {
    private final ArchiveFields fields;
    private final Database database;
    private final EventTable events;
    private final PostgresDeadLetters letters;

    /** @param clock says when dead letters were buried */
    public PostgresArchive(PostgresConfig config, ArchiveFields fields, InstantSource clock) {
        this.fields = fields;
        this.database = new Database(config, fields);
        this.events = new EventTable(fields);
        this.letters = new PostgresDeadLetters(database, events, clock);
    }

    @Override
    public ArchiveFields fields() {
        return fields;
    }

    @Override
    public int store(List<Entry> entries) {
        if (entries.isEmpty()) {
            return 0;
        }
        try {
            if (database.write(connection -> events.storeNew(connection, entries))) {
                return entries.size();
            }
        } catch (ArchiveException failure) {
            boolean repeated = failure.rejection()
                    .filter(rejection -> rejection.code().equals(SqlErrors.UNIQUE_VIOLATION))
                    .isPresent();
            if (!repeated) {
                throw failure;
            }
        }
        return database.write(connection -> events.storeMissing(connection, entries));
    }

    @Override
    public boolean bury(Entry entry, Rejection rejection) {
        return letters.bury(entry, rejection);
    }

    @Override
    public EventPage events(EventQuery query) {
        fields.requireKnown(query);
        return database.readSnapshot(connection -> EventReader.page(connection, query));
    }

    @Override
    public long count(EventQuery query) {
        fields.requireKnown(query);
        return database.readSnapshot(connection -> EventReader.count(connection, query));
    }

    @Override
    public Optional<Entry> find(TenantId tenant, EventId id) {
        return database.readSnapshot(connection -> EventReader.find(connection, tenant, id));
    }

    @Override
    public Statistics statistics(Instant now) {
        return database.readSnapshot(connection -> EventReader.statistics(connection, null, now));
    }

    @Override
    public Statistics statistics(TenantId tenant, Instant now) {
        return database.readSnapshot(connection -> EventReader.statistics(connection, tenant, now));
    }

    @Override
    public Purged purge(Instant before, int most) {
        return database.write(connection -> events.purge(connection, before, most));
    }

    @Override
    public Counts counts() {
        return database.read(connection -> EventReader.counts(connection, null));
    }

    @Override
    public Counts counts(long epoch) {
        return database.read(connection -> EventReader.counts(connection, epoch));
    }

    @Override
    public DeadLetters deadLetters() {
        return letters;
    }

    @Override
    public void probe() {
        database.probe();
    }

    @Override
    public Optional<Size> size() {
        return Optional.of(database.read(Sizes::of));
    }

    @Override
    public Connections connections() {
        return database.connections();
    }

    @Override
    public void close() {
        database.close();
    }
}
