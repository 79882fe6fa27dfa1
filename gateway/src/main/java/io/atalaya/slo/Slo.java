package io.atalaya.slo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/**
 * One promise. Immutable.
 *
 * @param id unique in its file
 * @param service the service that promises
 * @param objective the share that must be good, above 0 and below 1
 * @param window over how long, rolling
 * @param minEvents fewer in a window prove nothing
 * @param gate when it blocks operations
 * @param external whether another program measures it: then rules can tell, this program cannot
 * @param pending whether it reads a metric that nothing exposes yet
 */
public record Slo(
        String id,
        String service,
        String title,
        BigDecimal objective,
        Duration window,
        long minEvents,
        Gate gate,
        Sli sli,
        List<Tier> tiers,
        boolean external,
        boolean pending) {

    public Slo {
        tiers = List.copyOf(tiers);
        if (objective.signum() <= 0 || objective.compareTo(BigDecimal.ONE) >= 0) {
            throw new IllegalArgumentException("objective: %s (expected: above 0, below 1)".formatted(objective));
        }
    }

    /** Which spent budget blocks operations. */
    public enum Gate {
        /** That of the rolling window. */
        ROLLING,
        /** That of the calendar month. */
        MONTH,
        /** None. */
        OFF
    }

    /** The share that may be bad. */
    public BigDecimal budget() {
        return BigDecimal.ONE.subtract(objective).stripTrailingZeros();
    }

    /** Whether time is counted and not events. */
    public boolean countsTime() {
        return sli instanceof Sli.Uptime;
    }

    /** What a history of it depends on: when this changes, what was counted before is of something else. */
    public String fingerprint() {
        return sli.toString();
    }
}
