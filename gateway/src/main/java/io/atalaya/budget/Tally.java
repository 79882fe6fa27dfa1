package io.atalaya.budget;

import io.atalaya.budget.Measurements.Series;
import io.atalaya.slo.Selector;
import io.atalaya.slo.Sli;
import io.atalaya.slo.Spans;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Turns what is measured into steps of two counters, bad and total. Confined to whoever ticks.
 *
 * <p>A series that falls has been reset, and counts from zero again; one that is missing has not moved; one that appears
 * has moved from zero. The counters never fall, and bad never exceeds total: where the source says so, it is counted as
 * an inconsistency.
 */
final class Tally {
    private final Sli sli;
    private final Map<String, Double> last = new HashMap<>();
    private long counted;
    private long valid;
    private long bad;
    private long inconsistencies;

    Tally(Sli sli) {
        this.sli = sli;
    }

    /** How far both have moved. */
    record Step(long bad, long total) {
        static final Step NONE = new Step(0, 0);
    }

    /** Takes one look. {@code elapsedMillis} have passed since the last one. */
    Step advance(Measurements now, long elapsedMillis) {
        return switch (sli) {
            case Sli.Events events -> {
                long more = increase(now, events.counted(), "counted", Series::value);
                long all = increase(now, events.valid(), "valid", Series::value);
                yield step(events.counts(), more, all);
            }
            case Sli.Latency latency -> {
                double bound = Spans.inUnitOf(latency.histogram().metric(), latency.threshold())
                        .doubleValue();
                List<Selector> histogram = List.of(latency.histogram());
                long good = increase(
                        now, histogram, "good", series -> series.buckets().atMost(bound));
                long all = increase(now, histogram, "valid", Series::value);
                yield step(Sli.Counts.GOOD, good, all);
            }
            case Sli.Uptime uptime -> time(now, uptime, elapsedMillis);
        };
    }

    /** Time counts only while somebody measures whether it is up. */
    private static Step time(Measurements now, Sli.Uptime uptime, long elapsedMillis) {
        boolean known = false;
        double sum = 0;
        for (Selector selector : uptime.up()) {
            for (Series series : now.series(selector.metric())) {
                if (selector.matches(series.labels())) {
                    known = true;
                    sum += series.value();
                }
            }
        }
        return known ? new Step(sum > 0 ? 0 : elapsedMillis, elapsedMillis) : Step.NONE;
    }

    private Step step(Sli.Counts counts, long more, long all) {
        counted += more;
        valid += all;
        if (counted > valid) {
            inconsistencies++;
        }
        long seen = switch (counts) {
            case BAD -> Math.min(counted, valid);
            case GOOD -> Math.max(0, valid - counted);
        };
        long step = Math.max(0, seen - bad);
        bad += step;
        return new Step(step, all);
    }

    private long increase(Measurements now, List<Selector> selectors, String part, ToDoubleFunction<Series> valueOf) {
        double sum = 0;
        for (Selector selector : selectors) {
            for (Series series : now.series(selector.metric())) {
                if (selector.matches(series.labels())) {
                    sum += stepOf(part + '/' + selector.metric() + series.labels(), valueOf.applyAsDouble(series));
                }
            }
        }
        return Math.round(sum);
    }

    private double stepOf(String key, double value) {
        Double before = last.put(key, value);
        return before == null || value < before ? value : value - before;
    }

    /** How often the source counted more good, or bad, events than there were. */
    long inconsistencies() {
        return inconsistencies;
    }
}
