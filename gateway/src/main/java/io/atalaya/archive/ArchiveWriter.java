package io.atalaya.archive;

import io.atalaya.breaker.Backoff;
import io.atalaya.breaker.Breaker;
import io.atalaya.log.EventLog;
import io.atalaya.log.LogException;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Series;
import io.atalaya.os.Niceness;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the archive from the log, on a thread of its own. Thread-safe: everything that changes is confined to that
 * thread or published by it.
 *
 * <p>It waits until a batch is full or its interval has passed; while full batches wait, it does not wait at all.
 */
public final class ArchiveWriter implements AutoCloseable {
    /** Name of its thread. */
    public static final String THREAD = "archive-writer";

    private static final Logger logger = LoggerFactory.getLogger(ArchiveWriter.class);
    private static final int LOOKS_AN_INTERVAL = 10;
    private static final int NICE = 10;

    private final ArchiveConfig config;
    private final Timings timings;
    private final Archive archive;
    private final EventLog log;
    private final ArchiveLedger ledger;
    private final Breaker breaker;
    private final BatchArchiver archiver;
    private final LongSupplier nanoClock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile long deadlineNanos;
    private boolean refreshed;
    private long refreshedNanos;
    private boolean givesWay;

    /**
     * How it deals with a store that fails. Immutable.
     *
     * @param backoffMin bound of the first pause after a failure
     * @param backoffMax bound of the longest pause
     * @param breakerOpen how long the breaker avoids calls
     * @param drain how long {@link #close} goes on archiving what the log still has
     */
    public record Timings(Duration backoffMin, Duration backoffMax, Duration breakerOpen, Duration drain) {
        /** Those of a gateway. */
        public static Timings defaults() {
            return new Timings(
                    Duration.ofMillis(100), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(10));
        }
    }

    /** @param ledger of the same archive and log */
    public ArchiveWriter(
            ArchiveConfig config,
            Timings timings,
            Archive archive,
            EventLog log,
            ArchiveLedger ledger,
            LongSupplier nanoClock) {
        this.config = config;
        this.timings = timings;
        this.archive = archive;
        this.log = log;
        this.ledger = ledger;
        this.nanoClock = nanoClock;
        this.breaker = new Breaker("database", timings.breakerOpen(), 1, nanoClock);
        var backoff = new Backoff(timings.backoffMin(), timings.backoffMax(), RandomGenerator.getDefault());
        this.archiver = new BatchArchiver(ledger, log.backlog(), breaker, backoff, nanoClock, this::pause);
        this.thread = Thread.ofPlatform().name(THREAD).unstarted(this::run);
    }

    /** Starts archiving; returns at once, whether the archive is there or not. */
    public void start() {
        thread.start();
    }

    /** What the writer has done and how the archive is. Never waits for the archive. */
    public Status status() {
        BatchArchiver.Progress progress = archiver.progress();
        return new Status(
                ledger.book(),
                log.totals().backlog(),
                progress.batches(),
                progress.events(),
                progress.retries(),
                progress.batchTime(),
                progress.insertTime(),
                breaker.snapshot(),
                archive.connections());
    }

    private void run() {
        try {
            boolean more = true;
            while (more && hasTime()) {
                more = step();
            }
        } catch (InterruptedException late) {
            logger.atDebug().log("archive writer interrupted");
        }
        long left = log.totals().backlog();
        (left == 0 ? logger.atInfo() : logger.atWarn())
                .addKeyValue("backlog", left)
                .log("archive writer ends");
    }

    /**
     * One batch, and the wait for the next. A fault of ours costs this attempt and not the thread: without it everything
     * would wait in the log until that is full.
     *
     * @return false when there is nothing more to do
     */
    private boolean step() throws InterruptedException {
        try {
            if (!refreshed) {
                refresh();
            }
            int confirmed = archiver.next(config.batchSize());
            giveWayFromNowOn(confirmed);
            if (confirmed < config.batchSize()) {
                if (closing.getCount() == 0 && confirmed == 0) {
                    return false;
                }
                awaitMore();
            }
        } catch (RuntimeException | OutOfMemoryError fault) {
            logger.atError().setCause(fault).log("a batch could not be archived; trying again");
            pause(timings.backoffMax());
        }
        return true;
    }

    /** With the first batch, so that the start does not wait for the link to the system call. */
    private void giveWayFromNowOn(int confirmed) {
        if (confirmed > 0 && !givesWay) {
            givesWay = true;
            Niceness.yieldToOthers(NICE);
        }
    }

    private void refresh() {
        refreshed = true;
        archiver.refresh();
        refreshedNanos = nanoClock.getAsLong();
    }

    private boolean hasTime() {
        return closing.getCount() > 0 || nanoClock.getAsLong() - deadlineNanos < 0;
    }

    /** Until a batch is full, the interval is over or the writer is closing. */
    private void awaitMore() throws InterruptedException {
        if (nanoClock.getAsLong() - refreshedNanos > ledger.refreshInterval().toNanos()) {
            refresh();
        }
        Duration look = config.batchInterval().dividedBy(LOOKS_AN_INTERVAL);
        for (int i = 0; i < LOOKS_AN_INTERVAL; i++) {
            if (closing.await(look.toNanos(), TimeUnit.NANOSECONDS) || backlog() >= config.batchSize()) {
                return;
            }
        }
    }

    private long backlog() {
        try {
            return log.totals().backlog();
        } catch (LogException failure) {
            return 0;
        }
    }

    /** While closing, no longer than there is time; then the thread ends. */
    private void pause(Duration time) throws InterruptedException {
        if (!closing.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
            return;
        }
        long left = deadlineNanos - nanoClock.getAsLong();
        if (left <= 0) {
            throw new InterruptedException("no time left");
        }
        TimeUnit.NANOSECONDS.sleep(
                Math.min(left, Math.min(time.toNanos(), timings.backoffMin().toNanos())));
    }

    /** Archives what the log has, as long as the drain time lasts; the rest stays in the log. */
    @Override
    public void close() {
        if (closing.getCount() == 0) {
            return;
        }
        deadlineNanos = nanoClock.getAsLong() + timings.drain().toNanos();
        closing.countDown();
        try {
            if (!thread.join(timings.drain().plusSeconds(1))) {
                thread.interrupt();
                logger.atWarn().log("the archive writer did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Everything that metrics, health and books show. Immutable.
     *
     * @param book empty until the archive has been reached once
     * @param backlog events that the log keeps for the archive
     * @param batches stored and confirmed since start, as are all counters that follow
     * @param events in them
     * @param retries failed attempts because the archive was unavailable
     * @param batchTime from taking a batch to its confirmation
     * @param insertTime of one transaction
     */
    public record Status(
            Optional<ArchiveBook> book,
            long backlog,
            long batches,
            long events,
            long retries,
            Histogram.Snapshot batchTime,
            Histogram.Snapshot insertTime,
            Breaker.Snapshot breaker,
            Archive.Connections connections) {

        /** Adds the metrics of the archive; the states of events only once they are known. */
        public void addTo(Families families) {
            book.ifPresent(known -> addBook(known, families));
            families.gauge("atalaya_archive_backlog_events", "Events that the log keeps for the archive.", backlog)
                    .counter("atalaya_archive_batches_total", "Batches archived.", batches)
                    .counter("atalaya_archive_batch_events_total", "Events in them, dead letters too.", events)
                    .counter("atalaya_archive_retries_total", "Attempts that failed for want of an archive.", retries)
                    .histogram(
                            "atalaya_archive_batch_duration_seconds",
                            "From taking a batch from the log to its confirmation.",
                            batchTime)
                    .histogram("atalaya_archive_insert_duration_seconds", "Of one transaction.", insertTime)
                    .gauge(
                            "atalaya_archive_connections",
                            "Connections to the archive; waiting counts callers.",
                            Series.labelled("state")
                                    .add(connections.active(), "active")
                                    .add(connections.idle(), "idle")
                                    .add(connections.waiting(), "waiting")
                                    .add(connections.max(), "max"));
        }

        private static void addBook(ArchiveBook book, Families families) {
            Archive.Counts counts = book.counts();
            families.gauge(
                    "atalaya_archive_events",
                    "Events of the log by where they are; together they are all that it has stored.",
                    Series.labelled("state")
                            .add(counts.archived(), "archived")
                            .add(book.backlog(), "backlog")
                            .add(counts.deadLettered(), "dead_lettered")
                            .add(counts.purged(), "purged")
                            .add(counts.discarded(), "discarded"));
        }
    }
}
