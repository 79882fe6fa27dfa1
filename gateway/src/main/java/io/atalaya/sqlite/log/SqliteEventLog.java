package io.atalaya.sqlite.log;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import io.atalaya.log.LogConfig;
import io.atalaya.log.LogException;
import io.atalaya.log.RecentEvents;
import io.atalaya.sqlite.Checkpointer;
import io.atalaya.sqlite.EventReader.Limit;
import io.atalaya.sqlite.Meta;
import io.atalaya.sqlite.Positions;
import io.atalaya.sqlite.Readers;
import io.atalaya.sqlite.SqliteFile;
import io.atalaya.sqlite.SqliteStore;
import io.atalaya.sqlite.Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log in one SQLite file: committed means synced to the disk. Thread-safe: appends are stored by one thread, in
 * groups, and told by another, in order, so that the next group is stored while the last one is told; reads use
 * connections of their own, and memory for what is new.
 *
 * <p>An error of the disk fails the appends of its transaction and no others.
 */
public final class SqliteEventLog implements EventLog {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteEventLog.class);
    private static final int RECENT_EVENTS = 5_000;
    private static final long RECENT_BYTES = 4L << 20;
    private static final int READERS = 2;
    private static final long BYTES_PER_READ = 8L << 20;
    private static final int OFFSETS_PER_READ = 20_000;

    private final SqliteFile file;
    private final Retention retention;
    private final RecentEvents recent;
    private final Connection connection;
    private final GroupCommit commits;
    private final Housekeeping housekeeping;
    private final SqliteStore store;

    /** Those of {@link #store} may be busy with long queries, which neither replays nor the archive's writer wait for. */
    private final Readers readers;

    private final Checkpointer checkpointer;
    private final ExecutorService teller;
    private final CommitListener listener;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** How far the archive has said in the file that it has taken the events; what is confirmed may be behind. */
    private final AtomicLong noted = new AtomicLong();

    private SqliteEventLog(SqliteFile file, LogConfig config, InstantSource clock, CommitListener listener)
            throws SQLException {
        this.file = file;
        this.listener = listener;
        this.retention = new Retention(config, clock, file.reader());
        this.connection = file.writer();
        this.commits = new GroupCommit(connection, config, file, retention);
        this.housekeeping = new Housekeeping(connection, file, retention);
        var positions = new Positions(connection, file.epoch());
        this.readers = new Readers(file, positions, READERS);
        this.recent = new RecentEvents(file.epoch(), commits.head());
        this.teller = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("atalaya-log-teller").factory());
        this.store = new SqliteStore(
                file, positions, new Writer(connection, new Duties()), new Readers(file, positions, READERS));
        this.checkpointer = new Checkpointer(file, store.writer());
    }

    /**
     * Opens the log in a directory, making both when they are missing.
     *
     * @param directory for this log alone
     * @param clock for retention and the de-duplication window
     * @throws LogException when it is in use, not ours, of a newer version, or the disk fails
     */
    public static SqliteEventLog open(Path directory, LogConfig config, InstantSource clock, CommitListener listener) {
        SqliteFile file = SqliteFile.open(directory);
        try {
            var log = new SqliteEventLog(file, config, clock, listener);
            log.store.writer().start();
            log.checkpointer.start();
            return log;
        } catch (SQLException | RuntimeException failure) {
            quietly(file);
            throw Writer.unavailable(failure);
        }
    }

    private static void quietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception failure) {
            LOG.atWarn().setCause(failure).log("the log could not be closed cleanly");
        }
    }

    /** Confined to the writer, but for what is told. */
    private final class Duties implements Writer.Duties {
        private int latest;

        @Override
        public void commit(List<Writer.Append> group) {
            GroupCommit.Outcome outcome = commits.commit(group);
            latest = outcome.stored().size();
            teller.execute(() -> tell(outcome));
        }

        @Override
        public void onWritten(long bytes) {
            checkpointer.onWritten(bytes);
        }

        /** As much as keeps pace with what is stored. */
        @Override
        public boolean tidy(boolean idle) {
            int steps = 1 + latest / Housekeeping.ROWS;
            latest = 0;
            return housekeeping.tidy(commits.firstRemembered(), steps, idle);
        }
    }

    /** Memory first, then the listener, then those who wait: each may rely on the one before. */
    private void tell(GroupCommit.Outcome outcome) {
        if (!outcome.stored().isEmpty()) {
            recent.add(outcome.stored());
            recent.trim(RECENT_EVENTS, RECENT_BYTES, Long.MIN_VALUE, Long.MAX_VALUE);
            try {
                listener.onCommitted(outcome.stored());
            } catch (RuntimeException failure) {
                LOG.atError().setCause(failure).log("committed events were not routed");
            }
        }
        outcome.done().forEach(done -> done.append().outcome().complete(done.outcomes()));
        outcome.refused().forEach(one -> one.append().outcome().completeExceptionally(one.why()));
    }

    @Override
    public CompletionStage<List<Appended>> append(List<Event> events) {
        return events.isEmpty()
                ? CompletableFuture.completedFuture(List.of())
                : store.writer().append(events);
    }

    @Override
    public Slice read(TenantId tenant, Cursor after, int max) {
        Cursor head = recent.head();
        long floor = Math.min(retention.trimmed().floor(), head.offset());
        if (after.epoch() != file.epoch()) {
            return new Slice.Gap(Slice.Reason.EPOCH, cursor(floor));
        }
        if (after.offset() > head.offset()) {
            return new Slice.Gap(Slice.Reason.AHEAD, head);
        }
        if (after.offset() < floor) {
            return new Slice.Gap(Slice.Reason.RETENTION, cursor(floor));
        }
        if (recent.read(tenant, after, max) instanceof Slice.Entries entries) {
            return entries;
        }
        Slice.Entries found = readFile(tenant, after.offset(), head.offset(), max);
        long floorSince = retention.bounds().floor();
        // rows may have been deleted while they were read
        return after.offset() < floorSince ? new Slice.Gap(Slice.Reason.RETENTION, cursor(floorSince)) : found;
    }

    private Slice.Entries readFile(TenantId tenant, long after, long head, int max) {
        long to = Math.min(head, after + OFFSETS_PER_READ);
        var limit = new Limit(max, BYTES_PER_READ);
        List<Entry> entries = readers.read(reader -> reader.ofTenant(tenant, after, to, limit));
        return new Slice.Entries(
                entries, limit.reachedBy(entries) ? entries.getLast().cursor() : cursor(to));
    }

    private Cursor cursor(long offset) {
        return new Cursor(file.epoch(), offset);
    }

    @Override
    public Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max) {
        return recent.recent(tenant, after, max);
    }

    @Override
    public Cursor head(TenantId tenant) {
        return recent.head();
    }

    @Override
    public Backlog backlog() {
        return new Backlog() {
            @Override
            public List<Entry> take(int max) {
                long after = retention.bounds().confirmed();
                return recent.after(cursor(after), max)
                        .orElseGet(() -> readers.read(
                                reader -> reader.ofAll(after, recent.head().offset(), new Limit(max, BYTES_PER_READ))));
            }

            @Override
            public void confirm(List<Entry> taken) {
                if (!taken.isEmpty()) {
                    SqliteEventLog.this.confirm(taken.getLast().cursor().offset());
                }
            }
        };
    }

    private void confirm(long offset) {
        if (offset > Math.max(noted.get(), retention.bounds().confirmed())) {
            store.transact(connection -> {
                Meta.write(connection, Meta.CONFIRMED, offset);
                return offset;
            });
        }
        retention.onConfirmed(offset);
    }

    /** The open file, for an archive over the same rows. */
    public SqliteStore store() {
        return store;
    }

    /** An archive has taken the events up to here and said so in the file: confirming them need not write it again. */
    public void onArchived(long offset) {
        noted.accumulateAndGet(offset, Math::max);
    }

    @Override
    public Totals totals() {
        Retention.Bounds bounds = retention.trimmed();
        return new Totals(bounds.head(), bounds.confirmed(), bounds.retained(), bounds.bytes());
    }

    @Override
    public void close() {
        store.writer().close();
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        teller.shutdown();
        try {
            if (!teller.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.atError().log("committed events could not be told in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        quietly(checkpointer);
        quietly(readers);
        quietly(store.readers());
        quietly(retention);
        quietly(connection);
        quietly(this::mark);
        quietly(file);
    }

    private void mark() throws IOException {
        housekeeping.mark();
    }
}
