package io.atalaya.live;

import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ticks on a thread of its own, at every full second of the clock. Thread-safe: nothing is shared but the wish to stop.
 */
public final class LiveLoop implements AutoCloseable {
    /** Name of its thread. */
    public static final String THREAD = "atalaya-live";

    private static final Logger LOG = LoggerFactory.getLogger(LiveLoop.class);
    private static final long STEP_MILLIS = 1_000;
    private static final long SHORTEST_MILLIS = 500;
    private static final long PATIENCE_MILLIS = 2_000;

    private final LiveFeed feed;
    private final Runnable alongside;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean closing;

    /** @param alongside runs after each tick */
    public LiveLoop(LiveFeed feed, Runnable alongside, InstantSource clock) {
        this.feed = feed;
        this.alongside = alongside;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name(THREAD).unstarted(this::run);
    }

    /** Begins to tick. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            tick(); // what the first second is compared with
            long left = untilFullSecond();
            Thread.sleep(left < SHORTEST_MILLIS ? left + STEP_MILLIS : left);
            while (!closing) {
                tick();
                Thread.sleep(untilFullSecond());
            }
        } catch (InterruptedException _) {
            // asked to stop
        }
    }

    private long untilFullSecond() {
        return STEP_MILLIS - Math.floorMod(clock.millis(), STEP_MILLIS);
    }

    /** A failure costs one tick and not the thread; one that comes of being stopped is no news. */
    private void tick() {
        try {
            feed.tick();
            alongside.run();
        } catch (RuntimeException failure) {
            if (!closing) {
                LOG.atError().setCause(failure).log("the live view missed a second");
            }
        }
    }

    /** Stops ticking and ends the streams; calling it again does nothing. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            if (thread.isAlive()) {
                thread.join(PATIENCE_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        feed.viewers().close();
    }
}
