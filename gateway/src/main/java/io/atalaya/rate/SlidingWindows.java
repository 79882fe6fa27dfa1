package io.atalaya.rate;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A {@link SlidingWindow} for everybody who has said something lately. Thread-safe: a concurrent map, in which each window is
 * touched within an atomic update of its entry only.
 *
 * <p>Bounded: windows with nothing in them are forgotten, and while there are as many as may be nobody new may say anything.
 *
 * @param <K> who
 */
public final class SlidingWindows<K> {
    private static final int LEFT_ALONE = 1_024;

    private final int limit;
    private final long windowNanos;
    private final int most;
    private final ConcurrentHashMap<K, SlidingWindow> windows = new ConcurrentHashMap<>();
    private final AtomicLong nextSweepNanos;

    /**
     * @param limit most messages of a window
     * @param most windows at a time
     * @param nowNanos on the clock of {@link #allows}
     */
    public SlidingWindows(int limit, long windowNanos, int most, long nowNanos) {
        this.limit = limit;
        this.windowNanos = windowNanos;
        this.most = most;
        this.nextSweepNanos = new AtomicLong(nowNanos);
    }

    /** Whether a message of {@code who} is within the limit; if so it counts. */
    public boolean allows(K who, long nowNanos) {
        if (windows.size() > Math.min(LEFT_ALONE, most - 1)) {
            sweep(nowNanos);
            if (windows.size() >= most && !windows.containsKey(who)) {
                return false;
            }
        }
        var allowed = new boolean[1];
        windows.compute(who, (_, known) -> {
            SlidingWindow window = known == null ? new SlidingWindow(limit, windowNanos) : known;
            allowed[0] = window.allows(nowNanos);
            return window;
        });
        return allowed[0];
    }

    /** Once a window, so that it costs little for each message. */
    private void sweep(long nowNanos) {
        long due = nextSweepNanos.get();
        if (nowNanos - due >= 0 && nextSweepNanos.compareAndSet(due, nowNanos + windowNanos)) {
            windows.keySet()
                    .forEach(who ->
                            windows.computeIfPresent(who, (_, window) -> window.isEmpty(nowNanos) ? null : window));
        }
    }

    /** How many windows there are. */
    int size() {
        return windows.size();
    }
}
