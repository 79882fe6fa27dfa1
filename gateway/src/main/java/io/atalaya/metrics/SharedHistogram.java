package io.atalaya.metrics;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts latencies that several threads observe. Thread-safe by atomic counters; a snapshot taken meanwhile may lack what
 * is being added. For what happens once a request, not once a delivery.
 */
public final class SharedHistogram {
    private final AtomicLongArray counts = new AtomicLongArray(Bounds.LATENCIES.size() + 1);
    private final LongAdder sumNanos = new LongAdder();

    /** Records one observation; a negative duration counts as zero. */
    public void record(long nanos) {
        long duration = Math.max(0, nanos);
        counts.getAndIncrement(Bounds.LATENCIES.bucketOf(duration));
        sumNanos.add(duration);
    }

    /** What has been observed so far. */
    public Histogram.Snapshot snapshot() {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.get(i);
        }
        return new Histogram.Snapshot(Bounds.LATENCIES, copy, sumNanos.sum());
    }
}
