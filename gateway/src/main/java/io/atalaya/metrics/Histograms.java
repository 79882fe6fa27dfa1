package io.atalaya.metrics;

import java.util.Map;
import java.util.TreeMap;

/**
 * A histogram of latencies for each value of a label. Confined to its owner's thread, as a histogram is; others see
 * {@link #snapshots()} that the owner takes.
 */
public final class Histograms {
    private final LabelSet labels;
    private final Histogram[] histograms;

    public Histograms(LabelSet labels) {
        this.labels = labels;
        this.histograms = new Histogram[labels.values().size()];
        for (int i = 0; i < histograms.length; i++) {
            histograms[i] = new Histogram(Bounds.LATENCIES);
        }
    }

    /**
     * Records {@code count} observations of the same duration.
     *
     * @param label the index of the label's value
     */
    public void record(int label, long nanos, long count) {
        histograms[label].record(nanos, count);
    }

    /** Immutable copies by the label's value; every known one is present. */
    public Map<String, Histogram.Snapshot> snapshots() {
        var snapshots = new TreeMap<String, Histogram.Snapshot>();
        for (int i = 0; i < histograms.length; i++) {
            snapshots.put(labels.values().get(i), histograms[i].snapshot());
        }
        return snapshots;
    }

    /** Snapshots of two owners together. */
    public static Map<String, Histogram.Snapshot> sum(
            Map<String, Histogram.Snapshot> left, Map<String, Histogram.Snapshot> right) {
        var sum = new TreeMap<>(left);
        right.forEach((label, snapshot) -> sum.merge(label, snapshot, Histogram.Snapshot::plus));
        return sum;
    }

    /** All values of the label together. */
    public static Histogram.Snapshot total(Map<String, Histogram.Snapshot> snapshots) {
        return snapshots.values().stream().reduce(Histogram.Snapshot.empty(), Histogram.Snapshot::plus);
    }
}
