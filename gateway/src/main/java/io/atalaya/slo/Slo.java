package io.atalaya.slo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One promise. Immutable.
 *
 * @param id unique in its file
 * @param service the service that promises
 * @param title what is promised, in a few words; {@code titles} the same in other languages
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
        Map<String, String> titles,
        BigDecimal objective,
        Duration window,
        long minEvents,
        Gate gate,
        Sli sli,
        List<Tier> tiers,
        boolean external,
        boolean pending) {

    /** The alert that a budget burns too fast. */
    public static final String BURN = "SLOErrorBudgetBurn";

    /** The alert that a budget is spent. */
    public static final String SPENT = "SLOErrorBudgetSpent";

    /** How long a budget has to be spent before anybody is told. */
    public static final Duration SPENT_HOLD = Duration.ofMinutes(5);

    public Slo {
        titles = Map.copyOf(titles);
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

    /** What the alert of a tier is known by, whoever raises it: rules and this program raise the same one. */
    public Map<String, String> labels(Tier tier) {
        var labels = labels(tier.severity());
        labels.put("burnrate_tier", tier.id());
        labels.put("long", Spans.text(tier.longWindow()));
        labels.put("short", Spans.text(tier.shortWindow()));
        return labels;
    }

    /** What the alert of a spent budget is known by. */
    public Map<String, String> spentLabels() {
        return labels(gate == Gate.OFF ? Tier.Severity.WARNING : Tier.Severity.CRITICAL);
    }

    private Map<String, String> labels(Tier.Severity severity) {
        var labels = new LinkedHashMap<String, String>();
        labels.put("severity", severity.word());
        labels.put("component", service);
        labels.put("service", service);
        labels.put("slo", id);
        return labels;
    }

    /** What a history of it depends on: when this changes, what was counted before is of something else. */
    public String fingerprint() {
        return sli.toString();
    }
}
