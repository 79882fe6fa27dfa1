package io.atalaya.client;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a pong at every interval and complains once when none comes in time. Confined to the connection's event
 * loop; holds one timer at a time.
 */
final class Heartbeat {
    private final EventExecutor loop;
    private final Duration interval;
    private final Duration timeout;
    private final Runnable ping;
    private final Runnable dead;
    private @Nullable Future<?> timer;
    private boolean waiting;

    /**
     * @param interval from one ping to the next; zero sends none
     * @param ping sends a ping
     * @param dead called when a ping stays without answer for {@code timeout}
     */
    Heartbeat(EventExecutor loop, Duration interval, Duration timeout, Runnable ping, Runnable dead) {
        this.loop = loop;
        this.interval = interval;
        this.timeout = timeout;
        this.ping = ping;
        this.dead = dead;
    }

    void start() {
        if (!interval.isZero()) {
            arm(this::onInterval, interval);
        }
    }

    void onPong() {
        if (waiting) {
            waiting = false;
            stop();
            arm(this::onInterval, interval);
        }
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void onInterval() {
        waiting = true;
        ping.run();
        arm(dead, timeout);
    }

    private void arm(Runnable action, Duration delay) {
        timer = loop.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
}
