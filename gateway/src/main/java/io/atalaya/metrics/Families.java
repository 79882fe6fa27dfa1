package io.atalaya.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;

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

    /** A histogram of seconds without labels, with the bounds that the canonical vocabulary shows of latencies. */
    public Families histogram(String name, String help, Histogram.Snapshot histogram) {
        return histogram(name, help, Buckets.LATENCY_SECONDS, Distributions.of(histogram));
    }

    /** Histograms with the bounds and the unit of a view. */
    public Families histogram(String name, String help, Buckets buckets, Distributions distributions) {
        var builder = HistogramSnapshot.builder().name(name).help(help);
        distributions.points().forEach(point -> builder.dataPoint(point(buckets, point)));
        families.add(builder.build());
        return this;
    }

    private static HistogramDataPointSnapshot point(Buckets view, Distributions.Point point) {
        long[] counts = view.counts(point.histogram());
        var buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            buckets.bucket(i < view.size() ? view.bound(i) : Double.POSITIVE_INFINITY, counts[i]);
        }
        var builder = HistogramDataPointSnapshot.builder()
                .labels(point.labels())
                .classicHistogramBuckets(buckets.build())
                .sum(view.inUnit(point.histogram().sumSeconds() * 1e9));
        if (!point.examples().isEmpty()) {
            builder.exemplars(Exemplars.of(point.examples().stream()
                    .map(example -> Exemplar.builder()
                            .value(view.inUnit((double) example.nanos()))
                            .timestampMillis(example.atMillis())
                            .labels(Labels.of("event_id", example.eventId()))
                            .build())
                    .toList()));
        }
        return builder.build();
    }

    /** Families that somebody else has built. */
    public Families add(MetricSnapshots others) {
        others.forEach(families::add);
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
}
