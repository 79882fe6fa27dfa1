package io.atalaya.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The histograms of one metric family. Immutable for who got it whole; confined to the thread that adds to it before.
 */
public final class Distributions {
    private final String[] labelNames;
    private final List<Point> points = new ArrayList<>();

    /**
     * One observation worth looking up. Immutable.
     *
     * @param eventId of the event that it was about
     * @param atMillis when, in milliseconds since 1970 UTC
     */
    public record Example(String eventId, long nanos, long atMillis) {}

    /** One histogram with its labels. */
    record Point(Labels labels, Histogram.Snapshot histogram, List<Example> examples) {}

    private Distributions(String... labelNames) {
        this.labelNames = labelNames;
    }

    /** A single histogram without labels. */
    public static Distributions of(Histogram.Snapshot histogram) {
        return of(histogram, List.of());
    }

    /** The same, with observations worth looking up. */
    public static Distributions of(Histogram.Snapshot histogram, List<Example> examples) {
        return new Distributions().add(histogram, examples);
    }

    /** No histograms yet; each will have these labels. */
    public static Distributions labelled(String... labelNames) {
        return new Distributions(labelNames.clone());
    }

    /** One histogram for each entry, by one label. */
    public static Distributions by(String labelName, Map<String, Histogram.Snapshot> histograms) {
        var all = new Distributions(labelName);
        histograms.forEach((label, histogram) -> all.add(histogram, List.of(), label));
        return all;
    }

    /**
     * Adds one histogram.
     *
     * @param labelValues as many as there are label names, in their order
     */
    public Distributions add(Histogram.Snapshot histogram, List<Example> examples, String... labelValues) {
        if (labelValues.length != labelNames.length) {
            throw new IllegalArgumentException(
                    "labels: %d values (expected: %d)".formatted(labelValues.length, labelNames.length));
        }
        points.add(new Point(Labels.of(labelNames, labelValues), histogram, List.copyOf(examples)));
        return this;
    }

    List<Point> points() {
        return points;
    }
}
