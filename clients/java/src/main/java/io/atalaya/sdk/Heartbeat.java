package io.atalaya.sdk;

import java.time.Duration;

/**
 * Notices a connection that is open in name only: after every interval of silence it asks for a sign of life, and when
 * none comes within the time-out the connection is lost. Confined to the client's thread.
 *
 * <p>A machine that slept fires its timers late: the clock, not the timers, says how long it was silent, and even then
 * the question comes first.
 */
final class Heartbeat {
    private final Schedule schedule;
    private final Duration interval;
    private final Duration timeout;
    private final Runnable ask;
    private final Runnable lost;
    private Schedule.Timer timer = Schedule.Timer.none();
    private long heardNanos;
    private boolean asked;
    private long askedNanos;

    Heartbeat(Schedule schedule, Duration interval, Duration timeout, Runnable ask, Runnable lost) {
        this.schedule = schedule;
        this.interval = interval;
        this.timeout = timeout;
        this.ask = ask;
        this.lost = lost;
        this.heardNanos = schedule.nanos();
        wait(interval);
    }

    /** Anything came from the gateway. */
    void heard() {
        heardNanos = schedule.nanos();
        if (asked) {
            asked = false;
            wait(interval);
        }
    }

    void stop() {
        timer.cancel();
    }

    private void wait(Duration delay) {
        timer.cancel();
        timer = schedule.after(delay, this::onTimer);
    }

    private void onTimer() {
        if (asked) {
            onUnanswered();
            return;
        }
        Duration silent = Duration.ofNanos(schedule.nanos() - heardNanos);
        if (silent.compareTo(interval) >= 0) {
            asked = true;
            askedNanos = schedule.nanos();
            ask.run();
            wait(timeout);
        } else {
            wait(interval.minus(silent));
        }
    }

    private void onUnanswered() {
        Duration waited = Duration.ofNanos(schedule.nanos() - askedNanos);
        if (waited.compareTo(timeout) >= 0) {
            lost.run();
        } else {
            wait(timeout.minus(waited));
        }
    }
}
