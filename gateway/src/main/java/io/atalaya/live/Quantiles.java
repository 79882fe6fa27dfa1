package io.atalaya.live;

import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Histogram;

/**
 * Quantiles of what a histogram counted between two moments. Immutable. Within a bucket observations are taken to be
 * spread evenly, so a quantile is an estimate that is never off by more than its bucket.
 *
 * @param count observations
 * @param p50 milliseconds; not a number without observations, and so are the others
 */
record Quantiles(long count, double p50, double p95, double p99) {
    static final Quantiles NONE = new Quantiles(0, Double.NaN, Double.NaN, Double.NaN);

    /** Of the observations in {@code after} that are not in {@code before}, an earlier snapshot of the same histogram. */
    static Quantiles between(Histogram.Snapshot before, Histogram.Snapshot after) {
        long[] counts = after.counts();
        long[] earlier = before.counts();
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.max(0, counts[i] - earlier[i]);
            total += counts[i];
        }
        if (total == 0) {
            return NONE;
        }
        Bounds bounds = after.bounds();
        return new Quantiles(
                total,
                at(0.5, counts, total, bounds),
                at(0.95, counts, total, bounds),
                at(0.99, counts, total, bounds));
    }

    private static double at(double quantile, long[] counts, long total, Bounds bounds) {
        double rank = quantile * total;
        double seen = 0;
        for (int i = 0; i < bounds.size(); i++) {
            if (seen + counts[i] >= rank) {
                double lower = i == 0 ? 0 : bounds.nanos(i - 1) / 1e6;
                double share = counts[i] == 0 ? 1 : (rank - seen) / counts[i];
                return lower + (bounds.nanos(i) / 1e6 - lower) * share;
            }
            seen += counts[i];
        }
        return bounds.nanos(bounds.size() - 1) / 1e6;
    }
}
