package io.atalaya.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The values of one metric family. Immutable for who got it whole; confined to the thread that adds to it before.
 */
public final class Series {
    private final String[] labelNames;
    private final List<Point> points = new ArrayList<>();

    /** One value with its labels. */
    record Point(Labels labels, double value) {}

    private Series(String... labelNames) {
        this.labelNames = labelNames;
    }

    /** A single value without labels. */
    public static Series of(Number value) {
        return new Series().add(value);
    }

    /** No values yet; each will have these labels. */
    public static Series labelled(String... labelNames) {
        return new Series(labelNames.clone());
    }

    /** One value for each entry, by one label, in the order of the label's values. */
    public static Series by(String labelName, Map<String, ? extends Number> values) {
        var series = new Series(labelName);
        new TreeMap<>(values).forEach((label, value) -> series.add(value, label));
        return series;
    }

    /**
     * Adds one value.
     *
     * @param labelValues as many as there are label names, in their order
     */
    public Series add(Number value, String... labelValues) {
        if (labelValues.length != labelNames.length) {
            throw new IllegalArgumentException(
                    "labels: %d values (expected: %d)".formatted(labelValues.length, labelNames.length));
        }
        points.add(new Point(Labels.of(labelNames, labelValues), value.doubleValue()));
        return this;
    }

    List<Point> points() {
        return points;
    }
}
