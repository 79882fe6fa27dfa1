package io.atalaya.canary;

import java.time.Duration;

/**
 * Settings of the canary. Immutable.
 *
 * @param on whether there is one
 * @param interval from one round to the next
 * @param patience how long a round may take
 */
public record CanaryConfig(boolean on, Duration interval, Duration patience) {
    /** None. */
    public static CanaryConfig off() {
        return new CanaryConfig(false, Duration.ofSeconds(10), Duration.ofSeconds(5));
    }
}
