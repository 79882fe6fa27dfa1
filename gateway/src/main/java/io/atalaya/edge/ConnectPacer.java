package io.atalaya.edge;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Spreads new connections evenly: each takes the next free moment of a fixed rate. Thread-safe without locks.
 */
final class ConnectPacer {
    /** Answer of {@link #reserve} to a connection that would wait too long. */
    static final long REFUSED = -1;

    private final long intervalNanos;
    private final long maxWaitNanos;
    private final long burstNanos;
    private final AtomicLong nextFreeNanos;

    /**
     * @param perSecond connections per second; 0 is unlimited
     * @param maxWaitNanos longest wait granted
     */
    ConnectPacer(double perSecond, long maxWaitNanos, long nowNanos) {
        this.intervalNanos = perSecond == 0 ? 0 : (long) (1e9 / perSecond);
        this.maxWaitNanos = maxWaitNanos;
        this.burstNanos = 1_000_000_000L;
        this.nextFreeNanos = new AtomicLong(nowNanos - burstNanos);
    }

    /**
     * Reserves a moment.
     *
     * @return nanoseconds to wait; 0 to go on at once; {@link #REFUSED} when the wait would be too long. An idle second
     *     may be used up in one burst.
     */
    long reserve(long nowNanos) {
        if (intervalNanos == 0) {
            return 0;
        }
        while (true) {
            long free = nextFreeNanos.get();
            long from = Math.max(free, nowNanos - burstNanos);
            long waitNanos = Math.max(0, from - nowNanos);
            if (waitNanos > maxWaitNanos) {
                return REFUSED;
            }
            if (nextFreeNanos.compareAndSet(free, from + intervalNanos)) {
                return waitNanos;
            }
        }
    }
}
