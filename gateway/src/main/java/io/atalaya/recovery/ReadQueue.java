package io.atalaya.recovery;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Whose turn it is to read the log. Thread-safe without locks.
 *
 * <p>A replay queues for one reading at a time, at the end, so replays take turns whatever their lengths. At most a
 * fixed number of readings run at once, and each begins only when those before it are paid for: a reading of n events
 * costs n intervals of the rate.
 */
final class ReadQueue {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long BURST_NANOS = SECOND_NANOS / 10;

    private final int concurrency;
    private final double nanosPerEvent;
    private final Executor worker;
    private final Recovery.Later later;
    private final LongSupplier nanoClock;

    private final Queue<IntSupplier> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong paidUntilNanos;

    ReadQueue(RecoveryConfig config, Recovery.Pace pace) {
        this.concurrency = config.concurrency();
        this.nanosPerEvent = (double) SECOND_NANOS / config.eventsPerSecond();
        this.worker = pace.worker();
        this.later = pace.later();
        this.nanoClock = pace.nanoClock();
        this.paidUntilNanos = new AtomicLong(nanoClock.getAsLong() - BURST_NANOS);
    }

    /** Queues a reading; it returns how many events it has read. Never blocks. */
    void add(IntSupplier reading) {
        waitingCount.incrementAndGet();
        waiting.add(reading);
        startWaiting();
    }

    /** Readings that have not begun. */
    int size() {
        return waitingCount.get();
    }

    private void startWaiting() {
        while (!waiting.isEmpty() && takePlace()) {
            long waitNanos = paidUntilNanos.get() - nanoClock.getAsLong();
            if (waitNanos <= 0) {
                start();
            } else {
                later.after(waitNanos, this::start);
            }
        }
    }

    private boolean takePlace() {
        return running.getAndUpdate(have -> have < concurrency ? have + 1 : have) < concurrency;
    }

    private void start() {
        try {
            worker.execute(this::runNext);
        } catch (RejectedExecutionException _) {
            running.decrementAndGet(); // the gateway stops; nobody is left to read for
        }
    }

    private void runNext() {
        IntSupplier reading = waiting.poll();
        try {
            if (reading != null) {
                waitingCount.decrementAndGet();
                pay(reading.getAsInt());
            }
        } finally {
            running.decrementAndGet();
            startWaiting();
        }
    }

    private void pay(int events) {
        long nowNanos = nanoClock.getAsLong();
        long costNanos = (long) (Math.max(1, events) * nanosPerEvent);
        paidUntilNanos.updateAndGet(until -> Math.max(until, nowNanos - BURST_NANOS) + costNanos);
    }
}
