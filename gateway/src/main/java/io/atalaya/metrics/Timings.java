package io.atalaya.metrics;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How long operations take that several threads perform, by their names. Thread-safe: one {@link SharedHistogram} a name,
 * all made at the start.
 */
public final class Timings {
    private final LabelSet names;
    private final SharedHistogram[] histograms;
    private final LongSupplier nanoClock;

    /** @param names of the operations; others count as {@link LabelSet#OTHER} */
    public Timings(LabelSet names, LongSupplier nanoClock) {
        this.names = names;
        this.nanoClock = nanoClock;
        this.histograms = new SharedHistogram[names.values().size()];
        for (int i = 0; i < histograms.length; i++) {
            histograms[i] = new SharedHistogram();
        }
    }

    /** Records one operation. */
    public void record(String name, long nanos) {
        histograms[names.indexOf(name)].record(nanos);
    }

    /** Does the work, and records how long it took, whether it worked or not. */
    public <T> T time(String name, Supplier<T> work) {
        long startNanos = nanoClock.getAsLong();
        try {
            return work.get();
        } finally {
            record(name, nanoClock.getAsLong() - startNanos);
        }
    }

    /** Begins the work, and records how long it took until it was done, whether it worked or not. */
    public <T> CompletionStage<T> timeStage(String name, Supplier<CompletionStage<T>> work) {
        long startNanos = nanoClock.getAsLong();
        return work.get().whenComplete((_, _) -> record(name, nanoClock.getAsLong() - startNanos));
    }

    /** What has been observed so far, by name; every name is present. */
    public Map<String, Histogram.Snapshot> snapshots() {
        var snapshots = new TreeMap<String, Histogram.Snapshot>();
        for (int i = 0; i < histograms.length; i++) {
            snapshots.put(names.values().get(i), histograms[i].snapshot());
        }
        return snapshots;
    }
}
