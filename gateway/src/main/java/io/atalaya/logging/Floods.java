package io.atalaya.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many warnings and errors of one kind are written: the first few of a period, and the number of the others when it has
 * ended. Thread-safe: a concurrent map whose entries are replaced atomically.
 *
 * <p>A kind is a logger with a message: what tells one line from the next is in their values. So neither an outage nor a
 * stranger can bury everything else, whichever line it is that they provoke. Of more kinds than can be told apart each
 * logger's, and in the end everybody's, count together.
 */
final class Floods {
    static final int LINES_OF_A_KIND = 10;
    static final long PERIOD_NANOS = 10_000_000_000L;
    static final int MOST_KINDS = 1_000;

    private final ConcurrentHashMap<Kind, Period> periods = new ConcurrentHashMap<>();
    private final AtomicLong suppressed = new AtomicLong();

    /** Lines that are counted together; an empty message stands for all of the logger, an empty logger for all. */
    private record Kind(String logger, String message) {}

    /** What came of one kind since its first line. */
    private record Period(long sinceNanos, long lines) {
        boolean isOver(long nowNanos) {
            return nowNanos - sinceNanos >= PERIOD_NANOS;
        }

        long suppressed() {
            return Math.max(0, lines - LINES_OF_A_KIND);
        }
    }

    /**
     * Lines of one kind that were not written.
     *
     * @param logger whose; empty when those of many count together
     * @param message theirs; empty when those of many count together
     */
    record Summary(String logger, String message, long lines) {}

    /** Whether a line may be written. Lines below WARN always may. */
    boolean pass(ILoggingEvent line, long nowNanos) {
        if (!line.getLevel().isGreaterOrEqual(Level.WARN)) {
            return true;
        }
        Period period = periods.merge(
                kindOf(line),
                new Period(nowNanos, 1),
                (known, fresh) -> new Period(known.sinceNanos(), known.lines() + 1));
        if (period.suppressed() == 0) {
            return true;
        }
        suppressed.incrementAndGet();
        return false;
    }

    private Kind kindOf(ILoggingEvent line) {
        var kind = new Kind(line.getLoggerName(), String.valueOf(line.getMessage()));
        if (hasRoomFor(kind, MOST_KINDS)) {
            return kind;
        }
        var ofLogger = new Kind(line.getLoggerName(), "");
        return hasRoomFor(ofLogger, 2 * MOST_KINDS) ? ofLogger : new Kind("", "");
    }

    private boolean hasRoomFor(Kind kind, int most) {
        return periods.size() < most || periods.containsKey(kind);
    }

    /** Ends the periods that are over and returns what was not written in them. */
    List<Summary> onTime(long nowNanos) {
        var summaries = new ArrayList<Summary>();
        periods.forEach((kind, seen) -> {
            if (seen.isOver(nowNanos)) {
                // others may have added to it meanwhile
                Period ended = periods.remove(kind);
                if (ended != null && ended.suppressed() > 0) {
                    summaries.add(new Summary(kind.logger(), kind.message(), ended.suppressed()));
                }
            }
        });
        return summaries;
    }

    /** Lines that were not written so far. */
    long suppressed() {
        return suppressed.get();
    }
}
