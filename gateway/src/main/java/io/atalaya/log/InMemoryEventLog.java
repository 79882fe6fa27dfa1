package io.atalaya.log;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log that lives in memory: committed means visible to every reader of this process, and gone with it. Thread-safe:
 * one lock orders appends, and the commit listener is called under it, which is what makes its calls ordered; readers
 * need only the lock of the events themselves.
 */
public final class InMemoryEventLog implements EventLog {
    private final LogConfig config;
    private final long epoch;
    private final RisingClock clock;
    private final CommitListener listener;
    private final RecentEvents events;
    private final ReentrantLock lock = new ReentrantLock();

    private final LinkedHashMap<Identity, Remembered> remembered = new LinkedHashMap<>();
    private long headOffset;
    private long confirmedOffset;
    private boolean closed;

    private record Remembered(Cursor cursor, long atMillis) {}

    /**
     * @param epoch 0 … 2³²−1; a fresh random one for each log, since its events do not outlive it
     * @param clock for retention and the de-duplication window
     */
    public InMemoryEventLog(LogConfig config, long epoch, InstantSource clock, CommitListener listener) {
        this.config = config;
        this.epoch = epoch;
        this.clock = new RisingClock(clock, 0);
        this.listener = listener;
        this.events = new RecentEvents(epoch, 0);
    }

    @Override
    public CompletionStage<List<Appended>> append(List<Event> batch) {
        lock.lock();
        try {
            if (closed) {
                return failed(LogException.Reason.CLOSED, "log: closed (expected: open)");
            }
            long nowMillis = clock.millis();
            trim(nowMillis);
            if (isFull()) {
                return failed(LogException.Reason.FULL, "log: full of events that are not archived");
            }
            forgetIds(nowMillis);
            var outcomes = new ArrayList<Appended>(batch.size());
            var stored = new ArrayList<Entry>(batch.size());
            for (Event event : batch) {
                outcomes.add(appendOne(event, nowMillis, stored));
            }
            forgetIds(nowMillis);
            if (!stored.isEmpty()) {
                events.add(stored);
                trim(nowMillis);
                listener.onCommitted(stored);
            }
            return CompletableFuture.completedFuture(outcomes);
        } finally {
            lock.unlock();
        }
    }

    private static CompletionStage<List<Appended>> failed(LogException.Reason reason, String message) {
        return CompletableFuture.failedFuture(new LogException(reason, message));
    }

    private Appended appendOne(Event event, long nowMillis, List<Entry> stored) {
        var cursor = new Cursor(epoch, headOffset + 1);
        Remembered earlier = remembered.putIfAbsent(Identity.of(event), new Remembered(cursor, nowMillis));
        if (earlier != null) {
            return new Appended.Duplicate(earlier.cursor());
        }
        headOffset++;
        stored.add(new Entry(cursor, nowMillis, event));
        return new Appended.Stored(cursor);
    }

    private void forgetIds(long nowMillis) {
        long windowMillis = config.dedupeWindow().toMillis();
        Iterator<Map.Entry<Identity, Remembered>> oldest = remembered.entrySet().iterator();
        while (oldest.hasNext()) {
            long ageMillis = nowMillis - oldest.next().getValue().atMillis();
            if (ageMillis < windowMillis && remembered.size() <= config.maxRememberedIds()) {
                return;
            }
            oldest.remove();
        }
    }

    private void trim(long nowMillis) {
        long notBefore = nowMillis - config.maxAge().toMillis() + 1;
        events.trim(config.maxEvents(), config.maxBytes(), notBefore, config.archived() ? confirmedOffset : headOffset);
    }

    private boolean isFull() {
        return config.archived() && (events.size() > config.maxEvents() || events.bytes() > config.maxBytes());
    }

    @Override
    public Slice read(TenantId tenant, Cursor after, int max) {
        trimNow();
        return events.read(tenant, after, max);
    }

    @Override
    public Optional<Slice.Entries> recent(TenantId tenant, Cursor after, int max) {
        return events.recent(tenant, after, max);
    }

    private void trimNow() {
        lock.lock();
        try {
            trim(clock.millis());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Cursor head(TenantId tenant) {
        return events.head();
    }

    @Override
    public Backlog backlog() {
        return new Backlog() {
            @Override
            public List<Entry> take(int max) {
                return events.after(confirmed(), max).orElseThrow();
            }

            @Override
            public void confirm(List<Entry> taken) {
                if (!taken.isEmpty()) {
                    onConfirmed(taken.getLast().cursor());
                }
            }
        };
    }

    private Cursor confirmed() {
        lock.lock();
        try {
            return new Cursor(epoch, confirmedOffset);
        } finally {
            lock.unlock();
        }
    }

    private void onConfirmed(Cursor through) {
        lock.lock();
        try {
            confirmedOffset = Math.max(confirmedOffset, through.offset());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Totals totals() {
        lock.lock();
        try {
            trim(clock.millis());
            return new Totals(headOffset, confirmedOffset, events.size(), events.bytes());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
