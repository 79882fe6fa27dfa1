package io.atalaya.ack;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts entries that a store gave up before their time. Thread-safe by adders; the map of them is fixed. */
public final class GivenUp {
    private final Map<Bound, LongAdder> counts = new EnumMap<>(Bound.class);

    /** Whose share was full. */
    public enum Bound {
        PRINCIPAL,
        TENANT,
        STORE
    }

    public GivenUp() {
        for (Bound bound : Bound.values()) {
            counts.put(bound, new LongAdder());
        }
    }

    /** So many more. */
    public void add(Bound bound, long entries) {
        LongAdder counter = counts.get(bound);
        if (counter != null) {
            counter.add(entries);
        }
    }

    /** How many so far, by whose share was full. */
    public Map<Bound, Long> totals() {
        var totals = new EnumMap<Bound, Long>(Bound.class);
        counts.forEach((bound, count) -> totals.put(bound, count.sum()));
        return totals;
    }
}
