package io.atalaya.metrics;

import java.time.Duration;
import java.util.Arrays;

/**
 * Counts durations in fixed buckets. Confined to its owner's thread; others see {@link #snapshot()}s that the owner
 * takes.
 *
 * <p>The bounds are the union of those that any vocabulary exposes and of every threshold that an objective names, so
 * that a view can merge buckets but never has to guess.
 */
public final class Histogram {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000 * MICRO;
    private static final long[] BOUNDS_NANOS = {
        100 * MICRO,
        250 * MICRO,
        500 * MICRO,
        MILLI,
        2_500 * MICRO,
        5 * MILLI,
        10 * MILLI,
        25 * MILLI,
        50 * MILLI,
        100 * MILLI,
        200 * MILLI,
        250 * MILLI,
        500 * MILLI,
        1_000 * MILLI,
        2_500 * MILLI,
        5_000 * MILLI,
        10_000 * MILLI
    };

    private final long[] counts = new long[BOUNDS_NANOS.length + 1];
    private long sumNanos;

    /** Records {@code count} observations of the same duration; a negative duration counts as zero. */
    public void record(long nanos, long count) {
        long duration = Math.max(0, nanos);
        counts[bucketOf(duration)] += count;
        sumNanos += duration * count;
    }

    private static int bucketOf(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    /** An immutable copy. */
    public Snapshot snapshot() {
        return new Snapshot(counts, sumNanos);
    }

    /** A histogram at one moment. Immutable. */
    public static final class Snapshot {
        private static final Snapshot EMPTY = new Snapshot(new long[BOUNDS_NANOS.length + 1], 0);

        private final long[] counts;
        private final long sumNanos;

        private Snapshot(long[] counts, long sumNanos) {
            this.counts = counts.clone();
            this.sumNanos = sumNanos;
        }

        /** A snapshot without observations. */
        public static Snapshot empty() {
            return EMPTY;
        }

        /** Upper bounds in seconds, inclusive, ascending; the last bucket has none. */
        public static double[] boundsSeconds() {
            return Arrays.stream(BOUNDS_NANOS).mapToDouble(bound -> bound / 1e9).toArray();
        }

        /** Observations a bucket, not cumulative; one more than there are bounds. */
        public long[] counts() {
            return counts.clone();
        }

        public long count() {
            return Arrays.stream(counts).sum();
        }

        public double sumSeconds() {
            return sumNanos / 1e9;
        }

        /** Both together. */
        public Snapshot plus(Snapshot other) {
            long[] sums = counts.clone();
            for (int i = 0; i < sums.length; i++) {
                sums[i] += other.counts[i];
            }
            return new Snapshot(sums, sumNanos + other.sumNanos);
        }

        /**
         * The upper bound of the bucket that holds the quantile: of the smallest observation that at least {@code q} of
         * all do not exceed.
         *
         * @param q 0 … 1
         * @return zero without observations; the largest bound for what lies above it
         */
        public Duration quantile(double q) {
            if (!(q >= 0 && q <= 1)) {
                throw new IllegalArgumentException("quantile: %s (expected: 0 … 1)".formatted(q));
            }
            long total = count();
            if (total == 0) {
                return Duration.ZERO;
            }
            long rank = Math.max(1, rankOf(q, total));
            long seen = 0;
            for (int i = 0; i < BOUNDS_NANOS.length; i++) {
                seen += counts[i];
                if (seen >= rank) {
                    return Duration.ofNanos(BOUNDS_NANOS[i]);
                }
            }
            return Duration.ofNanos(BOUNDS_NANOS[BOUNDS_NANOS.length - 1]);
        }

        /** Rounded up, but not for the last bits of a product such as 0.07 · 100, which lies just above 7. */
        private static long rankOf(double q, long total) {
            double product = q * total;
            double nearest = Math.rint(product);
            return (long) (Math.abs(product - nearest) <= 2 * Math.ulp(product) ? nearest : Math.ceil(product));
        }
    }
}
