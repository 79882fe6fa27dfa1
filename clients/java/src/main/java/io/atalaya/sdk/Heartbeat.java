package io.atalaya.sdk;

import java.time.Duration;

/**
 * Notices a connection that is open in name only, and keeps a living one: the gateway ends who says nothing for a minute,
 * however much it tells them itself. So after every interval it asks for a sign of life, even while events arrive;
 * anything heard is one, and when nothing comes within the time-out the connection is lost. Confined to the client's
 * thread.
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
    private long askedNanos;
    private boolean awaiting;

    Heartbeat(Schedule schedule, Duration interval, Duration timeout, Runnable ask, Runnable lost) {
        this.schedule = schedule;
        this.interval = interval;
        this.timeout = timeout;
        this.ask = ask;
        this.lost = lost;
        this.askedNanos = schedule.nanos();
        wait(interval);
    }

    /** Anything came from the gateway. */
    void heard() {
        if (awaiting) {
            awaiting = false;
            Duration since = Duration.ofNanos(schedule.nanos() - askedNanos);
            wait(since.compareTo(interval) < 0 ? interval.minus(since) : Duration.ZERO);
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
        if (awaiting) {
            onUnanswered();
            return;
        }
        awaiting = true;
        askedNanos = schedule.nanos();
        ask.run();
        wait(timeout);
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
