package io.atalaya.archive;

import io.atalaya.breaker.Backoff;
import io.atalaya.breaker.Breaker;
import io.atalaya.log.EventLog.Backlog;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.LogException;
import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Histogram;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events out of the log into the archive, a batch at a time. Confined to the archive writer's thread, but for
 * {@link #progress}, which it publishes after each batch.
 *
 * <p>A store that is unavailable is tried again for ever, with growing pauses and behind the breaker, and the log keeps
 * what waits. A batch that the store refuses is halved until the events that it refuses stand alone; those become dead
 * letters. A batch is confirmed when each of its events is one or the other.
 */
final class BatchArchiver {
    private static final Logger logger = LoggerFactory.getLogger(BatchArchiver.class);

    private final ArchiveLedger ledger;
    private final Backlog backlog;
    private final Breaker breaker;
    private final Backoff backoff;
    private final LongSupplier nanoClock;
    private final Pauses pauses;
    private final Histogram batchTime = new Histogram(Bounds.LATENCIES);
    private final Histogram insertTime = new Histogram(Bounds.LATENCIES);
    private long batches;
    private long events;
    private long retries;
    private long buried;
    private String latestBurial = "";
    private boolean away;
    private volatile Progress progress = Progress.none();

    /** Lets time pass; the writer's thread ends by what it throws. */
    @FunctionalInterface
    interface Pauses {
        /** Returns after a while, at once when that has no sense any more. */
        void pause(Duration time) throws InterruptedException;
    }

    /**
     * What has been done since start. Immutable.
     *
     * @param batches confirmed
     * @param events in them
     * @param retries attempts to store that failed because the store was unavailable
     * @param batchTime from taking a batch to its confirmation
     * @param insertTime of each attempt that stored something
     */
    record Progress(
            long batches, long events, long retries, Histogram.Snapshot batchTime, Histogram.Snapshot insertTime) {
        static Progress none() {
            return new Progress(0, 0, 0, Histogram.Snapshot.empty(), Histogram.Snapshot.empty());
        }
    }

    BatchArchiver(
            ArchiveLedger ledger,
            Backlog backlog,
            Breaker breaker,
            Backoff backoff,
            LongSupplier nanoClock,
            Pauses pauses) {
        this.ledger = ledger;
        this.backlog = backlog;
        this.breaker = breaker;
        this.backoff = backoff;
        this.nanoClock = nanoClock;
        this.pauses = pauses;
    }

    /** As of the last batch, or the last failure. May be called by any thread. */
    Progress progress() {
        return progress;
    }

    /**
     * Archives the next batch, however long that takes.
     *
     * @return how many events were confirmed; 0 when the log has none, or could not be read and is to be asked later
     */
    int next(int most) throws InterruptedException {
        try {
            List<Entry> taken = backlog.take(most);
            if (taken.isEmpty()) {
                return 0;
            }
            long start = nanoClock.getAsLong();
            long buriedBefore = buried;
            ledger.take(taken);
            archive(taken);
            ledger.confirm(backlog, taken);
            if (buried > buriedBefore) {
                logger.atWarn()
                        .addKeyValue("events", buried - buriedBefore)
                        .addKeyValue("latest", latestBurial)
                        .log("events refused by the archive; kept as dead letters");
            }
            batches++;
            events += taken.size();
            batchTime.record(nanoClock.getAsLong() - start, 1);
            publish();
            return taken.size();
        } catch (LogException failure) {
            logger.atWarn().addKeyValue("error", failure.getMessage()).log("the log cannot be archived now");
            return 0;
        }
    }

    /** Asks the archive how things are, when there is nothing to store. */
    void refresh() {
        if (breaker.tryAcquire()) {
            try {
                ledger.refresh();
                onAnswer();
            } catch (ArchiveException | LogException failure) {
                onUnavailable(failure);
            } catch (RuntimeException | Error bug) {
                breaker.onFailure(bug);
                throw bug;
            }
        }
    }

    private void archive(List<Entry> batch) throws InterruptedException {
        Deque<List<Entry>> parts = new ArrayDeque<>();
        parts.push(batch);
        while (!parts.isEmpty()) {
            List<Entry> part = parts.pop();
            Optional<Rejection> rejection = patiently(() -> store(part));
            if (rejection.isEmpty()) {
                continue;
            }
            if (part.size() == 1) {
                patiently(() -> bury(part.getFirst(), rejection.get()));
            } else {
                int half = part.size() / 2;
                parts.push(part.subList(half, part.size()));
                parts.push(part.subList(0, half));
            }
        }
    }

    private Optional<Rejection> store(List<Entry> part) {
        try {
            long start = nanoClock.getAsLong();
            ledger.store(part);
            insertTime.record(nanoClock.getAsLong() - start, 1);
            return Optional.empty();
        } catch (ArchiveException failure) {
            return Optional.of(failure.rejection().orElseThrow(() -> failure));
        }
    }

    private Optional<Rejection> bury(Entry entry, Rejection rejection) {
        if (ledger.bury(entry, rejection)) {
            buried++;
            latestBurial = "%s, position %s".formatted(rejection.code(), entry.cursor());
        }
        return Optional.empty();
    }

    /** One thing to be done with the store, which throws when the store is unavailable. */
    @FunctionalInterface
    private interface Step {
        Optional<Rejection> attempt();
    }

    private Optional<Rejection> patiently(Step step) throws InterruptedException {
        while (true) {
            if (!breaker.tryAcquire()) {
                pauses.pause(breaker.untilProbe());
                continue;
            }
            try {
                Optional<Rejection> rejection = step.attempt();
                onAnswer();
                return rejection;
            } catch (ArchiveException | LogException failure) {
                onUnavailable(failure);
                retries++;
                publish();
                pauses.pause(backoff.next());
            } catch (RuntimeException | Error bug) {
                breaker.onFailure(bug);
                throw bug;
            }
        }
    }

    private void onAnswer() {
        breaker.onSuccess();
        backoff.reset();
        if (away) {
            away = false;
            logger.atInfo().log("the archive answers again");
        }
    }

    /** One line an outage; the attempts that follow are counted. */
    private void onUnavailable(RuntimeException failure) {
        breaker.onFailure(failure);
        (away ? logger.atDebug() : logger.atWarn())
                .addKeyValue("error", failure.getMessage())
                .log("the archive is unavailable; the log keeps what waits");
        away = true;
    }

    private void publish() {
        progress = new Progress(batches, events, retries, batchTime.snapshot(), insertTime.snapshot());
    }
}
