package io.atalaya.budget;

import io.atalaya.slo.Slo;
import io.atalaya.slo.Tier;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How one objective stands. Immutable.
 *
 * @param totals since counting began
 * @param window in the rolling window
 * @param known how much time is known of; less than the window until history has filled it
 * @param month the calendar month so far
 * @param months those before it, oldest first
 * @param spent the alert that tells of a spent budget
 * @param excluded what was not counted, because of maintenance, a pause or a planned stop
 * @param inconsistencies how often the source counted more bad events than events
 * @param recoveries from outages; of objectives that count events there are none
 */
public record SloStatus(
        Slo slo,
        State state,
        Totals totals,
        Totals window,
        Duration known,
        MonthBudget month,
        List<MonthBudget> months,
        List<TierStatus> tiers,
        SpentStatus spent,
        long excluded,
        long inconsistencies,
        Recoveries recoveries) {

    public SloStatus {
        months = List.copyOf(months);
        tiers = List.copyOf(tiers);
    }

    /**
     * Outages that this process has seen the end of, that of its own absence included. Immutable.
     *
     * @param inTime those that ended within the time that the service is to be back in
     * @param late the others
     * @param last how long the last one took; empty when there was none
     * @param away how long the present one lasts; zero while all is up
     */
    public record Recoveries(long inTime, long late, Optional<Duration> last, Duration away) {}

    /** The most important that can be said. */
    public enum State {
        OK,
        /** The budget is spent faster than is sustainable, and somebody has been told. */
        BURNING,
        /** Nothing is left of the rolling budget. */
        SPENT,
        /** Nothing has happened within the first tier's long window, so nothing is known. */
        NO_DATA,
        /** Too little has happened in it to judge. */
        LOW_TRAFFIC,
        /** Maintenance or a pause: nothing counts. */
        EXCLUDED,
        /** Another program measures it, or nobody does yet. */
        NOT_MEASURED;

        /** The word in answers and labels. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One tier.
     *
     * @param longBurn burn rate over the long window; not a number when nothing happened in it
     * @param shortBurn the same over the short window
     * @param since when the phase, or the pending before it, began
     */
    public record TierStatus(Tier tier, double longBurn, double shortBurn, Phase phase, Instant since) {}

    /**
     * The alert that tells of a spent budget.
     *
     * @param since when the phase, or the pending before it, began
     */
    public record SpentStatus(Phase phase, Instant since) {}

    /** Where an alert is. */
    public enum Phase {
        QUIET,
        PENDING,
        FIRING;

        /** The word in answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A calendar month.
     *
     * @param remaining the share of its budget that is left, negative when overspent; not a number without data
     */
    public record MonthBudget(YearMonth month, Totals totals, double remaining) {}

    /** The share of the rolling budget that is left, negative when overspent; not a number without data. */
    public double remaining() {
        return remaining(slo, window, slo.window());
    }

    /**
     * What is left of a budget. Events are a share of those that happened; time is a share of the whole period, since
     * the rest of it is still to come.
     */
    static double remaining(Slo slo, Totals counted, Duration period) {
        double whole = slo.countsTime() ? period.toMillis() : counted.total();
        return counted.total() == 0
                ? Double.NaN
                : 1 - counted.bad() / (whole * slo.budget().doubleValue());
    }

    /** Whether the history fills the window. */
    public boolean complete() {
        return known.compareTo(slo.window()) >= 0;
    }

    /** Whether its budget blocks operations. */
    public boolean blocks() {
        if (state == State.NOT_MEASURED || state == State.EXCLUDED) {
            return false;
        }
        return switch (slo.gate()) {
            case OFF -> false;
            case ROLLING -> spent(remaining(), window);
            case MONTH -> spent(month.remaining(), month.totals());
        };
    }

    private boolean spent(double left, Totals counted) {
        return left <= 0 && counted.total() >= slo.minEvents();
    }
}
