package io.atalaya.slo;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;

/**
 * When a budget burns too fast: {@code share} of it would be spent within {@code longWindow}, and it is still burning
 * over {@code shortWindow}. Immutable.
 *
 * @param id distinguishes the tiers of an objective
 * @param share of the budget, above 0 and at most 1
 * @param hold how long both must be so before anybody is told
 */
public record Tier(
        String id, BigDecimal share, Duration longWindow, Duration shortWindow, Duration hold, Severity severity) {

    /** Who is to be told. */
    public enum Severity {
        /** At once. */
        CRITICAL,
        /** In working hours. */
        WARNING;

        /** The word in files and labels. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static final double CLOSE = 1e-9;

    /** Two to wake somebody, two to make a ticket of; for 30 days they are burn rates of 14.4, 6, 3 and 1. */
    public static final List<Tier> USUAL = List.of(
            new Tier("fast", new BigDecimal("0.02"), hours(1), minutes(5), minutes(2), Severity.CRITICAL),
            new Tier("slow", new BigDecimal("0.05"), hours(6), minutes(30), minutes(15), Severity.CRITICAL),
            new Tier("day", new BigDecimal("0.1"), hours(24), hours(2), hours(1), Severity.WARNING),
            new Tier("trend", new BigDecimal("0.1"), hours(72), hours(6), hours(3), Severity.WARNING));

    private static Duration hours(int hours) {
        return Duration.ofHours(hours);
    }

    private static Duration minutes(int minutes) {
        return Duration.ofMinutes(minutes);
    }

    /** The burn rate from which on it is too fast, for a budget of {@code window}; rounded to 16 digits. */
    public BigDecimal factor(Duration window) {
        return share.multiply(BigDecimal.valueOf(window.toMillis()))
                .divide(BigDecimal.valueOf(longWindow.toMillis()), new MathContext(16, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
    }

    /**
     * Whether a share of bad events is a burn rate above the tier's. Exact: where floating point comes close to the
     * limit, decimals decide.
     *
     * @param budget the share of bad events that is allowed
     * @param window what the budget is for
     */
    public boolean exceeded(long bad, long total, BigDecimal budget, Duration window) {
        double burnt = (double) bad * longWindow.toMillis();
        double allowed = share.doubleValue() * window.toMillis() * budget.doubleValue() * total;
        if (Math.abs(burnt - allowed) > CLOSE * Math.max(burnt, allowed)) {
            return burnt > allowed;
        }
        return BigDecimal.valueOf(bad)
                        .multiply(BigDecimal.valueOf(longWindow.toMillis()))
                        .compareTo(share.multiply(BigDecimal.valueOf(window.toMillis()))
                                .multiply(budget)
                                .multiply(BigDecimal.valueOf(total)))
                > 0;
    }

    /** Whether the tier can be reached at all: otherwise even a total outage burns more slowly. */
    public boolean reachable(BigDecimal budget, Duration window) {
        return exceeded(1, 1, budget, window);
    }
}
