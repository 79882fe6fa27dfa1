package io.atalaya.query;

import java.time.Duration;

/**
 * Bounds of reading back. Immutable.
 *
 * @param maxConcurrent reads under way at once (1 or more); more are refused with 503
 * @param timeout how long a reader waits before it is told to come again
 * @param catchUpEvents most events of one catch-up, the newest
 * @param catchUpAge how far a catch-up reaches back
 */
public record QueryConfig(int maxConcurrent, Duration timeout, int catchUpEvents, Duration catchUpAge) {
    public QueryConfig {
        if (maxConcurrent < 1 || catchUpEvents < 1) {
            throw new IllegalArgumentException("reads: %d at once, %d events a catch-up (expected: 1 or more)"
                    .formatted(maxConcurrent, catchUpEvents));
        }
    }

    /** The bounds that a gateway has when nothing is configured. */
    public static QueryConfig defaults() {
        return new QueryConfig(8, Duration.ofSeconds(5), 100, Duration.ofMinutes(5));
    }
}
