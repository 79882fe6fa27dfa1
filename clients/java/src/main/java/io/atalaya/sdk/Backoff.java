package io.atalaya.sdk;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts to connect: full jitter, so that clients that lost one server together do not come back
 * together. Confined to the client's thread.
 */
final class Backoff {
    private static final int MOST_DOUBLINGS = 30;

    private final double baseNanos;
    private final double capNanos;
    private final RandomGenerator random;
    private int failures;

    /**
     * @param base bound of the first pause; it doubles with each attempt
     * @param cap bound of every pause
     */
    Backoff(Duration base, Duration cap, RandomGenerator random) {
        this.baseNanos = (double) base.toNanos();
        this.capNanos = (double) cap.toNanos();
        this.random = random;
    }

    /** The next pause: {@code atLeast}, and a random time on top of it. */
    Duration next(Duration atLeast) {
        double bound = Math.min(capNanos, baseNanos * Math.pow(2, Math.min(failures, MOST_DOUBLINGS)));
        failures++;
        return atLeast.plusNanos((long) (random.nextDouble() * bound));
    }

    /** A connection has proved itself. */
    void reset() {
        failures = 0;
    }
}
