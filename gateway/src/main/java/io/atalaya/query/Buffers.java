package io.atalaya.query;

import io.atalaya.ingest.IntakeBook;
import io.atalaya.ingest.IntakeBook.Refusal;
import io.atalaya.log.EventLog;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What waits between a producer and the archive: events not yet committed, and events committed but not yet archived.
 * Thread-safe: one lock over a minute of samples.
 */
public final class Buffers {
    private static final long SECOND = 1_000_000_000L;
    private static final int WINDOW_SECONDS = 60;

    private final Sources sources;
    private final Bounds bounds;
    private final LongSupplier nanoClock;
    private final long startNanos;
    private final ArrayDeque<Mark> window = new ArrayDeque<>();
    private long enqueuedAtNanos;
    private long drainedAtNanos;

    /**
     * What is looked at. Immutable; everything in it is thread-safe.
     *
     * @param book the intake's book at the moment of the call
     * @param log its totals at the moment of the call; may block
     * @param room how many more events may wait for their commit
     */
    public record Sources(Supplier<IntakeBook> book, Supplier<EventLog.Totals> log, IntSupplier room) {}

    /**
     * When each of the two is full. Immutable.
     *
     * @param uncommitted events that may wait for their commit
     * @param backlog events that the log keeps for the archive; 0 where no archive takes any
     * @param backlogBytes bytes of these
     */
    public record Bounds(int uncommitted, long backlog, long backlogBytes) {}

    /** @param nanoClock monotonic clock */
    public Buffers(Sources sources, Bounds bounds, LongSupplier nanoClock) {
        this.sources = sources;
        this.bounds = bounds;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
        this.enqueuedAtNanos = startNanos;
        this.drainedAtNanos = startNanos;
        window.add(new Mark(startNanos, 0, 0, 0));
    }

    /** Remembers how far things are; to be called once a second. May block as reading the log's totals does. */
    public void tick() {
        mark(sources.book().get(), sources.log().get());
    }

    /** How full everything is now. May block as reading the log's totals does. */
    public Reading read() {
        IntakeBook book = sources.book().get();
        EventLog.Totals log = sources.log().get();
        synchronized (window) {
            Mark now = mark(book, log);
            Mark then = window.getFirst();
            double seconds = (now.nanos - then.nanos) / (double) SECOND;
            long enqueued = now.enqueued - then.enqueued;
            long dropped = now.dropped - then.dropped;
            return new Reading(
                    uncommitted(),
                    backlog(log),
                    now.enqueued,
                    now.dropped,
                    enqueued + dropped == 0 ? 0 : 100.0 * dropped / (enqueued + dropped),
                    seconds < 1 ? 0 : enqueued / seconds,
                    (now.nanos - startNanos) / (double) SECOND,
                    since(now.enqueued, enqueuedAtNanos, now.nanos),
                    since(now.drained, drainedAtNanos, now.nanos));
        }
    }

    private static OptionalDouble since(long count, long atNanos, long nowNanos) {
        return count == 0 ? OptionalDouble.empty() : OptionalDouble.of((nowNanos - atNanos) / (double) SECOND);
    }

    private Queue uncommitted() {
        int waiting = Math.max(0, bounds.uncommitted - sources.room().getAsInt());
        return new Queue(waiting, bounds.uncommitted, percent(waiting, bounds.uncommitted));
    }

    /** Bytes are known of all that the log keeps; the backlog's share of them is taken by its share of the events. */
    private Queue backlog(EventLog.Totals log) {
        if (bounds.backlog == 0) {
            return new Queue(0, 0, 0);
        }
        double share = log.retained() == 0 ? 0 : Math.min(1, log.backlog() / (double) log.retained());
        double full = Math.max(
                percent((double) log.backlog(), bounds.backlog),
                percent(share * log.retainedBytes(), bounds.backlogBytes));
        return new Queue(log.backlog(), bounds.backlog, full);
    }

    private static double percent(double part, long whole) {
        return whole <= 0 ? 0 : 100.0 * part / whole;
    }

    private Mark mark(IntakeBook book, EventLog.Totals log) {
        synchronized (window) {
            var mark = new Mark(nanoClock.getAsLong(), enqueued(book), dropped(book), log.confirmed());
            Mark latest = window.getLast();
            if (mark.enqueued != latest.enqueued) {
                enqueuedAtNanos = mark.nanos;
            }
            if (mark.drained != latest.drained) {
                drainedAtNanos = mark.nanos;
            }
            if (mark.nanos - latest.nanos >= SECOND / 2) {
                window.add(mark);
            }
            while (window.size() > 1 && mark.nanos - window.getFirst().nanos > WINDOW_SECONDS * SECOND) {
                window.removeFirst();
            }
            return mark;
        }
    }

    private static long enqueued(IntakeBook book) {
        return book.logged() + book.ephemeral() + book.duplicate();
    }

    /** Good events turned away or lost; what was invalid is the producer's affair. */
    private static long dropped(IntakeBook book) {
        Map<Refusal, Long> refused = book.refused();
        return refused.getOrDefault(Refusal.OVERLOADED, 0L)
                + refused.getOrDefault(Refusal.LOG_FULL, 0L)
                + refused.getOrDefault(Refusal.LOG_FAILED, 0L)
                + book.dropped().values().stream().mapToLong(Long::longValue).sum();
    }

    private record Mark(long nanos, long enqueued, long dropped, long drained) {}

    /**
     * One of the two. Immutable.
     *
     * @param utilizationPercent how near it is to refusing events
     */
    public record Queue(long size, long capacity, double utilizationPercent) {}

    /**
     * How full everything is at one moment. Immutable.
     *
     * @param enqueued events taken in since the start
     * @param dropped good events turned away or lost since the start
     * @param dropRatePercent share of the dropped, over the last minute
     * @param perSecond events taken in, over the last minute
     * @param sinceEnqueueSeconds since an event was taken in; to a second
     * @param sinceDrainSeconds since the archive took some; to a second
     */
    public record Reading(
            Queue uncommitted,
            Queue backlog,
            long enqueued,
            long dropped,
            double dropRatePercent,
            double perSecond,
            double uptimeSeconds,
            OptionalDouble sinceEnqueueSeconds,
            OptionalDouble sinceDrainSeconds) {

        /** The fuller one, which decides when producers are turned away. */
        public Queue fuller() {
            return backlog.utilizationPercent() > uncommitted.utilizationPercent() || uncommitted.capacity() == 0
                    ? backlog
                    : uncommitted;
        }

        /** How worried one should be. */
        public Status status() {
            double full = fuller().utilizationPercent();
            if (full >= 90 || dropRatePercent > 5) {
                return Status.CRITICAL;
            }
            return full >= 70 || dropRatePercent > 1 ? Status.WARNING : Status.HEALTHY;
        }
    }

    /** How worried one should be. */
    public enum Status {
        HEALTHY,
        WARNING,
        CRITICAL;

        /** The worse of two. */
        public Status or(Status other) {
            return compareTo(other) >= 0 ? this : other;
        }

        /** The word in answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
