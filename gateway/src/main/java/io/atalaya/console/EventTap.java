package io.atalaya.console;

import io.atalaya.console.TailJson.Seen;
import io.atalaya.event.Event;
import io.atalaya.ingest.Intake.EphemeralSink;
import io.atalaya.live.Viewers.Viewer;
import io.atalaya.log.EventLog;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets operators see events on their way to the router. Thread-safe: concurrent collections and one counter, which also
 * says whether somebody is at work already. While nobody watches, an event costs one look at an empty list; whoever
 * watches is served elsewhere, from a bounded queue.
 */
public final class EventTap implements EventLog.CommitListener, EphemeralSink {
    private static final Logger LOG = LoggerFactory.getLogger(EventTap.class);
    private static final int MOST_QUEUED = 10_000;

    private final EventLog.CommitListener committed;
    private final EphemeralSink ephemeral;
    private final Executor worker;
    private final InstantSource clock;
    private final List<Tail> tails = new CopyOnWriteArrayList<>();
    private final Queue<Seen> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();

    /**
     * @param committed hears of every committed event first
     * @param ephemeral gets every ephemeral event first
     * @param worker runs what must not hold up either
     */
    public EventTap(EventLog.CommitListener committed, EphemeralSink ephemeral, Executor worker, InstantSource clock) {
        this.committed = committed;
        this.ephemeral = ephemeral;
        this.worker = worker;
        this.clock = clock;
    }

    @Override
    public void onCommitted(List<EventLog.Entry> entries) {
        committed.onCommitted(entries);
        if (!tails.isEmpty()) {
            entries.forEach(entry -> offer(new Seen(entry.event(), entry.cursor(), entry.atMillis())));
        }
    }

    @Override
    public void onEphemeral(List<Event> events) {
        ephemeral.onEphemeral(events);
        if (!tails.isEmpty()) {
            long nowMillis = clock.millis();
            events.forEach(event -> offer(new Seen(event, null, nowMillis)));
        }
    }

    private void offer(Seen seen) {
        if (queued.get() >= MOST_QUEUED) {
            tails.forEach(Tail::onOverflow);
            return;
        }
        queue.add(seen);
        if (queued.getAndIncrement() == 0) {
            worker.execute(this::work);
        }
    }

    /** There is one at work from the first event queued until the last is done. */
    private void work() {
        int done;
        do {
            done = 0;
            for (Seen seen = queue.poll(); seen != null; seen = queue.poll()) {
                show(seen);
                done++;
            }
        } while (queued.addAndGet(-done) > 0);
    }

    private void show(Seen seen) {
        try {
            byte[] event = null;
            for (Tail tail : tails) {
                if (tail.wants(seen)) {
                    event = event == null ? TailJson.event(seen) : event;
                    tail.send(event);
                }
            }
        } catch (RuntimeException failure) {
            LOG.atError().setCause(failure).log("an event could not be shown");
        }
    }

    /** Begins to show events to a viewer. */
    Tail add(TailFilter filter, int maxPerSecond, Viewer viewer) {
        var tail = new Tail(filter, maxPerSecond, viewer);
        tails.add(tail);
        return tail;
    }

    void remove(Tail tail) {
        tails.remove(tail);
    }

    /** To be called once a second: tells viewers what they did not get. */
    public void tick() {
        long nowMillis = clock.millis();
        tails.forEach(tail -> tail.onSecond(nowMillis));
    }

    /** One viewer's view. Thread-safe by its own monitor. */
    static final class Tail {
        private final TailFilter filter;
        private final int maxPerSecond;
        private final Viewer viewer;
        private int sentThisSecond;
        private long skippedByRate;
        private long skippedBySlowness;
        private long total;

        private Tail(TailFilter filter, int maxPerSecond, Viewer viewer) {
            this.filter = filter;
            this.maxPerSecond = maxPerSecond;
            this.viewer = viewer;
        }

        private boolean wants(Seen seen) {
            return filter.accepts(seen.event()) && mayHaveMore();
        }

        private synchronized boolean mayHaveMore() {
            boolean may = sentThisSecond < maxPerSecond;
            skippedByRate += may ? 0 : 1;
            return may;
        }

        private synchronized void send(byte[] event) {
            sentThisSecond++;
            skippedBySlowness += viewer.send(event) ? 0 : 1;
        }

        private synchronized void onOverflow() {
            skippedBySlowness++;
        }

        private synchronized void onSecond(long nowMillis) {
            sentThisSecond = 0;
            long skipped = skippedByRate + skippedBySlowness;
            if (skipped == 0) {
                return;
            }
            String reason = skippedBySlowness > skippedByRate ? "slow" : "rate";
            if (viewer.send(TailJson.skipped(nowMillis, skipped, reason, total + skipped))) {
                total += skipped;
                skippedByRate = 0;
                skippedBySlowness = 0;
            }
        }
    }
}
