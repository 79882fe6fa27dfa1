package io.atalaya.bench;

import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * What the connections of one client event loop received. Written by that loop only; sums and histograms may be read
 * from anywhere.
 */
final class Receipts {
    private static final int PRECISION_DIGITS = 3;

    private final AtomicLong received = new AtomicLong();
    private final AtomicLong measured = new AtomicLong();
    private final AtomicLong repeated = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private final AtomicLong foreign = new AtomicLong();
    private final SingleWriterRecorder interval = new SingleWriterRecorder(PRECISION_DIGITS);
    private final SingleWriterRecorder whole = new SingleWriterRecorder(PRECISION_DIGITS);

    void onReceived(SequenceWindow.Verdict verdict, long latencyNanos, boolean measure) {
        switch (verdict) {
            case REPEATED -> {
                increment(repeated);
                return;
            }
            case LATE -> increment(late);
            case NEXT, AHEAD -> {}
        }
        increment(received);
        long latency = Math.max(0, latencyNanos);
        interval.recordValue(latency);
        if (measure) {
            increment(measured);
            whole.recordValue(latency);
        }
    }

    /** A message that the bench did not publish, or not for this session. */
    void onForeign() {
        increment(foreign);
    }

    /** One writer, so no atomic addition is needed. */
    private static void increment(AtomicLong counter) {
        counter.setRelease(counter.getPlain() + 1);
    }

    long received() {
        return received.getAcquire();
    }

    long measured() {
        return measured.getAcquire();
    }

    long repeated() {
        return repeated.getAcquire();
    }

    long late() {
        return late.getAcquire();
    }

    long foreign() {
        return foreign.getAcquire();
    }

    /** Latencies since the last call, in nanoseconds. */
    Histogram intervalLatency() {
        return interval.getIntervalHistogram();
    }

    /** Latencies of everything measured since the last call, in nanoseconds. */
    Histogram measuredLatency() {
        return whole.getIntervalHistogram();
    }
}
