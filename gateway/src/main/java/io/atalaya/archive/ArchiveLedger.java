package io.atalaya.archive;

import io.atalaya.archive.Archive.Counts;
import io.atalaya.archive.Archive.Purged;
import io.atalaya.archive.DeadLetters.Redriven;
import io.atalaya.event.Cursor;
import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Backlog;
import io.atalaya.log.EventLog.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The one door through which this process changes the archive, and the book of it. Thread-safe: one lock lets one
 * change happen at a time, however long the store takes; another, held for a few steps, keeps the book whole, so that
 * it can be read at every instant. They are taken in this order.
 */
public final class ArchiveLedger {
    /** Events of a shared log that others may have archived or confirmed since they were last looked at. */
    static final long IN_OTHER_HANDS = 200_000;

    private final Archive archive;
    private final EventLog log;
    private final Supplier<Set<Long>> epochs;
    private final long others;
    private final ReentrantLock changing = new ReentrantLock();
    private final ReentrantLock book = new ReentrantLock();
    private @Nullable Counts counts;
    private long inHand;
    private long inherited;

    /**
     * Of a log that this process has for itself.
     *
     * @param epoch the log's
     */
    public ArchiveLedger(Archive archive, EventLog log, long epoch) {
        this(archive, log, () -> Set.of(epoch), 0);
    }

    private ArchiveLedger(Archive archive, EventLog log, Supplier<Set<Long>> epochs, long others) {
        this.archive = archive;
        this.log = log;
        this.epochs = epochs;
        this.others = others;
    }

    /**
     * Of a log whose events several processes archive. What the others have in hand is not known here, and what they
     * did is seen a moment later, so that the book can only be held to be right within {@link #IN_OTHER_HANDS} events
     * while it is busy.
     *
     * @param epochs those of the log at the moment of the call
     */
    public static ArchiveLedger shared(Archive archive, EventLog log, Supplier<Set<Long>> epochs) {
        return new ArchiveLedger(archive, log, epochs, IN_OTHER_HANDS);
    }

    /** How often it is worth a look at what other processes have changed. */
    Duration refreshInterval() {
        return others > 0 ? Duration.ofSeconds(1) : Duration.ofSeconds(10);
    }

    /** Stores events of the log; answers how many were new. */
    int store(List<Entry> entries) {
        return change(() -> archive.store(entries), (fresh, old) -> old.plus(new Counts(fresh, 0, 0, 0)));
    }

    /** Buries an event that cannot be stored; answers whether it is a new dead letter. */
    boolean bury(Entry entry, Rejection rejection) {
        return change(
                () -> archive.bury(entry, rejection), (buried, old) -> buried ? old.plus(new Counts(0, 1, 0, 0)) : old);
    }

    /** Deletes what is old, as {@link Archive#purge} does. */
    Purged purge(Instant before, int most) {
        return change(() -> archive.purge(before, most), (_, old) -> old);
    }

    /** Archives a dead letter, as {@link DeadLetters#redrive} does. */
    public Redriven redrive(Cursor position) {
        return change(() -> archive.deadLetters().redrive(position), (_, old) -> old);
    }

    /** Deletes a dead letter, as {@link DeadLetters#discard} does. */
    public boolean discard(Cursor position) {
        return change(() -> archive.deadLetters().discard(position), (_, old) -> old);
    }

    /** Sees what other processes have changed. */
    void refresh() {
        change(this::stored, (now, _) -> now);
    }

    /** Which counts follow from a change, as far as is known without asking. */
    @FunctionalInterface
    private interface Effect<T> {
        Counts after(T result, Counts before);
    }

    private <T> T change(Supplier<T> work, Effect<T> effect) {
        changing.lock();
        try {
            open();
            T result = work.get();
            update(old -> countsNow().orElseGet(() -> effect.after(result, old)));
            return result;
        } finally {
            changing.unlock();
        }
    }

    /** Opens the book, once: what the archive took and nobody confirmed was stored by an earlier process. */
    private void open() {
        if (counts == null) {
            Counts stored = stored();
            long ahead = stored.taken() - log.totals().confirmed();
            book.lock();
            try {
                counts = stored;
                inherited = Math.max(0, ahead);
            } finally {
                book.unlock();
            }
        }
    }

    private Counts stored() {
        return epochs.get().stream().map(archive::counts).reduce(Counts.zero(), Counts::plus);
    }

    /** The store's own counts; empty when it has gone away since the change. */
    private Optional<Counts> countsNow() {
        try {
            return Optional.of(stored());
        } catch (ArchiveException gone) {
            return Optional.empty();
        }
    }

    private void update(UnaryOperator<Counts> change) {
        Counts after = change.apply(counts == null ? Counts.zero() : counts);
        book.lock();
        try {
            counts = after;
        } finally {
            book.unlock();
        }
    }

    /** These events of the log are about to be stored; they replace those in hand before. */
    void take(List<Entry> entries) {
        book.lock();
        try {
            inHand = entries.size();
        } finally {
            book.unlock();
        }
    }

    /** Tells the log that the events in hand are archived or dead letters. */
    void confirm(Backlog backlog, List<Entry> entries) {
        book.lock();
        try {
            backlog.confirm(entries);
            inHand = 0;
            inherited = Math.max(0, inherited - entries.size());
        } finally {
            book.unlock();
        }
    }

    /** What became of every event; empty until the archive has been reached once. Waits no longer than the log does. */
    public Optional<ArchiveBook> book() {
        book.lock();
        try {
            EventLog.Totals totals = log.totals();
            return Optional.ofNullable(counts)
                    .map(known ->
                            new ArchiveBook(totals.logged(), totals.confirmed(), inHand + inherited, others, known));
        } finally {
            book.unlock();
        }
    }
}
