package io.atalaya.bench;

import io.atalaya.client.publish.PublishBody;
import io.atalaya.client.publish.PublishOutcome;
import io.atalaya.client.publish.Publisher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Publishes the events. Confined to the calling thread; outcomes arrive on the publisher's event loop and are counted
 * atomically.
 *
 * <p>At a fixed rate an event carries the time at which it was due, not the time at which it was sent: when the client
 * or the gateway stalls, the events that had to wait show the wait (no coordinated omission).
 */
final class Load {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long BACKLOG_PAUSE_NANOS = 50_000;
    private static final int BACKLOG_WINDOWS = 2;
    private static final long PATIENCE_MILLIS = 100;

    private final BenchOptions options;
    private final Publisher publisher;
    private final Audience audience;
    private final LongSupplier nanoClock;
    private final Semaphore free;
    private final long[] nextSequence;
    private int turn;

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile String firstRefusal = "";

    Load(BenchOptions options, Publisher publisher, Audience audience, LongSupplier nanoClock) {
        this.options = options;
        this.publisher = publisher;
        this.audience = audience;
        this.nanoClock = nanoClock;
        this.free = new Semaphore(options.window());
        this.nextSequence = new long[options.audiences()];
    }

    /** Events that the gateway took. */
    long accepted() {
        return accepted.get();
    }

    /** Events that the gateway refused, or did not answer for. */
    long refused() {
        return refused.get();
    }

    String firstRefusal() {
        return firstRefusal;
    }

    /** Whether every request has its outcome, so that {@link #expectedDeliveries} is final. */
    boolean settled() {
        return free.availablePermits() == options.window();
    }

    /** Deliveries that the accepted events must cause. */
    long expectedDeliveries() {
        return accepted.get() * options.audience();
    }

    /** Publishes until {@code endNanos}; {@code each} is called between requests. */
    void publishUntil(long endNanos, Runnable each) throws InterruptedException {
        long due = nanoClock.getAsLong();
        long step = options.closedLoop() ? 0 : (long) (NANOS_PER_SECOND * options.batch() / options.rate());
        while (due < endNanos) {
            each.run();
            if (options.closedLoop()) {
                awaitDeliveries(endNanos, each);
            } else {
                awaitDue(due, each);
            }
            if (free.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                due = options.closedLoop() ? nanoClock.getAsLong() : due;
                publish(due);
                due += step;
            }
            if (nanoClock.getAsLong() >= endNanos) {
                return;
            }
        }
    }

    /** In a closed loop an acknowledged event still occupies the window while its deliveries are under way. */
    private void awaitDeliveries(long endNanos, Runnable each) {
        long limit = (long) BACKLOG_WINDOWS * options.window() * options.batch() * options.audience();
        while (expectedDeliveries() - audience.received() > limit && nanoClock.getAsLong() < endNanos) {
            LockSupport.parkNanos(BACKLOG_PAUSE_NANOS);
            each.run();
        }
    }

    private void awaitDue(long due, Runnable each) {
        for (long now = nanoClock.getAsLong(); now < due; now = nanoClock.getAsLong()) {
            LockSupport.parkNanos(Math.min(due - now, TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)));
            each.run();
        }
    }

    private void publish(long due) {
        List<String> events = new ArrayList<>(options.batch());
        int topic = turn;
        turn = (turn + 1) % nextSequence.length;
        for (int i = 0; i < options.batch(); i++) {
            events.add(BenchEvents.json(topic + 1, nextSequence[topic]++, due, options.size()));
        }
        PublishBody body = options.batch() == 1 ? PublishBody.json(events.getFirst()) : PublishBody.array(events);
        publisher.publish(body).thenAccept(this::onOutcome);
    }

    private void onOutcome(PublishOutcome outcome) {
        switch (outcome) {
            case PublishOutcome.Accepted taken -> accepted.addAndGet(taken.accepted());
            case PublishOutcome.Refused no -> onRefused(no.problem().describe());
            case PublishOutcome.Unanswered no -> onRefused(no.what());
            case PublishOutcome.NotSent no -> onRefused(no.what());
        }
        free.release();
    }

    private void onRefused(String why) {
        refused.addAndGet(options.batch());
        if (firstRefusal.isEmpty()) {
            firstRefusal = why;
        }
    }
}
