package io.atalaya.kpi;

import io.atalaya.budget.Measurements;
import io.atalaya.budget.Measurements.Series;
import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.KpiReport.Reading;
import io.atalaya.slo.Selector;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A share of what this program counts by itself, from looks at its counters. Confined to the engine's thread. A counter that
 * falls has begun anew; what it had counted before the first look belongs to the period of that look.
 */
final class Counters implements Reckoning {
    private final Measure.CounterRatio measure;
    private final Function<Instant, LocalDate> periods;
    private final Map<String, Double> last = new HashMap<>();
    private final TreeMap<LocalDate, double[]> counts = new TreeMap<>();

    /** @param periods the first day of the period of a moment */
    Counters(Measure.CounterRatio measure, Function<Instant, LocalDate> periods) {
        this.measure = measure;
        this.periods = periods;
    }

    /** Looks at the counters. */
    void look(Measurements now, Instant at) {
        double good = increase(now, measure.good(), "good");
        double of = increase(now, measure.of(), "of");
        add(periods.apply(at), good, of);
    }

    /** What an earlier process had counted for a period. */
    void add(LocalDate period, double good, double of) {
        double[] sums = counts.computeIfAbsent(period, _ -> new double[2]);
        sums[0] += good;
        sums[1] += of;
    }

    /** Every period that is not forgotten, with what it comes to. */
    void each(BiConsumer<LocalDate, Reading> action) {
        counts.forEach((day, sums) -> action.accept(day, reading(sums)));
    }

    private static Reading reading(double[] sums) {
        return Reading.share(sums[0], sums[1], Math.round(sums[1]));
    }

    private double increase(Measurements now, List<Selector> selectors, String part) {
        double sum = 0;
        for (Selector selector : selectors) {
            for (Series series : now.series(selector.metric())) {
                if (selector.matches(series.labels())) {
                    Double before = last.put(part + '/' + selector.metric() + series.labels(), series.value());
                    sum += before == null || series.value() < before ? series.value() : series.value() - before;
                }
            }
        }
        return sum;
    }

    @Override
    public Verdict take(Fact fact) {
        return Verdict.NOT_MEANT;
    }

    @Override
    public Reading reading(Instant start, Instant end, Instant now) {
        double[] sums = counts.get(periods.apply(start));
        return sums == null ? Reading.NONE : reading(sums);
    }

    @Override
    public void forgetBefore(Instant moment) {
        counts.headMap(periods.apply(moment)).clear();
    }
}
