package io.atalaya.sqlite.archive;

import io.atalaya.archive.Archive;
import io.atalaya.archive.ArchiveException;
import io.atalaya.archive.ArchiveFields;
import io.atalaya.archive.DeadLetters;
import io.atalaya.archive.EventPage;
import io.atalaya.archive.EventQuery;
import io.atalaya.archive.Rejection;
import io.atalaya.archive.Statistics;
import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogException;
import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.Readers;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.SqliteStore;
import io.atalaya.sqlite.Writer;
import io.atalaya.sqlite.log.SqliteEventLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteException;

/**
 * An archive of index rows over the events of the log in the same file. Thread-safe: changes are made by the file's one
 * writer, reads have connections of their own. The log opens and closes the file.
 */
public final class SqliteArchive implements Archive {
    private final SqliteEventLog log;
    private final SqliteStore store;
    private final ArchiveFields fields;
    private final InstantSource clock;
    private final ArchiveRows rows;
    private final ArchiveQueries queries;
    private final SqliteDeadLetters deadLetters;

    private final ArchiveBatch.Maker maker;

    /** What the writer has made ready. */
    private record Prepared(Members members, ArchiveRows rows) {}

    /**
     * @param log whose file it is; closed after the archive
     * @param clock for {@link DeadLetters.DeadLetter#buried}
     * @param shortestRun so many events with neighbouring positions that come together are kept as one segment, fewer as
     *     a row each (at least 1)
     * @throws ArchiveException when the file fails
     */
    public SqliteArchive(SqliteEventLog log, ArchiveFields fields, InstantSource clock, int shortestRun) {
        this.log = log;
        this.store = log.store();
        this.fields = fields;
        this.clock = clock;
        this.maker = new ArchiveBatch.Maker(
                store.positions(),
                store.file().idHash(),
                fields,
                fields.filters().stream().sorted().toList(),
                shortestRun);
        Prepared prepared = write(this::prepare);
        rows = prepared.rows();
        queries = new ArchiveQueries(store, prepared.members());
        deadLetters = new SqliteDeadLetters(this, store);
    }

    private Prepared prepare(Connection connection) throws SQLException {
        boolean recount = Members.countDiffers(connection, fields);
        Members members = Members.arrange(connection, fields);
        var made = new ArchiveRows(connection, maker, members);
        made.renewSegments(recount);
        return new Prepared(members, made);
    }

    <T> T write(Writer.Transaction<T> transaction) {
        try {
            return store.transact(transaction);
        } catch (LogException failure) {
            throw translated(failure);
        }
    }

    /** So many neighbouring events are worth a segment. */
    public static final int SHORTEST_RUN = 256;

    /** Appends go before: nobody waits for this, and what is not archived now stays in the log. */
    private <T> T writePatiently(Writer.Transaction<T> transaction) {
        try {
            return store.transactPatiently(transaction);
        } catch (LogException failure) {
            throw translated(failure);
        }
    }

    <T> T read(Readers.Read<T> read) {
        try {
            return store.readers().read(read);
        } catch (LogException failure) {
            throw translated(failure);
        }
    }

    /** What the database says of an event is a rejection, what it says of itself a failure. */
    private static ArchiveException translated(LogException failure) {
        if (failure.getCause() instanceof SQLiteException refusal) {
            switch (refusal.getResultCode()) {
                case SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE -> {
                    return rejected(refusal);
                }
                default -> {
                    if (refusal.getResultCode().name().startsWith("SQLITE_CONSTRAINT")) {
                        return rejected(refusal);
                    }
                }
            }
        }
        return ArchiveException.unavailable(String.valueOf(failure.getMessage()), failure);
    }

    private static ArchiveException rejected(SQLiteException refusal) {
        return ArchiveException.rejected(
                new Rejection(refusal.getResultCode().name(), String.valueOf(refusal.getMessage())), refusal);
    }

    @Override
    public ArchiveFields fields() {
        return fields;
    }

    private record Stored(int fresh, long confirmed) {}

    /** Also notes in the same transaction how far the log has been taken, where it has been taken without a gap. */
    @Override
    public int store(List<Entry> entries) {
        learn(entries);
        ArchiveBatch batch = maker.of(entries);
        Stored stored = writePatiently(_ -> new Stored(rows.store(batch), rows.confirm(entries)));
        log.onArchived(stored.confirmed());
        return stored.fresh();
    }

    private void learn(List<Entry> entries) {
        for (Entry entry : entries) {
            long epoch = entry.cursor().epoch();
            if (!store.positions().knows(epoch)) {
                write(connection -> {
                    store.positions().add(connection, epoch);
                    return epoch;
                });
            }
        }
    }

    @Override
    public boolean bury(Entry entry, Rejection rejection) {
        learn(List.of(entry));
        return write(_ -> rows.bury(entry, rejection, clock.millis()));
    }

    /** Whether the dead letter was there; it is archived now. */
    boolean redrive(Entry entry) {
        return write(_ -> rows.redrive(entry));
    }

    boolean discard(Cursor position) {
        return store.positions().knows(position.epoch())
                && write(_ -> rows.discard(store.positions().row(position)));
    }

    @Override
    public EventPage events(EventQuery query) {
        fields.requireKnown(query);
        return read(reader -> queries.page(reader, query));
    }

    @Override
    public long count(EventQuery query) {
        fields.requireKnown(query);
        return read(reader -> queries.count(reader, query));
    }

    @Override
    public Optional<Entry> find(TenantId tenant, EventId id) {
        return read(reader -> queries.find(reader, tenant, id));
    }

    @Override
    public Statistics statistics(Instant now) {
        return read(reader -> ArchiveStatistics.of(reader.connection(), Tally.EVERY_TENANT, now));
    }

    @Override
    public Statistics statistics(TenantId tenant, Instant now) {
        return read(reader -> ArchiveStatistics.of(reader.connection(), tenant.value(), now));
    }

    @Override
    public Purged purge(Instant before, int most) {
        return writePatiently(_ -> rows.purge(EventQuery.Time.ARRIVAL.firstAtOrAfter(before), most));
    }

    @Override
    public Counts counts() {
        return read(reader -> ArchiveStatistics.counts(reader.connection(), ""));
    }

    @Override
    public Counts counts(long epoch) {
        if (!store.positions().knows(epoch)) {
            return Counts.zero();
        }
        long label = Positions.label(store.positions().row(new Cursor(epoch, 0)));
        return read(reader -> ArchiveStatistics.counts(reader.connection(), " WHERE label = " + label));
    }

    @Override
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    @Override
    public void probe() {
        read(reader -> SqliteFile.number(reader.connection(), "SELECT count(*) FROM meta"));
    }

    @Override
    public Optional<Size> size() {
        return Optional.empty();
    }

    @Override
    public Connections connections() {
        int all = store.readers().size();
        int idle = store.readers().idle();
        return new Connections(all - idle, idle, 0, all);
    }

    /** Does nothing: the file is the log's. */
    @Override
    public void close() {}
}
