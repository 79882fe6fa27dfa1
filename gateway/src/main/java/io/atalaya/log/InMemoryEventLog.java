package io.atalaya.log;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A log that lives in memory: committed means visible to every reader of this process, and gone with it. Thread-safe:
 * one lock guards all state, and the commit listener is called under it, which is what makes its calls ordered.
 */
public final class InMemoryEventLog implements EventLog {
    private final LogConfig config;
    private final long epoch;
    private final LongSupplier nanoClock;
    private final CommitListener listener;
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Retained> retained = new ArrayDeque<>();
    private final LinkedHashMap<Identity, Remembered> remembered = new LinkedHashMap<>();
    private long headOffset;
    private long retainedBytes;
    private boolean closed;

    private record Retained(Entry entry, long atNanos) {}

    private record Remembered(Cursor cursor, long atNanos) {}

    /**
     * @param epoch 0 … 2³²−1; a fresh random one for each log, since its events do not outlive it
     * @param nanoClock monotonic clock, for retention and the de-duplication window
     */
    public InMemoryEventLog(LogConfig config, long epoch, LongSupplier nanoClock, CommitListener listener) {
        this.config = config;
        this.epoch = epoch;
        this.nanoClock = nanoClock;
        this.listener = listener;
    }

    @Override
    public CompletionStage<List<Appended>> append(List<Event> events) {
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(new LogException("log: closed (expected: open)"));
            }
            long nowNanos = nanoClock.getAsLong();
            forgetIds(nowNanos);
            var outcomes = new ArrayList<Appended>(events.size());
            var stored = new ArrayList<Entry>(events.size());
            for (Event event : events) {
                outcomes.add(appendOne(event, nowNanos, stored));
            }
            forgetIds(nowNanos);
            trim(nowNanos);
            if (!stored.isEmpty()) {
                listener.onCommitted(stored);
            }
            return CompletableFuture.completedFuture(outcomes);
        } finally {
            lock.unlock();
        }
    }

    private Appended appendOne(Event event, long nowNanos, List<Entry> stored) {
        var cursor = new Cursor(epoch, headOffset + 1);
        Remembered earlier = remembered.putIfAbsent(Identity.of(event), new Remembered(cursor, nowNanos));
        if (earlier != null) {
            return new Appended.Duplicate(earlier.cursor());
        }
        headOffset++;
        var entry = new Entry(cursor, event);
        retained.addLast(new Retained(entry, nowNanos));
        retainedBytes += event.body().open().length;
        stored.add(entry);
        return new Appended.Stored(cursor);
    }

    private void forgetIds(long nowNanos) {
        long windowNanos = config.dedupeWindow().toNanos();
        Iterator<Map.Entry<Identity, Remembered>> oldest = remembered.entrySet().iterator();
        while (oldest.hasNext()) {
            long ageNanos = nowNanos - oldest.next().getValue().atNanos();
            if (ageNanos < windowNanos && remembered.size() <= config.maxRememberedIds()) {
                return;
            }
            oldest.remove();
        }
    }

    private void trim(long nowNanos) {
        long maxAgeNanos = config.maxAge().toNanos();
        Retained oldest = retained.peekFirst();
        while (oldest != null && isSurplus(nowNanos - oldest.atNanos(), maxAgeNanos)) {
            retained.removeFirst();
            retainedBytes -= oldest.entry().event().body().open().length;
            oldest = retained.peekFirst();
        }
    }

    private boolean isSurplus(long ageNanos, long maxAgeNanos) {
        return retained.size() > config.maxEvents() || retainedBytes > config.maxBytes() || ageNanos >= maxAgeNanos;
    }

    @Override
    public Slice read(Cursor after, int max) {
        lock.lock();
        try {
            trim(nanoClock.getAsLong());
            if (after.epoch() != epoch) {
                return new Slice.Gap(Slice.Reason.EPOCH, beforeFirst());
            }
            if (after.offset() > headOffset) {
                return new Slice.Gap(Slice.Reason.AHEAD, headCursor());
            }
            if (after.offset() < beforeFirst().offset()) {
                return new Slice.Gap(Slice.Reason.RETENTION, beforeFirst());
            }
            return new Slice.Entries(retained.stream()
                    .skip(after.offset() - beforeFirst().offset())
                    .limit(max)
                    .map(Retained::entry)
                    .toList());
        } finally {
            lock.unlock();
        }
    }

    private Cursor beforeFirst() {
        return new Cursor(epoch, headOffset - retained.size());
    }

    private Cursor headCursor() {
        return new Cursor(epoch, headOffset);
    }

    @Override
    public Cursor head() {
        lock.lock();
        try {
            return headCursor();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Totals totals() {
        lock.lock();
        try {
            trim(nanoClock.getAsLong());
            return new Totals(headOffset, retained.size(), retainedBytes);
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
