package io.atalaya.metrics;

import java.time.Duration;
import java.util.Arrays;

/**
 * Counts durations in fixed buckets. Confined to its owner's thread; others see {@link #snapshot()}s that the owner
 * takes.
 */
public final class Histogram {
    private final Bounds bounds;
    private final long[] counts;
    private long sumNanos;

    public Histogram(Bounds bounds) {
        this.bounds = bounds;
        this.counts = new long[bounds.size() + 1];
    }

    /** Records {@code count} observations of the same duration; a negative duration counts as zero. */
    public void record(long nanos, long count) {
        long duration = Math.max(0, nanos);
        counts[bounds.bucketOf(duration)] += count;
        sumNanos += duration * count;
    }

    /** An immutable copy. */
    public Snapshot snapshot() {
        return new Snapshot(bounds, counts.clone(), sumNanos);
    }

    /** A histogram at one moment. Immutable. */
    public static final class Snapshot {
        private static final Snapshot NO_LATENCIES = empty(Bounds.LATENCIES);

        private final Bounds bounds;
        private final long[] counts;
        private final long sumNanos;

        /** @param counts not modified any more */
        Snapshot(Bounds bounds, long[] counts, long sumNanos) {
            this.bounds = bounds;
            this.counts = counts;
            this.sumNanos = sumNanos;
        }

        /** Of latencies, without observations. */
        public static Snapshot empty() {
            return NO_LATENCIES;
        }

        /** Without observations. */
        public static Snapshot empty(Bounds bounds) {
            return new Snapshot(bounds, new long[bounds.size() + 1], 0);
        }

        public Bounds bounds() {
            return bounds;
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

        /** Both together; of the same bounds. */
        public Snapshot plus(Snapshot other) {
            if (!bounds.equals(other.bounds)) {
                throw new IllegalArgumentException("bounds: others (expected: the same)");
            }
            long[] sums = counts.clone();
            for (int i = 0; i < sums.length; i++) {
                sums[i] += other.counts[i];
            }
            return new Snapshot(bounds, sums, sumNanos + other.sumNanos);
        }

        /**
         * Observations a bucket of a view that shows fewer bounds.
         *
         * @param view bounds in nanoseconds, ascending, all of them recorded
         * @return not cumulative; one more than there are bounds
         */
        long[] merged(long... view) {
            long[] merged = new long[view.length + 1];
            int from = 0;
            for (int i = 0; i < view.length; i++) {
                int through = bounds.indexOf(view[i]);
                for (; from <= through; from++) {
                    merged[i] += counts[from];
                }
            }
            for (; from < counts.length; from++) {
                merged[view.length] += counts[from];
            }
            return merged;
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
            for (int i = 0; i < bounds.size(); i++) {
                seen += counts[i];
                if (seen >= rank) {
                    return Duration.ofNanos(bounds.nanos(i));
                }
            }
            return Duration.ofNanos(bounds.nanos(bounds.size() - 1));
        }

        /** Rounded up, but not for the last bits of a product such as 0.07 · 100, which lies just above 7. */
        private static long rankOf(double q, long total) {
            double product = q * total;
            double nearest = Math.rint(product);
            return (long) (Math.abs(product - nearest) <= 2 * Math.ulp(product) ? nearest : Math.ceil(product));
        }
    }
}
