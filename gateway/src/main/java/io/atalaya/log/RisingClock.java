package io.atalaya.log;

import java.time.InstantSource;

/**
 * Wall clock time that never falls, whatever is done to the clock: times along a log stay in order. Confined to the
 * one thread, or guarded by the one lock, that appends.
 */
public final class RisingClock {
    private final InstantSource clock;
    private long latestMillis;

    /** @param latestMillis the time of the newest event stored so far, in milliseconds since 1970 */
    public RisingClock(InstantSource clock, long latestMillis) {
        this.clock = clock;
        this.latestMillis = latestMillis;
    }

    /** Milliseconds since 1970, not less than at the call before. */
    public long millis() {
        latestMillis = Math.max(latestMillis, clock.millis());
        return latestMillis;
    }
}
