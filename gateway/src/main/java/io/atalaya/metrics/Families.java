package io.atalaya.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects the metric families of a scrape. Confined to the thread that builds it.
 *
 * <p>Names are given exactly as a scraper sees them, so that a search for one finds its line.
 */
public final class Families {
    private static final String TOTAL = "_total";

    private final List<MetricSnapshot> families = new ArrayList<>();

    /** @param name ends in {@code _total} */
    public Families counter(String name, String help, Series series) {
        if (!name.endsWith(TOTAL)) {
            throw new IllegalArgumentException("counter: %s (expected: a name that ends in _total)".formatted(name));
        }
        var builder = CounterSnapshot.builder()
                .name(name.substring(0, name.length() - TOTAL.length()))
                .help(help);
        series.points()
                .forEach(point -> builder.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(point.labels())
                        .value(point.value())
                        .build()));
        families.add(builder.build());
        return this;
    }

    /** A counter without labels. */
    public Families counter(String name, String help, Number value) {
        return counter(name, help, Series.of(value));
    }

    /** A value that goes up and down. */
    public Families gauge(String name, String help, Series series) {
        var builder = GaugeSnapshot.builder().name(name).help(help);
        series.points()
                .forEach(point -> builder.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(point.labels())
                        .value(point.value())
                        .build()));
        families.add(builder.build());
        return this;
    }

    /** A gauge without labels. */
    public Families gauge(String name, String help, Number value) {
        return gauge(name, help, Series.of(value));
    }

    /** A histogram of seconds, with all the bounds that are recorded. */
    public Families histogram(String name, String help, Histogram.Snapshot histogram) {
        double[] bounds = Histogram.Snapshot.boundsSeconds();
        long[] counts = histogram.counts();
        var buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            buckets.bucket(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, counts[i]);
        }
        families.add(HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum(histogram.sumSeconds())
                        .build())
                .build());
        return this;
    }

    /** Counts and sums of seconds by one label. */
    public Families summary(String name, String help, String labelName, Map<String, Timing> timings) {
        var builder = SummarySnapshot.builder().name(name).help(help);
        new TreeMap<>(timings)
                .forEach((label, timing) -> builder.dataPoint(SummarySnapshot.SummaryDataPointSnapshot.builder()
                        .labels(Labels.of(labelName, label))
                        .count(timing.count())
                        .sum(timing.seconds())
                        .build()));
        families.add(builder.build());
        return this;
    }

    /** All families, in the order of their names. */
    public MetricSnapshots build() {
        return new MetricSnapshots(families);
    }

    /** Families of several origins, as one scrape. */
    public static MetricSnapshots together(MetricSnapshots... parts) {
        var all = new ArrayList<MetricSnapshot>();
        for (MetricSnapshots part : parts) {
            part.forEach(all::add);
        }
        return new MetricSnapshots(all);
    }

    /**
     * How often something happened and how long it took altogether. Immutable.
     *
     * @param seconds the sum
     */
    public record Timing(long count, double seconds) {}
}
