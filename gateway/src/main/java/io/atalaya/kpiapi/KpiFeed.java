package io.atalaya.kpiapi;

import io.atalaya.log.EventLog;
import io.atalaya.log.EventLog.Entry;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Hears what the log has stored and keeps what indicators read until somebody takes it. Thread-safe without locks; never
 * blocks. At most {@link #MOST} events; what does not fit is counted as lost.
 */
public final class KpiFeed implements EventLog.CommitListener {
    static final int MOST = 200_000;

    private final Set<String> types;
    private final Queue<Entry> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final LongAdder lost = new LongAdder();

    /** @param types the types of events that somebody reads */
    public KpiFeed(Set<String> types) {
        this.types = Set.copyOf(types);
    }

    @Override
    public void onCommitted(List<Entry> entries) {
        for (Entry entry : entries) {
            if (types.contains(entry.event().type())) {
                keep(entry);
            }
        }
    }

    private void keep(Entry entry) {
        if (size.incrementAndGet() > MOST) {
            size.decrementAndGet();
            lost.increment();
        } else {
            waiting.add(entry);
        }
    }

    /** The event that waits longest; null when none does. */
    @Nullable
    Entry next() {
        Entry entry = waiting.poll();
        if (entry != null) {
            size.decrementAndGet();
        }
        return entry;
    }

    /** How many events did not fit. */
    long lost() {
        return lost.sum();
    }
}
