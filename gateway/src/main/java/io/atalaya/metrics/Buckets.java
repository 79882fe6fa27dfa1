package io.atalaya.metrics;

import java.util.Arrays;

/**
 * The bounds that a view shows of a histogram, and their unit. Immutable.
 *
 * <p>All of them must be recorded, which is checked when a family is built.
 */
public final class Buckets {
    private static final double NANOS_A_SECOND = 1e9;
    private static final double NANOS_A_MILLISECOND = 1e6;

    /** What the canonical vocabulary shows of latencies. */
    public static final Buckets LATENCY_SECONDS = seconds(
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10);

    /** What it shows of requests and queries, which take longer than deliveries. */
    public static final Buckets REQUEST_SECONDS =
            seconds(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 1, 2, 2.5, 5, 10);

    /** What it shows of how long connections last. */
    public static final Buckets LIFETIME_SECONDS = seconds(1, 5, 15, 30, 60, 300, 600, 1800, 3600);

    private final double unitNanos;
    private final long[] nanos;

    private Buckets(double unitNanos, double... bounds) {
        this.unitNanos = unitNanos;
        this.nanos = Arrays.stream(bounds)
                .mapToLong(bound -> Math.round(bound * unitNanos))
                .toArray();
    }

    /** Bounds in seconds, for a metric in seconds. */
    public static Buckets seconds(double... bounds) {
        return new Buckets(NANOS_A_SECOND, bounds);
    }

    /** Bounds in milliseconds, for a metric in milliseconds. */
    public static Buckets milliseconds(double... bounds) {
        return new Buckets(NANOS_A_MILLISECOND, bounds);
    }

    /** How many bounds there are. */
    int size() {
        return nanos.length;
    }

    /** A bound in the metric's unit. */
    double bound(int index) {
        return nanos[index] / unitNanos;
    }

    /** A duration in the metric's unit. */
    double inUnit(double durationNanos) {
        return durationNanos / unitNanos;
    }

    /** Observations a bucket, not cumulative. */
    long[] counts(Histogram.Snapshot histogram) {
        return histogram.merged(nanos);
    }
}
