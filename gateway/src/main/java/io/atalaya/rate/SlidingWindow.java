package io.atalaya.rate;

import java.util.Arrays;

/**
 * A sliding window over somebody's messages: allowed while fewer than the limit are younger than the window. A refused
 * message is not remembered. Confined to its owner's thread. Grows with use, so that whoever says little costs little.
 */
public final class SlidingWindow {
    private final int limit;
    private final long windowNanos;
    private long[] times = new long[2];
    private int oldest;
    private int size;

    /** @param limit most messages of a window; 0 allows none */
    public SlidingWindow(int limit, long windowNanos) {
        this.limit = limit;
        this.windowNanos = windowNanos;
    }

    /** Whether a message at {@code nowNanos} is within the limit; if so it counts. */
    public boolean allows(long nowNanos) {
        forgetOld(nowNanos);
        if (size >= limit) {
            return false;
        }
        if (size == times.length) {
            grow();
        }
        times[(oldest + size) % times.length] = nowNanos;
        size++;
        return true;
    }

    /** Whether nothing of the window counts any more. */
    boolean isEmpty(long nowNanos) {
        forgetOld(nowNanos);
        return size == 0;
    }

    private void forgetOld(long nowNanos) {
        while (size > 0 && nowNanos - times[oldest] >= windowNanos) {
            oldest = (oldest + 1) % times.length;
            size--;
        }
    }

    private void grow() {
        long[] longer = Arrays.copyOf(times, Math.min(limit, times.length * 2));
        for (int i = 0; i < size; i++) {
            longer[i] = times[(oldest + i) % times.length];
        }
        times = longer;
        oldest = 0;
    }
}
