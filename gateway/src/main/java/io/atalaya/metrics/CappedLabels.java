package io.atalaya.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Lets the first so many values of a label through, and counts what it turns into {@link LabelSet#OTHER}. Thread-safe by a
 * concurrent map, which never holds more than the cap.
 */
public final class CappedLabels {
    private final int cap;
    private final ConcurrentHashMap<String, Boolean> known = new ConcurrentHashMap<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final LongAdder overflow = new LongAdder();

    /** @param cap most values; 0 lets none through */
    public CappedLabels(int cap) {
        this.cap = cap;
    }

    /** Whether there are any labels at all. */
    public boolean isOn() {
        return cap > 0;
    }

    /** The value itself while there is room for it, else {@link LabelSet#OTHER}. */
    public String of(String value) {
        if (known.containsKey(value)) {
            return value;
        }
        if (taken.get() < cap && taken.getAndIncrement() < cap) {
            if (known.putIfAbsent(value, true) != null) {
                taken.decrementAndGet();
            }
            return value;
        }
        overflow.increment();
        return LabelSet.OTHER;
    }

    /** How often a value was turned into {@link LabelSet#OTHER}. */
    public long overflow() {
        return overflow.sum();
    }
}
