package io.atalaya.generate;

import io.atalaya.slo.Catalogue;
import io.atalaya.slo.Catalogue.Kind;
import io.atalaya.slo.Selector;
import io.atalaya.slo.Sli;
import io.atalaya.slo.Slo;
import io.atalaya.slo.SloFile.Capacity;
import io.atalaya.slo.Spans;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Objectives as PromQL. Pure functions. What this program measures is read from its own two counters; what others
 * measure, from theirs.
 */
final class SloQueries {
    static final String RATIO = "slo:error_ratio:increase";
    static final String EVENTS = "slo:events:increase";
    static final String REMAINING = "slo:error_budget_remaining:ratio";

    private final Catalogue catalogue;

    SloQueries(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** The share of bad events in a window, of all objectives that this program measures. */
    static String ownRatio(Duration window) {
        return "sum by (slo, service) (increase(atalaya_slo_bad_total[%1$s]))\n/\n(sum by (slo, service) (increase(atalaya_slo_events_total[%1$s])) > 0)"
                .formatted(Spans.text(window));
    }

    /** How much happened in a window, of all objectives that this program measures. */
    static String ownEvents(Duration window) {
        return "sum by (slo, service) (increase(atalaya_slo_events_total[%s]))".formatted(Spans.text(window));
    }

    /** The share of bad events in a window, of an objective that others measure. */
    String ratio(Slo slo, Duration window) {
        String span = "[" + Spans.text(window) + "]";
        return switch (slo.sli()) {
            case Sli.Events events -> {
                String share = "(%s or vector(0))\n/\n(%s > 0)"
                        .formatted(sum(events.counted(), span), sum(events.valid(), span));
                yield events.counts() == Sli.Counts.BAD ? share : "1 - " + share;
            }
            case Sli.Latency latency -> {
                String le = le(Spans.inUnitOf(latency.histogram().metric(), latency.threshold()));
                yield "1 - sum(increase(%s%s))\n/\n(sum(increase(%s%s)) > 0)"
                        .formatted(
                                latency.histogram().promql("_bucket", le),
                                span,
                                latency.histogram().promql("_count", ""),
                                span);
            }
            case Sli.Uptime uptime ->
                "1 - avg(avg_over_time(%s%s))".formatted(uptime.up().getFirst().promql(), span);
        };
    }

    /** How much happened in a window, of an objective that others measure; nothing for time. */
    String events(Slo slo, Duration window) {
        String span = "[" + Spans.text(window) + "]";
        return switch (slo.sli()) {
            case Sli.Events events -> sum(events.valid(), span);
            case Sli.Latency latency ->
                "sum(increase(%s%s))".formatted(latency.histogram().promql("_count", ""), span);
            case Sli.Uptime _ -> "";
        };
    }

    private String sum(List<Selector> selectors, String span) {
        return selectors.stream()
                .map(selector -> "sum(increase(%s%s))".formatted(series(selector), span))
                .collect(Collectors.joining(" + "));
    }

    /** Of a histogram, its observations. */
    String series(Selector selector) {
        boolean histogram = catalogue
                .family(selector.metric())
                .filter(metric -> metric.type() == Kind.HISTOGRAM)
                .isPresent();
        return selector.promql(histogram ? "_count" : "", "");
    }

    /** A whole number is written with and without a fraction, depending on who writes it. */
    private static String le(BigDecimal bound) {
        String plain = bound.stripTrailingZeros().toPlainString();
        return plain.contains(".") ? "le=\"" + plain + '"' : "le=~\"" + plain + "|" + plain + "\\\\.0\"";
    }

    /** The present load of a capacity. */
    String load(Capacity capacity) {
        String series = series(capacity.load());
        return capacity.rate() ? "sum(rate(%s[5m]))".formatted(series) : "sum(%s)".formatted(series);
    }

    /** A number without exponent or superfluous zeros. */
    static String number(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}
