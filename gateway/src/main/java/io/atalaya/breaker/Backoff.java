package io.atalaya.breaker;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Full-jitter exponential pauses: each is drawn evenly between zero and a bound that doubles up to a maximum. Confined
 * to the thread that pauses.
 */
public final class Backoff {
    private final Duration min;
    private final Duration max;
    private final RandomGenerator random;
    private Duration bound;

    public Backoff(Duration min, Duration max, RandomGenerator random) {
        this.min = min;
        this.max = max;
        this.random = random;
        this.bound = shorter(min, max);
    }

    /** The next pause: longer than zero, at most the present bound. */
    public Duration next() {
        Duration pause = Duration.ofNanos(1 + random.nextLong(bound.toNanos()));
        bound = shorter(bound.multipliedBy(2), max);
        return pause;
    }

    /** Begins again at the first bound. */
    public void reset() {
        bound = shorter(min, max);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
