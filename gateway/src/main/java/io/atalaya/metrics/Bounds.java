package io.atalaya.metrics;

import java.util.Arrays;

/**
 * The upper bounds of a histogram's buckets, inclusive and ascending; what lies above the last is in a bucket without
 * one. Immutable.
 *
 * <p>What is recorded has the union of the bounds that any vocabulary shows and of the thresholds that objectives name,
 * so that a view can merge buckets but never has to guess.
 */
public final class Bounds {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000 * MICRO;
    private static final long SECOND = 1_000 * MILLI;

    /** For how long things take: from 100 µs to 10 s. */
    public static final Bounds LATENCIES = new Bounds(
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
            300 * MILLI,
            500 * MILLI,
            SECOND,
            2 * SECOND,
            2_500 * MILLI,
            5 * SECOND,
            10 * SECOND);

    /** For how long connections last: from 1 s to 1 h. */
    public static final Bounds LIFETIMES = new Bounds(
            SECOND,
            5 * SECOND,
            15 * SECOND,
            30 * SECOND,
            60 * SECOND,
            300 * SECOND,
            600 * SECOND,
            1_800 * SECOND,
            3_600 * SECOND);

    private final long[] nanos;

    private Bounds(long... nanos) {
        this.nanos = nanos;
    }

    /** How many bounds there are; a histogram has one bucket more. */
    public int size() {
        return nanos.length;
    }

    /** A bound, in nanoseconds. */
    public long nanos(int index) {
        return nanos[index];
    }

    /** Which bucket a duration belongs to. */
    int bucketOf(long duration) {
        int bucket = 0;
        while (bucket < nanos.length && duration > nanos[bucket]) {
            bucket++;
        }
        return bucket;
    }

    /**
     * Which bucket ends at a bound.
     *
     * @throws IllegalArgumentException when none does
     */
    int indexOf(long bound) {
        int index = Arrays.binarySearch(nanos, bound);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "bound: %d ns (expected: one of %s)".formatted(bound, Arrays.toString(nanos)));
        }
        return index;
    }
}
