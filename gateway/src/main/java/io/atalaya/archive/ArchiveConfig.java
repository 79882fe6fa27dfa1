package io.atalaya.archive;

import java.time.Duration;

/**
 * How the archive is fed and for how long it remembers. Immutable.
 *
 * @param batchSize most events stored in one transaction (at least 1)
 * @param batchInterval how long an event waits for others at most before it is stored
 * @param maxAge how long after their arrival events are kept
 */
public record ArchiveConfig(int batchSize, Duration batchInterval, Duration maxAge) {
    public ArchiveConfig {
        if (batchSize < 1 || !batchInterval.isPositive() || !maxAge.isPositive()) {
            throw new IllegalArgumentException("archive: batches of %d, every %s, for %s (expected: 1 or more each)"
                    .formatted(batchSize, batchInterval, maxAge));
        }
    }

    /** The settings that a gateway has when nothing is configured. */
    public static ArchiveConfig defaults() {
        return new ArchiveConfig(5_000, Duration.ofSeconds(1), Duration.ofDays(30));
    }
}
