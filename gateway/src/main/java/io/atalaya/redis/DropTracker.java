package io.atalaya.redis;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the share of messages dropped in the last minute and raises an alert when it is too high. Thread-safe: every
 * method holds the object's monitor for a few steps.
 *
 * <p>The window has the grain of a second: it covers the running second and the 59 before it. After an alert there is no
 * other for five minutes; that the drops go on is visible in the counters.
 */
public final class DropTracker {
    /** How far back the rate looks. */
    public static final Duration WINDOW = Duration.ofSeconds(60);
    /** An alert is raised above this share of dropped messages. */
    public static final double ALERT_THRESHOLD_PERCENT = 5.0;
    /** The shortest time between two alerts. */
    public static final Duration COOLDOWN = Duration.ofMinutes(5);

    private static final Logger log = LoggerFactory.getLogger(DropTracker.class);
    private static final int SECONDS = (int) WINDOW.toSeconds();

    private final LongSupplier nanoClock;
    private final long originNanos;
    private final long[] processed = new long[SECONDS];
    private final long[] dropped = new long[SECONDS];
    private long newestSecond;
    private long windowProcessed;
    private long windowDropped;
    private long totalProcessed;
    private long totalDropped;
    private long alerts;
    private long lastAlertNanos;

    public DropTracker(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.originNanos = nanoClock.getAsLong();
    }

    /** Counts messages that were handed over. */
    public synchronized void addProcessed(int messages) {
        int bucket = advance(nanoClock.getAsLong());
        processed[bucket] += messages;
        windowProcessed += messages;
        totalProcessed += messages;
    }

    /** Counts messages that were dropped, and raises the alert when they are too many. */
    public synchronized void addDropped(int messages) {
        long now = nanoClock.getAsLong();
        int bucket = advance(now);
        dropped[bucket] += messages;
        windowDropped += messages;
        totalDropped += messages;
        if (ratePercent() > ALERT_THRESHOLD_PERCENT && (alerts == 0 || now - lastAlertNanos >= COOLDOWN.toNanos())) {
            raise(now);
        }
    }

    /** The counters of this moment, all of one instant. */
    public synchronized Snapshot snapshot() {
        advance(nanoClock.getAsLong());
        return new Snapshot(
                totalProcessed,
                totalDropped,
                windowProcessed,
                windowDropped,
                ratePercent(),
                ALERT_THRESHOLD_PERCENT,
                alerts,
                SECONDS);
    }

    private void raise(long now) {
        alerts++;
        lastAlertNanos = now;
        log.atWarn()
                .addKeyValue("dropped", windowDropped)
                .addKeyValue("processed", windowProcessed)
                .addKeyValue("windowSeconds", SECONDS)
                .log("too many messages from Redis dropped");
    }

    private double ratePercent() {
        long all = windowProcessed + windowDropped;
        return all == 0 ? 0 : 100.0 * windowDropped / all;
    }

    /** Forgets the seconds that left the window and returns the bucket of the running second. */
    private int advance(long now) {
        long second = Math.max(newestSecond, (now - originNanos) / 1_000_000_000L);
        long firstStale = Math.max(newestSecond + 1, second - SECONDS + 1);
        for (long s = firstStale; s <= second; s++) {
            int bucket = (int) (s % SECONDS);
            windowProcessed -= processed[bucket];
            windowDropped -= dropped[bucket];
            processed[bucket] = 0;
            dropped[bucket] = 0;
        }
        newestSecond = second;
        return (int) (second % SECONDS);
    }

    /**
     * The member {@code drop_rate} of the detailed health answer. Immutable.
     *
     * @param totalProcessed messages handed over since start
     * @param totalDropped messages dropped since start
     * @param windowDropRatePercent dropped share of all messages of the window (0 … 100)
     * @param alertCount alerts raised since start
     */
    public record Snapshot(
            long totalProcessed,
            long totalDropped,
            long windowProcessed,
            long windowDropped,
            double windowDropRatePercent,
            double alertThresholdPercent,
            long alertCount,
            int windowSeconds) {}
}
