package io.atalaya.kpi;

import io.atalaya.kpi.Fact.Verdict;
import io.atalaya.kpi.KpiReport.Reading;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Means of numbers, and weighted scores, which are means of the means of groups. Confined to the engine's thread. Keeps sums
 * and, for quantiles, counts in buckets of 2 % each.
 */
final class Means implements Reckoning {
    private static final double STEP = Math.log(1.02);
    private static final double SMALLEST = 1e-6;

    private final Measure measure;
    private final Function<Instant, LocalDate> periods;
    private final TreeMap<LocalDate, Map<String, Cell>> cells = new TreeMap<>();

    private Means(Measure measure, Function<Instant, LocalDate> periods) {
        this.measure = measure;
        this.periods = periods;
    }

    /** @param periods the first day of the period of a moment */
    static Means of(Measure.Mean measure, Function<Instant, LocalDate> periods) {
        return new Means(measure, periods);
    }

    /** @param periods the first day of the period of a moment */
    static Means of(Measure.WeightedScore measure, Function<Instant, LocalDate> periods) {
        return new Means(measure, periods);
    }

    private static final class Cell {
        private double sum;
        private long count;
        private final TreeMap<Integer, Long> buckets = new TreeMap<>();

        void add(double value) {
            sum += value;
            count++;
            int bucket =
                    Math.abs(value) < SMALLEST ? Integer.MIN_VALUE : (int) Math.floor(Math.log(Math.abs(value)) / STEP);
            buckets.merge(bucket, 1L, Long::sum);
        }

        double mean() {
            return sum / count;
        }

        /** The upper bound of the bucket of the smallest number that a share of all do not exceed. */
        double quantile(double share) {
            long wanted = Math.max(1, (long) Math.ceil(share * count));
            long seen = 0;
            for (var bucket : buckets.entrySet()) {
                seen += bucket.getValue();
                if (seen >= wanted) {
                    return bucket.getKey() == Integer.MIN_VALUE ? 0 : Math.exp((bucket.getKey() + 1) * STEP);
                }
            }
            return Double.NaN;
        }
    }

    @Override
    public Verdict take(Fact fact) {
        return switch (measure) {
            case Measure.Mean mean -> mean.of().picks(fact) ? take(fact, mean) : Verdict.NOT_MEANT;
            case Measure.WeightedScore score -> score.of().picks(fact) ? take(fact, score) : Verdict.NOT_MEANT;
            case Measure.Ratio _, Measure.StateShare _, Measure.CounterRatio _ ->
                throw new IllegalStateException("no mean: " + measure);
        };
    }

    private Verdict take(Fact fact, Measure.Mean mean) {
        JsonNode value = fact.body().at(mean.value());
        if (!value.isNumber()) {
            return Verdict.MALFORMED;
        }
        double number = mean.absolute() ? Math.abs(value.doubleValue()) : value.doubleValue();
        return Math.abs(number) <= mean.most() ? add(fact, "", number) : Verdict.OUT_OF_RANGE;
    }

    private Verdict take(Fact fact, Measure.WeightedScore score) {
        JsonNode value = fact.body().at(score.score());
        JsonNode group = fact.body().at(score.group());
        if (!value.isNumber() || !group.isString()) {
            return Verdict.MALFORMED;
        }
        double number = value.doubleValue();
        boolean possible = number >= score.least()
                && number <= score.most()
                && score.weights().containsKey(group.asString());
        return possible ? add(fact, group.asString(), number) : Verdict.OUT_OF_RANGE;
    }

    private Verdict add(Fact fact, String group, double number) {
        cells.computeIfAbsent(periods.apply(fact.at()), _ -> new HashMap<>())
                .computeIfAbsent(group, _ -> new Cell())
                .add(number);
        return Verdict.COUNTED;
    }

    @Override
    public Reading reading(Instant start, Instant end, Instant now) {
        Map<String, Cell> groups = cells.getOrDefault(periods.apply(start), Map.of());
        if (groups.isEmpty()) {
            return Reading.NONE;
        }
        if (!(measure instanceof Measure.WeightedScore score)) {
            Cell cell = groups.getOrDefault("", new Cell());
            Map<String, Double> details = Map.of("p50", cell.quantile(0.5), "p95", cell.quantile(0.95));
            return new Reading(cell.mean(), cell.sum, (double) cell.count, cell.count, details);
        }
        double sum = 0;
        double weights = 0;
        long samples = 0;
        var details = new TreeMap<String, Double>();
        for (var group : groups.entrySet()) {
            double weight = score.weights().getOrDefault(group.getKey(), 0.0);
            sum += weight * group.getValue().mean();
            weights += weight;
            samples += group.getValue().count;
            details.put(group.getKey(), group.getValue().mean());
        }
        return new Reading(sum / weights, sum, weights, samples, details);
    }

    @Override
    public void forgetBefore(Instant moment) {
        cells.headMap(periods.apply(moment)).clear();
    }
}
