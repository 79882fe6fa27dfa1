package io.atalaya.hub;

import java.util.concurrent.atomic.LongAdder;

/**
 * The bound on fan-outs per second over the whole process; off at 0. Confined to whoever is routing; only the count of
 * refusals may be read by others.
 */
final class BroadcastLimit {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final int perSecond;
    private final MessageWindow window;
    private final LongAdder refused = new LongAdder();

    BroadcastLimit(int perSecond) {
        this.perSecond = perSecond;
        this.window = new MessageWindow(perSecond, SECOND_NANOS);
    }

    boolean allows(long nowNanos) {
        if (perSecond == 0 || window.allows(nowNanos)) {
            return true;
        }
        refused.increment();
        return false;
    }

    long refused() {
        return refused.sum();
    }
}
