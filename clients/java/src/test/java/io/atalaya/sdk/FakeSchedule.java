package io.atalaya.sdk;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that passes when a test says so. Confined to the test's thread. */
final class FakeSchedule implements Schedule {
    private final List<Due> timers = new ArrayList<>();
    private long nowNanos = 1_000;

    private record Due(long atNanos, Runnable task) {}

    @Override
    public long nanos() {
        return nowNanos;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // this timer is meant, not one like it
    public Timer after(Duration delay, Runnable task) {
        var due = new Due(nowNanos + delay.toNanos(), task);
        timers.add(due);
        return () -> timers.removeIf(one -> one == due);
    }

    /** Lets time pass; timers fire in order, at their time. */
    void pass(Duration time) {
        long endNanos = nowNanos + time.toNanos();
        while (true) {
            var next = timers.stream()
                    .filter(due -> due.atNanos() <= endNanos)
                    .min(Comparator.comparingLong(Due::atNanos));
            if (next.isEmpty()) {
                break;
            }
            timers.remove(next.get());
            nowNanos = Math.max(nowNanos, next.get().atNanos());
            next.get().task().run();
        }
        nowNanos = endNanos;
    }

    /** The machine sleeps: time passes, and whatever was due fires afterwards. */
    void sleep(Duration time) {
        nowNanos += time.toNanos();
        pass(Duration.ZERO);
    }
}
