package io.atalaya.log;

import java.time.Duration;

/**
 * Bounds of the log. Immutable.
 *
 * @param maxEvents most events kept for replay
 * @param maxBytes most bytes of event bodies kept
 * @param maxAge how long an event is kept
 * @param dedupeWindow how long an event's id is remembered
 * @param maxRememberedIds most ids remembered; the oldest are forgotten first
 * @param archived whether an archive takes the events: what it has not confirmed is kept beyond these bounds, and
 *     appends are refused while such events alone exceed them
 */
public record LogConfig(
        int maxEvents, long maxBytes, Duration maxAge, Duration dedupeWindow, int maxRememberedIds, boolean archived) {
    /** The settings of a log in a file when nothing is configured. */
    public static LogConfig ofFile() {
        return new LogConfig(10_000_000, 1L << 30, Duration.ofHours(24), Duration.ofHours(24), 2_000_000, true);
    }

    /** The settings of a log in memory when nothing is configured. */
    public static LogConfig defaults() {
        return new LogConfig(100_000, 64L << 20, Duration.ofHours(24), Duration.ofHours(24), 200_000, false);
    }
}
